//! The audit trail: what happened, as a chain of hashes whose end is signed.

mod arrangements;
mod chain;
mod read;
mod verify;

pub use read::AuditFilter;
pub use verify::{AuditReport, Difference, Progress};

pub(crate) use chain::{NewLine, append};
