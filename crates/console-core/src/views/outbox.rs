//! The outbox: every change of mine that the portal has not confirmed, or that needs me.

use super::item::HistoryLine;
use postern_domain::{CommandId, ItemId, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum OutboxState {
    /// Held for a moment, so that it can be undone.
    Held,
    /// Will be sent with the next contact.
    Waiting,
    Sending,
    /// The portal applied it; the change itself is on its way down.
    Confirmed,
    /// What was seen is not what is there now: the author decides again.
    Conflict,
    /// A rule refused it.
    Refused,
    /// The portal failed on it repeatedly and put it aside.
    Quarantined,
    /// Another command on the same item must be settled first.
    Blocked,
    /// Its file is on the way to the portal.
    Uploading,
    /// Its file does not go up by itself: it is gone from this device, or the portal does not take it.
    UploadStopped,
    /// It was never sent, and is older than two weeks: its author looks at the item and says whether it still holds.
    Stale,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OutboxLine {
    pub command: CommandId,
    pub batch: String,
    pub item: ItemId,
    pub reference: String,
    pub title: String,
    /// For example `Approve` or `Reassign to Mara Lindqvist`.
    pub what: String,
    /// The reason or comment given.
    pub detail: Option<String>,
    pub made_at: Timestamp,
    pub state: OutboxState,
    /// One sentence: what it waits for, or what the portal said.
    pub why: String,
    pub can_undo: bool,
    pub can_retry: bool,
    pub can_discard: bool,
    /// The file that it names, as long as the portal does not have it.
    pub upload: Option<super::files::UploadView>,
    /// For a conflict: what was seen, what its author made of it, and what is there now.
    pub conflict: Option<ConflictView>,
}

/// What became of a change of mine that left the outbox; it is remembered for thirty days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JournalLine {
    pub command: CommandId,
    pub item: ItemId,
    pub reference: String,
    pub title: String,
    /// For example `Approve` or `Reassign to Mara Lindqvist`.
    pub what: String,
    /// The reason or comment given.
    pub detail: Option<String>,
    pub made_at: Timestamp,
    pub ended_at: Timestamp,
    pub end: JournalEnd,
    /// One sentence: how it ended.
    pub why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JournalEnd {
    /// The portal applied it, or found it done already.
    Done,
    /// Given up before it was sent.
    Discarded,
    /// It came to nothing, and its author put it away.
    PutAway,
    /// It came to nothing, and its author gave another one instead.
    Superseded,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ConflictView {
    /// One sentence: what changed in between.
    pub summary: String,
    pub differences: Vec<Difference>,
    /// Who did what after it was seen, the earliest first.
    pub since: Vec<HistoryLine>,
    /// What the same would come to on what is there now: accepted or not, and why, bound to what is shown here.
    pub again: super::request::ActItemResult,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Difference {
    pub what: String,
    /// When its author looked.
    pub base: String,
    /// With what its author did.
    pub mine: String,
    /// With what others did meanwhile: now.
    pub theirs: String,
}
