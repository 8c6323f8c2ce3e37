//! Out of office.

use super::list::PersonRef;
use postern_domain::absence::Delegation;
use postern_domain::{AbsenceId, ClientId, ItemId, Kind, PersonId, Timestamp};
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
    /// The signed-in person may change it or take it back.
    pub may_change: bool,
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
    /// The portal could not be asked: this is what is known on this device.
    pub here: bool,
}

/// Which work a question of coverage is about. What is left out is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CoverageAbout {
    /// The work on one item; then nothing else of this counts.
    #[serde(default)]
    #[ts(optional)]
    pub item: Option<ItemId>,
    #[serde(default)]
    #[ts(optional)]
    pub client: Option<ClientId>,
    #[serde(default)]
    #[ts(optional)]
    pub kind: Option<Kind>,
    /// Minor units (cents).
    #[serde(default)]
    #[ts(optional, as = "Option<f64>")]
    pub amount: Option<i64>,
}

/// Who gets some of somebody's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CoverageAnswer {
    /// Which work, in words, for example `invoices of Acme up to 500.00`.
    pub scope: String,
    pub spans: Vec<CoverageView>,
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
