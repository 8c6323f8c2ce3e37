//! The audit trail as it is exported: what happened to items, and what was changed in how the organisation works.

use crate::sync::AuditLine;
use postern_domain::Arranged;
use serde::{Deserialize, Serialize};

/// One line of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ExportedLine {
    Item(AuditLine),
    Organisation(OrganisationLine),
}

/// A line that is about no item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationLine {
    /// Counted together with the lines of items.
    pub seq: i64,
    pub arranged: Arranged,
    /// SHA-256 over the line before and this one; 64 hexadecimal digits.
    pub hash: String,
}
