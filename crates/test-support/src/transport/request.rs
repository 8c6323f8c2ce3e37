//! Just enough HTTP/1.1 to know where a request ends.

use super::RequestLine;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Reads one whole request and asks the portal in it to close the connection afterwards.
pub(super) async fn read_request(
    client: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<(RequestLine, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let mut words = first.split(' ');
    let mut line = RequestLine {
        method: words.next().unwrap_or_default().to_owned(),
        path: words.next().unwrap_or_default().to_owned(),
        length: 0,
    };
    let mut request = format!("{first}\r\n");
    let (mut length, mut is_chunked) = (0, false);
    for header in lines {
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        match name.to_ascii_lowercase().as_str() {
            "connection" => continue,
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "transfer-encoding" => is_chunked = value.to_ascii_lowercase().contains("chunked"),
            _ => {}
        }
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("connection: close\r\n\r\n");
    let mut body = bytes.split_off(head_end + 4);
    let is_whole = |body: &[u8]| if is_chunked { body.ends_with(b"0\r\n\r\n") } else { body.len() >= length };
    while !is_whole(&body) {
        if client.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    line.length = body.len();
    let mut request = request.into_bytes();
    request.append(&mut body);
    Ok(Some((line, request)))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
