//! Appending to the chain.

use crate::columns::Value;
use crate::dialect::Connection;
use crate::error::StoreError;
use crate::head::HeadRow;
use crate::many::Insert;
use postern_domain::{Arranged, ItemId, Recorded, Timestamp};
use sha2::{Digest, Sha256};

/// One line on its way into the table.
#[derive(Debug)]
pub(crate) struct NewLine {
    seq: i64,
    /// None where it is about the organisation.
    item: Option<String>,
    at_ms: i64,
    recorded: String,
    hash: String,
}

/// The line's hash: SHA-256 over the hash before and every stored column, each with its length before it, so that
/// no byte can move from one column to the next unnoticed.
pub(crate) fn hash(before: &str, seq: i64, item: Option<&str>, at_ms: i64, recorded: &str) -> String {
    let mut hash = Sha256::new();
    let item = item.unwrap_or_default();
    for part in
        ["postern audit 1", before, &seq.to_string(), item, &at_ms.to_string(), recorded].map(str::as_bytes)
    {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

impl NewLine {
    /// Makes the next line of the chain and moves the head on to it.
    pub fn next(head: &mut HeadRow, item: &ItemId, recorded: &Recorded) -> Result<Self, StoreError> {
        Self::linked(head, Some(item.as_str()), recorded.at, serde_json::to_string(recorded))
    }

    /// As [`NewLine::next`], about the organisation.
    pub fn arranged(head: &mut HeadRow, arranged: &Arranged) -> Result<Self, StoreError> {
        Self::linked(head, None, arranged.at, serde_json::to_string(arranged))
    }

    fn linked(
        head: &mut HeadRow,
        item: Option<&str>,
        at: Timestamp,
        written: serde_json::Result<String>,
    ) -> Result<Self, StoreError> {
        let recorded = written
            .map_err(|error| StoreError::inconsistent(format!("an event cannot be written: {error}")))?;
        let (seq, at_ms) = (head.audit_seq + 1, at.ms());
        let hash = hash(&head.audit_hash, seq, item, at_ms, &recorded);
        head.audit_seq = seq;
        head.audit_hash.clone_from(&hash);
        Ok(Self { seq, item: item.map(str::to_owned), at_ms, recorded, hash })
    }
}

static INSERT: Insert = Insert::new("INSERT INTO audit (seq, item, at_ms, recorded, hash)", "");

pub(crate) async fn append(db: &mut Connection, lines: Vec<NewLine>) -> Result<(), StoreError> {
    let row = |line: NewLine| {
        [
            line.seq.into(),
            line.item.map(Value::Text).into(),
            line.at_ms.into(),
            line.recorded.into(),
            line.hash.into(),
        ]
    };
    INSERT.rows(db, lines.into_iter().map(row).collect()).await
}
