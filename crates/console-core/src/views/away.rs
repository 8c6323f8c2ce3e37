//! Out of office.

use super::list::PersonRef;
use postern_domain::absence::Delegation;
use postern_domain::{AbsenceId, PersonId, Timestamp};
use postern_protocol::AbsenceNotice;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AbsenceView {
    pub id: AbsenceId,
    pub person: PersonRef,
    /// Local date and time in `zone`, for example `2026-12-24T09:00`.
    pub from: String,
    /// The first minute of being back.
    pub until: String,
    pub zone: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub note: String,
    /// Who takes what, in words.
    pub deputies: Vec<String>,
    pub delegations: Vec<Delegation>,
    pub version: u32,
}

/// An absence as somebody writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AbsenceDraft {
    /// Of one that is there already, to change it.
    #[serde(default)]
    pub id: Option<AbsenceId>,
    /// Whose; without it, my own.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// Local date and time in the person's own zone, for example `2026-12-24T09:00`.
    pub from: String,
    pub until: String,
    #[serde(default)]
    pub delegations: Vec<Delegation>,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub cancelled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SavedAbsenceView {
    pub absence: AbsenceView,
    /// False where it was only checked.
    pub saved: bool,
    pub notices: Vec<AbsenceNotice>,
}

/// Who gets somebody's work for a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CoverageView {
    pub from: Timestamp,
    pub until: Timestamp,
    pub sentence: String,
    /// Somebody gets it.
    pub covered: bool,
}
