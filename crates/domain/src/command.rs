//! Commands: what somebody wants done. Imperative; nothing has happened yet.

use crate::digest::ContentDigest;
use crate::ids::{AttachmentId, ClientId, CommentId, PersonId, ProjectId, StageKey};
use crate::item::{Fields, JourneyRef, Kind, Phase, Priority, Visibility};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// Take an unassigned review.
    Claim {
        assignment_version: u32,
    },
    /// Put `to` in the place of `from`; without `from`, in the place of all reviewers.
    Reassign {
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
    /// The stage whose review was open: a decision meant for one step never counts at another.
    pub stage: Option<StageKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExceptionExit {
    Back,
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
    RequestChanges,
    Resubmit,
    Claim,
    Reassign,
    Escalate,
    DeEscalate,
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
    pub fn action(&self) -> Action {
        match self {
            Command::Submit(_) => Action::Submit,
            Command::Approve { .. } => Action::Approve,
            Command::RequestChanges { .. } => Action::RequestChanges,
            Command::Resubmit { .. } => Action::Resubmit,
            Command::Claim { .. } => Action::Claim,
            Command::Reassign { .. } => Action::Reassign,
            Command::Escalate { .. } => Action::Escalate,
            Command::DeEscalate { .. } => Action::DeEscalate,
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

impl ExceptionExit {
    pub fn phase(self, from: Phase) -> Phase {
        match self {
            ExceptionExit::Back => from,
            ExceptionExit::Complete => Phase::Completed,
            ExceptionExit::Withdraw => Phase::Withdrawn,
        }
    }
}
