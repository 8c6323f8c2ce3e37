//! Commands: what somebody wants done. Imperative; nothing has happened yet.

use crate::digest::ContentDigest;
use crate::ids::{AttachmentId, ClientId, CommentId, PersonId, ProjectId, StageKey, StepKey};
use crate::item::{Fields, Item, JourneyRef, Kind, Priority, Visibility};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A command on one item. `submit` makes the item, all others change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "do", rename_all = "snake_case")]
#[ts(export)]
pub enum Command {
    Submit(Box<Submission>),
    /// Approve the content that was seen.
    Approve {
        seen: Seen,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Values of the step's output fields.
        #[serde(default, skip_serializing_if = "Fields::is_empty")]
        outputs: Fields,
    },
    /// Close the step that was seen as approved, in the deciders' place.
    Override {
        seen: Seen,
        reason: String,
        /// Values of the step's output fields: whoever approves in the deciders' place leaves behind what they would.
        #[serde(default, skip_serializing_if = "Fields::is_empty")]
        outputs: Fields,
    },
    /// Send back the content that was seen; the reason goes to the client.
    RequestChanges {
        seen: Seen,
        reason: String,
    },
    /// Hand over again after changes, with or without new field values.
    Resubmit {
        #[serde(default)]
        comment: Option<String>,
    },
    /// Take an unassigned review: the one of `step`, or the only one.
    Claim {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepKey>,
        assignment_version: u32,
    },
    /// Put `to` in the place of `from`, and of nobody else. Without `from`: in the actor's own place where they have one,
    /// else in that of the only one who sits there. Of `step`, or of the only one that it can mean; without an open
    /// step, `to` becomes the owner.
    Reassign {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepKey>,
        #[serde(default)]
        from: Option<PersonId>,
        to: PersonId,
        assignment_version: u32,
        #[serde(default)]
        reason: Option<String>,
    },
    /// Bring it to a team lead: the one named, or the one that the item falls to.
    Escalate {
        #[serde(default)]
        to: Option<PersonId>,
        reason: String,
    },
    DeEscalate {
        #[serde(default)]
        reason: Option<String>,
    },
    /// By the portal's clock only: climb one rung of the stage's ladder.
    Climb {
        stage: StageKey,
        round: u32,
        /// From 1.
        rung: u8,
    },
    /// By the portal's clock only: look again who covers for whom, and when open steps are due.
    Refresh {},
    /// By the portal's migration only: move the item to another version of its journey.
    Migrate {
        to: u32,
        /// A stage of the version that it leaves, and the one that takes its place. Others stay themselves.
        #[serde(default)]
        stages: BTreeMap<StageKey, StageKey>,
    },
    RaiseException {
        category: String,
        reason: String,
    },
    /// Back to where it came from, or to a terminal phase.
    ResolveException {
        to: ExceptionExit,
        reason: String,
    },
    Complete {},
    Withdraw {
        reason: String,
    },
    Reopen {
        reason: String,
    },
    Comment {
        id: CommentId,
        visibility: Visibility,
        body: String,
        #[serde(default)]
        mentions: Vec<PersonId>,
    },
    SetFields {
        fields: Fields,
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        description: Option<String>,
    },
    SetDue {
        due_at: Option<Timestamp>,
    },
    SetPriority {
        priority: Priority,
    },
    /// Name an uploaded file as an attachment's newest version.
    AttachVersion {
        attachment: AttachmentId,
        name: String,
        sha256: String,
        #[ts(type = "number")]
        size: u64,
        media_type: String,
    },
}

/// What the decider looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Seen {
    pub content: ContentDigest,
    pub round: u32,
    /// The step that was to be decided: a decision meant for one step never counts at another.
    pub step: Option<StepKey>,
    /// The version of the journey by whose rules it was looked at.
    pub journey_version: u32,
}

impl Seen {
    /// The item as it is, for who decides at `step`.
    pub fn of(item: &Item, step: Option<StepKey>) -> Self {
        Self { content: item.content.clone(), round: item.round, step, journey_version: item.journey.version }
    }
}

/// Where a resolved exception leaves to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExceptionExit {
    /// To where it came from.
    Back,
    /// Into review at this stage.
    Stage(StageKey),
    Complete,
    Withdraw,
}

/// A new item. The portal gives the reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Submission {
    pub reference: String,
    pub kind: Kind,
    pub title: String,
    pub description: String,
    pub client: ClientId,
    pub project: Option<ProjectId>,
    pub journey: JourneyRef,
    #[serde(default)]
    pub fields: Fields,
    #[serde(default)]
    pub priority: Priority,
    pub owner: Option<PersonId>,
}

/// The kinds of action that permission speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Action {
    View,
    Submit,
    Approve,
    Override,
    RequestChanges,
    Resubmit,
    Claim,
    Reassign,
    Escalate,
    DeEscalate,
    Climb,
    Refresh,
    Migrate,
    RaiseException,
    ResolveException,
    Complete,
    Withdraw,
    Reopen,
    Comment,
    NoteInternally,
    SetFields,
    SetDue,
    SetPriority,
    AttachVersion,
}

impl Command {
    /// Approve what was seen, without a word.
    pub fn approve(seen: Seen) -> Self {
        Command::Approve { seen, comment: None, outputs: Fields::new() }
    }

    /// Put `to` in the actor's own place, or that of the only one whose turn it is, at the only step that it can mean.
    pub fn reassign(to: PersonId, assignment_version: u32) -> Self {
        Command::Reassign { step: None, from: None, to, assignment_version, reason: None }
    }

    pub fn action(&self) -> Action {
        match self {
            Command::Submit(_) => Action::Submit,
            Command::Approve { .. } => Action::Approve,
            Command::Override { .. } => Action::Override,
            Command::RequestChanges { .. } => Action::RequestChanges,
            Command::Resubmit { .. } => Action::Resubmit,
            Command::Claim { .. } => Action::Claim,
            Command::Reassign { .. } => Action::Reassign,
            Command::Escalate { .. } => Action::Escalate,
            Command::DeEscalate { .. } => Action::DeEscalate,
            Command::Climb { .. } => Action::Climb,
            Command::Refresh {} => Action::Refresh,
            Command::Migrate { .. } => Action::Migrate,
            Command::RaiseException { .. } => Action::RaiseException,
            Command::ResolveException { .. } => Action::ResolveException,
            Command::Complete {} => Action::Complete,
            Command::Withdraw { .. } => Action::Withdraw,
            Command::Reopen { .. } => Action::Reopen,
            Command::Comment { visibility: Visibility::Internal, .. } => Action::NoteInternally,
            Command::Comment { visibility: Visibility::Client, .. } => Action::Comment,
            Command::SetFields { .. } => Action::SetFields,
            Command::SetDue { .. } => Action::SetDue,
            Command::SetPriority { .. } => Action::SetPriority,
            Command::AttachVersion { .. } => Action::AttachVersion,
        }
    }
}
