//! The item: a piece of client work, with everything that rules and readers need to know of it.

use crate::digest::{ContentDigest, Immaterial};
use crate::event::{Entry, Happening};
use crate::ids::{
    AttachmentId, ClientId, CommentId, ItemId, JourneyKey, PersonId, ProjectId, StageKey, StepKey,
};
use crate::people::Place;
use crate::review::Review;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Kind {
    Request,
    Deliverable,
    Ticket,
    Invoice,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Request, Kind::Deliverable, Kind::Ticket, Kind::Invoice];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Request => "request",
            Kind::Deliverable => "deliverable",
            Kind::Ticket => "ticket",
            Kind::Invoice => "invoice",
        }
    }
}

/// The canonical phases, the same in every journey, so that queues and reports compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Phase {
    /// Saved by the client, not yet handed over: nobody's work here.
    Draft,
    Submitted,
    InReview,
    ChangesRequested,
    Approved,
    Completed,
    Exception,
    Withdrawn,
}

impl Phase {
    pub const ALL: [Phase; 8] = [
        Phase::Draft,
        Phase::Submitted,
        Phase::InReview,
        Phase::ChangesRequested,
        Phase::Approved,
        Phase::Completed,
        Phase::Exception,
        Phase::Withdrawn,
    ];

    /// Handed over and neither completed nor withdrawn.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Phase::Submitted | Phase::InReview | Phase::ChangesRequested | Phase::Approved | Phase::Exception
        )
    }

    pub fn is_terminal(self) -> bool {
        matches!(self, Phase::Completed | Phase::Withdrawn)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Draft => "draft",
            Phase::Submitted => "submitted",
            Phase::InReview => "in_review",
            Phase::ChangesRequested => "changes_requested",
            Phase::Approved => "approved",
            Phase::Completed => "completed",
            Phase::Exception => "exception",
            Phase::Withdrawn => "withdrawn",
        }
    }
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }
}

/// A form field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(untagged)]
#[ts(export)]
pub enum FieldValue {
    Flag(bool),
    /// Whole numbers; money is in minor units (cents).
    #[ts(type = "number")]
    Integer(i64),
    Text(String),
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Flag(true) => f.write_str("yes"),
            FieldValue::Flag(false) => f.write_str("no"),
            FieldValue::Integer(number) => write!(f, "{number}"),
            FieldValue::Text(text) => f.write_str(text),
        }
    }
}

impl FieldValue {
    /// The type's name, part of the content digest: the text "1" is not the number 1.
    pub fn type_name(&self) -> &'static str {
        match self {
            FieldValue::Flag(_) => "flag",
            FieldValue::Integer(_) => "integer",
            FieldValue::Text(_) => "text",
        }
    }
}

pub type Fields = BTreeMap<String, FieldValue>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Visibility {
    /// Staff only.
    Internal,
    /// The client reads it too.
    Client,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Comment {
    pub id: CommentId,
    pub visibility: Visibility,
    pub body: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PersonId>,
    pub by: Actor,
    pub at: Timestamp,
}

/// An attached document: a chain of versions, the last one current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Attachment {
    pub id: AttachmentId,
    pub name: String,
    pub versions: Vec<AttachmentVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AttachmentVersion {
    /// SHA-256 of the content, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    pub media_type: String,
    pub by: Actor,
    pub at: Timestamp,
}

/// Who did something. Automation never acts as a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Actor {
    Person(PersonId),
    /// For example `import`; shown as `system:import`.
    System(String),
}

impl Actor {
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Actor::Person(id) => Some(id),
            Actor::System(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Escalation {
    pub level: u8,
    pub reason: String,
    pub by: Actor,
    pub to: Option<PersonId>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ExceptionState {
    pub category: String,
    pub reason: String,
    /// The phase to go back to.
    pub from: Phase,
    /// Whose turn it is to resolve it, when the journey or the ownership says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub handler: Option<PersonId>,
    pub by: Actor,
    pub at: Timestamp,
}

/// The journey version that an item is pinned to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyRef {
    pub key: JourneyKey,
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Item {
    pub id: ItemId,
    /// What people say aloud, for example `ACME-142`. Unique in the portal.
    pub reference: String,
    pub kind: Kind,
    pub title: String,
    pub description: String,
    pub client: ClientId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    pub journey: JourneyRef,
    /// What is not decided on, by the journey version that it is pinned to.
    #[serde(default, skip_serializing_if = "Immaterial::is_empty")]
    pub immaterial: Immaterial,
    /// Names what is decided on, as it is. Only `apply` writes it, whenever content changes.
    pub content: ContentDigest,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Fields,
    pub priority: Priority,
    pub phase: Phase,
    /// The internal owner (account manager).
    pub owner: Option<PersonId>,
    /// The contact or staff member who handed it over.
    pub submitter: Actor,
    /// Counts hand-overs: 1 with the first submission, one more with each resubmission.
    pub round: u32,
    /// Counts changes of who has to decide; a reassignment names the one that it saw.
    pub assignment_version: u32,
    /// The open reviews: the steps of one stage, side by side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// Reviews that were closed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed_reviews: Vec<Review>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
    /// Everybody who contributed content in this round: they may not decide on it. They stay it, whatever way leads back
    /// into review, until it is handed over with other content.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub contributors: BTreeSet<PersonId>,
    /// While the client answers a request for changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rework: Option<Rework>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// How many rungs of its stage's escalation ladder it has climbed.
    #[serde(default)]
    pub rungs: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<ExceptionState>,
    pub created_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    /// When the item came to where it stands now (stage or phase).
    pub entered_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    /// When the current step must be done. Set by the SLA, or by hand.
    pub due_at: Option<Timestamp>,
    /// Somebody set `due_at`, or said that there is none; the SLA leaves it alone until the item moves on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub due_by_hand: bool,
    /// What happened, oldest first, in short.
    pub history: Vec<Entry>,
    /// One more with each applied event.
    #[ts(type = "number")]
    pub version: u64,
}

/// What was sent back, and who has changed it since. Where it is handed over changed, they are the ones who contributed
/// to the round that begins; where it is not, whoever contributed before still did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Rework {
    pub content: ContentDigest,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub by: BTreeSet<PersonId>,
}

impl Item {
    pub fn place(&self) -> Place<'_> {
        Place { client: &self.client, project: self.project.as_ref(), kind: self.kind }
    }

    /// The stage whose steps are open.
    pub fn stage(&self) -> Option<&StageKey> {
        self.reviews.first().map(|review| &review.stage)
    }

    /// The open review of a step.
    pub fn review(&self, step: &StepKey) -> Option<&Review> {
        self.reviews.iter().find(|review| &review.step == step)
    }

    /// The open review that concerns a person: the first where it is their turn, else the first.
    pub fn review_for(&self, person: &PersonId) -> Option<&Review> {
        let theirs = |review: &&Review| review.waiting_on().any(|id| id == person);
        self.reviews.iter().find(theirs).or_else(|| self.reviews.first())
    }

    /// Those whose turn it is: who has yet to decide at an open step, deputies in the place of the absent. Everybody
    /// once.
    pub fn waiting_on(&self) -> impl Iterator<Item = &PersonId> {
        let all: BTreeSet<&PersonId> = self.reviews.iter().flat_map(Review::waiting_on).collect();
        all.into_iter()
    }

    /// Whether an open step lacks the people that its quorum needs: somebody is away and nobody stands in.
    pub fn is_uncovered(&self) -> bool {
        self.phase == Phase::InReview && self.reviews.iter().any(|review| review.missing_people() > 0)
    }

    /// Whether `person` contributed content, in whichever round.
    pub fn is_work_of(&self, person: &PersonId) -> bool {
        let is_work = |what: &Happening| match what {
            Happening::Drafted | Happening::Submitted | Happening::Resubmitted { .. } => true,
            Happening::FieldsSet { cosmetic, .. } => !cosmetic,
            Happening::VersionAttached { .. } => true,
            _ => false,
        };
        self.contributors.contains(person)
            || self.history.iter().any(|entry| entry.by.person() == Some(person) && is_work(&entry.what))
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.phase.is_open() && self.due_at.is_some_and(|due| due < now)
    }
}
