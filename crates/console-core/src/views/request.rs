//! What a person asks for, and what comes of it.

use postern_domain::{
    AttachmentId, ClientId, ExceptionExit, Fields, ItemId, JourneyKey, Kind, PersonId, Priority, ProjectId,
    Seen, StepKey, Timestamp, Visibility,
};
use serde::{Deserialize, Serialize};

/// What a person asks for on one item or many. The engine adds what was seen, ids and times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "do", rename_all = "snake_case")]
#[ts(export)]
pub enum Request {
    Approve {
        comment: Option<String>,
        /// Values of the step's output fields.
        #[serde(default)]
        #[ts(optional, as = "Option<Fields>")]
        outputs: Fields,
    },
    /// Close the step in the deciders' place.
    Override {
        reason: String,
        /// Values of the step's output fields.
        #[serde(default)]
        #[ts(optional, as = "Option<Fields>")]
        outputs: Fields,
        /// Where several steps are open: which one. None: the one that was on the screen.
        #[serde(default)]
        #[ts(optional)]
        step: Option<StepKey>,
    },
    RequestChanges {
        reason: String,
    },
    Claim {
        /// Where several steps have a free seat: which one.
        #[serde(default)]
        #[ts(optional)]
        step: Option<StepKey>,
    },
    Reassign {
        to: PersonId,
        reason: Option<String>,
        /// Where several steps are open: which one.
        #[serde(default)]
        #[ts(optional)]
        step: Option<StepKey>,
        /// Of several reviewers, whose seat. None: my own, or the only one.
        #[serde(default)]
        #[ts(optional)]
        from: Option<PersonId>,
    },
    Escalate {
        reason: String,
        /// The team lead who is to look at it. None: the one whom the item falls to.
        #[serde(default)]
        #[ts(optional)]
        to: Option<PersonId>,
    },
    DeEscalate {
        reason: Option<String>,
    },
    Comment {
        visibility: Visibility,
        body: String,
    },
    Complete {},
    Resubmit {
        comment: Option<String>,
    },
    Withdraw {
        reason: String,
    },
    Reopen {
        reason: String,
    },
    RaiseException {
        category: String,
        reason: String,
    },
    ResolveException {
        to: ExceptionExit,
        reason: String,
    },
    /// Attach content that is on this device, or another version of what is attached.
    AttachVersion {
        /// Whose next version it is. Absent: another attachment.
        #[serde(default)]
        #[ts(optional)]
        attachment: Option<AttachmentId>,
        name: String,
        sha256: String,
        /// Bytes.
        #[ts(type = "number")]
        size: u64,
        media_type: String,
    },
    SetPriority {
        priority: Priority,
    },
    SetDue {
        due_at: Option<Timestamp>,
    },
    /// Change the content. What is left out stays as it is.
    SetFields {
        #[serde(default)]
        #[ts(optional)]
        title: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        description: Option<String>,
        /// By the field's key; as the field's type has it, or as somebody wrote it.
        #[serde(default)]
        #[ts(optional, as = "Option<Fields>")]
        fields: Fields,
    },
    /// Key in a new item for a client. It is about no item yet: targets are not looked at.
    Submit(Box<NewItemDraft>),
}

/// A new item as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct NewItemDraft {
    pub client: ClientId,
    pub kind: Kind,
    /// None: the only one that is there for the kind.
    #[serde(default)]
    #[ts(optional)]
    pub journey: Option<JourneyKey>,
    #[serde(default)]
    #[ts(optional)]
    pub project: Option<ProjectId>,
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// By the field's key; as the field's type has it, or as somebody wrote it.
    #[serde(default)]
    pub fields: Fields,
    #[serde(default)]
    pub priority: Priority,
    /// None: who is responsible for the client.
    #[serde(default)]
    #[ts(optional)]
    pub owner: Option<PersonId>,
}

/// An item acted on, with what was on the screen: a decision is bound to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Target {
    pub id: ItemId,
    /// What the person looked at. Absent: what the cache holds now.
    #[serde(default)]
    pub seen: Option<Seen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ActResult {
    /// Names this action for undo.
    pub batch: String,
    pub results: Vec<ActItemResult>,
    /// Until then the action is held and can be undone.
    pub undo_until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ActItemResult {
    pub id: ItemId,
    pub reference: String,
    pub accepted: bool,
    /// What is predicted, or why it was not accepted, in one sentence.
    pub message: String,
    /// What of the form cannot stay as it is; empty where nothing is written into one.
    pub problems: Vec<FormProblem>,
    /// What a change of content does to what was decided before, one sentence each.
    pub effects: Vec<String>,
    /// The item as it was looked at for this: a decision that is confirmed afterwards is bound to it. None for an item
    /// that is not here, or not there yet.
    pub seen: Option<Seen>,
}

/// What is wrong with one part of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FormProblem {
    pub part: FormPart,
    /// One sentence that names the part.
    pub sentence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FormPart {
    Title,
    Description,
    /// By its key.
    Field(String),
}
