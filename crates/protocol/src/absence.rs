//! Out of office: saved at the portal, which says what is to be thought of first.

use postern_domain::absence::{Absence, Severity};
use serde::{Deserialize, Serialize};

/// `POST /v1/absences`: saves an absence of the caller, or of somebody whom they lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveAbsence {
    /// With the version that was seen; 0 for a new one.
    pub absence: Absence,
    /// Only say what would be said.
    #[serde(default)]
    pub check_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedAbsence {
    /// As it is now: with its next version, where it was saved.
    pub absence: Absence,
    pub saved: bool,
    pub notices: Vec<AbsenceNotice>,
}

/// Something to think of, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AbsenceNotice {
    pub severity: Severity,
    pub sentence: String,
}
