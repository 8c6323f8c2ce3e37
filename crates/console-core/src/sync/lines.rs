//! A body of newline-delimited JSON, line by line as it comes.

use crate::failure::CallError;
use crate::portal::offline;
use crate::transport::Unreachable;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use postern_protocol::ReadPart;

pub(super) struct Lines {
    body: BoxStream<'static, Result<Bytes, Unreachable>>,
    pending: BytesMut,
    /// So much of `pending` has no end of a line in it.
    searched: usize,
    ended: bool,
}

impl Lines {
    pub fn of(body: BoxStream<'static, Result<Bytes, Unreachable>>) -> Self {
        Self { body, pending: BytesMut::new(), searched: 0, ended: false }
    }

    /// The next part of a load; none at its end.
    pub async fn next_part(&mut self) -> Result<Option<ReadPart>, CallError> {
        let Some(line) = self.next().await? else { return Ok(None) };
        ReadPart::read(&line).map(Some).map_err(|error| CallError::Later {
            after_ms: None,
            detail: format!("The portal's data cannot be understood ({error})."),
            request_id: None,
        })
    }

    /// The next line that is not blank, without its end.
    async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        loop {
            let unseen = self.pending.get(self.searched..).unwrap_or_default();
            let line = match unseen.iter().position(|byte| *byte == b'\n') {
                Some(length) => {
                    let mut line = self.pending.split_to(self.searched + length + 1);
                    line.truncate(self.searched + length);
                    line
                }
                None if self.ended && self.pending.is_empty() => return Ok(None),
                None if self.ended => self.pending.split(),
                None => {
                    self.searched = self.pending.len();
                    match self.body.next().await {
                        Some(part) => self.pending.extend_from_slice(&part.map_err(offline)?),
                        None => self.ended = true,
                    }
                    continue;
                }
            };
            self.searched = 0;
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(line.freeze()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn lines(parts: &[&'static str]) -> Vec<String> {
        let parts: Vec<_> = parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect();
        let mut lines = Lines::of(stream::iter(parts).boxed());
        let mut read = Vec::new();
        while let Ok(Some(line)) = lines.next().await {
            read.push(String::from_utf8_lossy(&line).into_owned());
        }
        read
    }

    #[tokio::test]
    async fn lines_are_the_same_however_they_are_cut_and_blank_ones_do_not_count() {
        for parts in [["one\ntwo\n\nthree", ""], ["o", "ne\ntwo\n \nthree\n"], ["one\n", "two\nthree"]] {
            assert_eq!(lines(&parts).await, ["one", "two", "three"]);
        }
        assert!(lines(&["", "\n"]).await.is_empty());
    }
}
