//! Queues and their rows.

use postern_domain::{ClientId, ItemId, Kind, PersonId, Phase, Priority, StageKey, Timestamp};
use serde::{Deserialize, Serialize};

/// The built-in queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Queue {
    /// Waiting for me to decide or to complete.
    MyTurn,
    /// Waiting for a decision that I may take or hand out, whoever has it now.
    Team,
    /// I own it, whatever its state.
    Mine,
    WaitingOnClient,
    Escalated,
    Stuck,
    /// Every open item that I may see.
    Open,
    /// Completed or withdrawn.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct QueueCount {
    pub queue: Queue,
    pub count: u32,
    /// Of those, past due.
    pub overdue: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SortBy {
    #[default]
    Due,
    /// How long it has been where it is.
    Age,
    Updated,
    Priority,
    Reference,
    Title,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ListQuery {
    pub queue: Queue,
    /// Filter text, for example `stage:legal client:acme is:overdue "annual report"`. Empty: no filter.
    #[serde(default)]
    pub filter: String,
    #[serde(default)]
    pub sort: SortBy,
    #[serde(default)]
    pub descending: bool,
    #[serde(default)]
    pub offset: u32,
    /// At most 500.
    pub limit: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ListPage {
    /// How many items the query matches in all.
    pub total: u32,
    pub offset: u32,
    pub rows: Vec<Row>,
    /// What the filter says that cannot be understood; such a part matches nothing.
    pub problems: Vec<FilterProblem>,
    /// What makes an item a member of the queue, in one sentence, where its name alone does not say.
    pub definition: Option<String>,
    /// What the query may be about and is not on this device, in one sentence.
    pub elsewhere: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FilterProblem {
    pub term: String,
    /// One sentence, with what would be understood.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PersonRef {
    pub id: PersonId,
    pub name: String,
    /// At most two letters.
    pub initials: String,
    pub is_me: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ClientRef {
    pub id: ClientId,
    pub name: String,
    /// For example `ACME`.
    pub code: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PendingMark {
    /// Something of mine on this item is not yet confirmed by the portal.
    Pending,
    /// Something of mine needs me to decide again.
    Conflict,
    /// Something of mine was refused and I have not put it away yet.
    Refused,
}

/// Why an item counts as stuck. That nobody can decide it comes before that it is past due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StuckReason {
    PastDue,
    /// Longer in its stage than 85 of 100 items were.
    SlowerThanUsual,
    /// Somebody is away, and too few people are left to decide it.
    Uncovered,
}

impl StuckReason {
    /// To go on after a colon.
    pub fn in_words(self) -> &'static str {
        match self {
            StuckReason::PastDue => "past due",
            StuckReason::SlowerThanUsual => "longer here than 85 of 100 items were",
            StuckReason::Uncovered => "nobody can decide it",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Row {
    pub id: ItemId,
    pub reference: String,
    pub title: String,
    pub kind: Kind,
    pub client: ClientId,
    pub client_name: String,
    pub phase: Phase,
    /// The open review's stage.
    pub stage: Option<StageKey>,
    /// Where it stands in words: the stage's name, or the phase's.
    pub stage_name: String,
    pub owner: Option<PersonRef>,
    /// Whose turn it is.
    pub waiting_on: Vec<PersonRef>,
    pub priority: Priority,
    pub due_at: Option<Timestamp>,
    /// When it came to where it stands: its age counts from here.
    pub entered_at: Timestamp,
    pub updated_at: Timestamp,
    pub overdue: bool,
    pub stuck: Option<StuckReason>,
    pub escalated: bool,
    pub pending: Option<PendingMark>,
    pub comments: u32,
    pub attachments: u32,
}
