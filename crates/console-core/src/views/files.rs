//! Content of attachments: on its way, on this device, and what is kept there.

use postern_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A file that a command waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct UploadView {
    pub sha256: String,
    pub name: String,
    /// Bytes that the portal has, as far as is known.
    #[ts(type = "number")]
    pub sent: u64,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// After a failure: when it is tried again by itself.
    pub next_try: Option<Timestamp>,
    /// Why it did not go on, in one sentence.
    pub problem: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TransferWay {
    Up,
    Down,
}

/// How far a file came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct TransferView {
    pub sha256: String,
    pub way: TransferWay,
    /// Bytes.
    #[ts(type = "number")]
    pub done: u64,
    #[ts(type = "number")]
    pub size: u64,
}

/// A file that is on this device and can be attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StagedFile {
    pub sha256: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
}

/// What of attachments is kept on this device without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FileRules {
    /// Fetch the files of items where it is my turn, so that they can be read offline.
    pub keep_offline: bool,
    /// Only files of at most so many bytes.
    #[ts(type = "number")]
    pub largest: u64,
    /// All files together may take so many bytes; what waits for its upload does not count.
    #[ts(type = "number")]
    pub limit: u64,
}

impl Default for FileRules {
    fn default() -> Self {
        const MB: u64 = 1_000_000;
        Self { keep_offline: true, largest: 5 * MB, limit: 500 * MB }
    }
}
