//! `GET /v1/files/{sha256}`: content, or one range of it, if an item that the caller may see names it.

use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::io::SeekFrom;
use std::ops::Range;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(sha256): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let path = app.store().file_path(&sha256).ok_or_else(Failure::not_found)?;
    let stored = app.store().file_for(&sha256, &caller.person.id).await?.ok_or_else(Failure::not_found)?;
    let missing = |error| Failure::internal(format!("file {sha256} is missing: {error}"));
    let mut file = tokio::fs::File::open(&path).await.map_err(missing)?;
    let wanted = headers.get(header::RANGE).and_then(|value| range(value.to_str().ok()?, stored.size));
    let (status, part) = match wanted {
        Some(part) => (StatusCode::PARTIAL_CONTENT, part),
        None => (StatusCode::OK, 0..stored.size),
    };
    file.seek(SeekFrom::Start(part.start)).await.map_err(missing)?;
    let length = part.end - part.start;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), 64 * 1024));
    let media_type = HeaderValue::from_str(&stored.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut reply = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        // Somebody else's document must not run as a page of the portal.
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ]
    .into_iter()
    .collect::<HeaderMap>();
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), stored.size);
        reply.extend(HeaderValue::from_str(&text).ok().map(|value| (header::CONTENT_RANGE, value)));
    }
    Ok((status, reply, body).into_response())
}

/// The one range that a request asks for. What cannot be understood, or is not there, is answered with everything, as
/// RFC 9110 allows.
fn range(text: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    let first: u64 = first.trim().parse().ok()?;
    let end = match last.trim() {
        "" => size,
        last => last.parse::<u64>().ok()?.saturating_add(1).min(size),
    };
    (first < end).then_some(first..end)
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_is_one_stretch_that_is_there() {
        assert_eq!(range("bytes=3-", 10), Some(3..10));
        assert_eq!(range("bytes=0-4", 10), Some(0..5));
        assert_eq!(range("bytes=8-400", 10), Some(8..10));
        for other in ["bytes=10-", "bytes=5-4", "bytes=-3", "bytes=0-1,4-5", "lines=1-2"] {
            assert_eq!(range(other, 10), None, "{other}");
        }
    }
}
