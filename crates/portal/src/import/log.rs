//! What a log is, whatever it was written in: cases with events in the order of their instants.

use postern_domain::Timestamp;
use std::collections::BTreeMap;

pub type Attributes = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: String,
    pub attributes: Attributes,
    /// In the order of the file.
    pub events: Vec<LogEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    pub activity: String,
    pub at: Timestamp,
    pub resource: Option<String>,
    pub role: Option<String>,
    pub attributes: Attributes,
    /// Where it stands in the file, counted from 1.
    pub line: u64,
}

/// A log that cannot be read: where, why, and nothing of it was kept.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct BrokenLog {
    pub file: String,
    pub line: u64,
    pub reason: String,
}

/// Takes cases as they are read; an answer of `false` ends the reading.
pub type CaseSink<'a> = &'a mut dyn FnMut(Case) -> bool;
