//! Files on the wire: content named by its SHA-256, sent up in parts and fetched in ranges.
//!
//! A part is a `PATCH` whose body continues the content at [`UPLOAD_OFFSET`]; its content type is the content's own. A
//! `HEAD` asks how far an upload came. Both answer with [`UPLOAD_OFFSET`] and [`UPLOAD_COMPLETE`].

/// How many bytes of the content are there. In a request: where its body continues.
pub const UPLOAD_OFFSET: &str = "upload-offset";

/// How many bytes the whole content has.
pub const UPLOAD_LENGTH: &str = "upload-length";

/// `?1` if the content is there as a whole and the caller may name it, else `?0`.
pub const UPLOAD_COMPLETE: &str = "upload-complete";

/// A part may have at most so many bytes.
pub const MAX_PART: u64 = 8 * 1024 * 1024;

/// How far an upload came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadState {
    /// Bytes that are there.
    pub offset: u64,
    pub complete: bool,
}

impl UploadState {
    /// As the values of [`UPLOAD_OFFSET`] and [`UPLOAD_COMPLETE`].
    pub fn headers(self) -> [(&'static str, String); 2] {
        let complete = if self.complete { "?1" } else { "?0" };
        [(UPLOAD_OFFSET, self.offset.to_string()), (UPLOAD_COMPLETE, complete.to_owned())]
    }

    /// From the values of [`UPLOAD_OFFSET`] and [`UPLOAD_COMPLETE`]. None if a portal did not write them.
    pub fn read(offset: &str, complete: &str) -> Option<Self> {
        let complete = match complete.trim() {
            "?1" => true,
            "?0" => false,
            _ => return None,
        };
        Some(Self { offset: offset.trim().parse().ok()?, complete })
    }
}

/// Where content is: `/v1/files/<sha256>`.
pub fn file_path(sha256: &str) -> String {
    format!("{}/{sha256}", crate::paths::FILES)
}

/// Whether a text is a SHA-256 as it names content: 64 lower-case hexadecimal digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_as_it_was_written() {
        for state in
            [UploadState { offset: 0, complete: false }, UploadState { offset: 12_345, complete: true }]
        {
            let [(_, offset), (_, complete)] = state.headers();
            assert_eq!(UploadState::read(&offset, &complete), Some(state));
        }
        assert_eq!(UploadState::read("7", "yes"), None);
        assert_eq!(UploadState::read("many", "?1"), None);
    }
}
