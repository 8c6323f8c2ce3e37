//! Bytes on their way.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// As on a modem line, where a packet is a fraction of a second.
const PACKET: usize = 576;

/// Copies at so many bits a second.
pub(super) async fn trickle(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    bits_a_second: u32,
) -> io::Result<()> {
    let mut packet = [0; PACKET];
    loop {
        let length = from.read(&mut packet).await?;
        if length == 0 {
            return to.flush().await;
        }
        tokio::time::sleep(Duration::from_secs_f64(length as f64 * 8.0 / f64::from(bits_a_second))).await;
        to.write_all(&packet[..length]).await?;
    }
}

/// The first bytes that come, at most so many.
pub(super) async fn first_bytes(from: &mut (impl AsyncRead + Unpin), most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most as u64).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
