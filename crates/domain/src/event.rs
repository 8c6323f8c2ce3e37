//! Events: what happened. Past tense; applying them in order rebuilds every item.

use crate::absence::Seat;
use crate::calendar::Clock;
use crate::command::Submission;
use crate::digest::{ContentDigest, Immaterial};
use crate::ids::{AttachmentId, CommandId, CommentId, PersonId, StageKey, StepKey};
use crate::item::{Actor, Fields, Phase, Priority, Visibility};
use crate::journey::{Journey, Quorum, Veto};
use crate::review::{ReviewOutcome, Verdict};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Event {
    /// Saved by the client and not handed over. Makes the item.
    Drafted {
        submission: Box<Submission>,
        /// What is not decided on, by the journey that the item is pinned to.
        #[serde(default, skip_serializing_if = "Immaterial::is_empty")]
        immaterial: Immaterial,
    },
    /// Handed over for the first time. Makes the item, unless it was drafted before.
    Submitted {
        submission: Box<Submission>,
        #[serde(default, skip_serializing_if = "Immaterial::is_empty")]
        immaterial: Immaterial,
    },
    /// Steps and stages that do not apply to the item as it is; or, `undecided`, that do, and that a resolved exception
    /// leads past.
    Skipped {
        steps: Vec<StepKey>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undecided: bool,
    },
    ReviewOpened {
        stage: StageKey,
        step: StepKey,
        reviewers: Vec<PersonId>,
        quorum: Quorum,
        /// How many people must approve.
        needed: u32,
        #[serde(default)]
        veto: Veto,
        due_at: Option<Timestamp>,
        /// What it is due by; none without a target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<Clock>,
        /// The seats of those who are away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        covers: Vec<Seat>,
        /// With one per group: which of them the people in the seats belong to.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        groups: BTreeMap<PersonId, Vec<String>>,
        /// Nobody whom the step names may decide; whoever it was given to instead.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        fallback: bool,
    },
    Decided {
        step: StepKey,
        verdict: Verdict,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        content: ContentDigest,
        round: u32,
        journey_version: u32,
        /// The chain of absent people from the reviewer on. Empty: in the decider's own right.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        on_behalf_of: Vec<PersonId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        groups: Vec<String>,
        #[serde(default, skip_serializing_if = "Fields::is_empty")]
        outputs: Fields,
        /// Taken in the deciders' place.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overriding: bool,
    },
    ReviewClosed {
        step: StepKey,
        outcome: ReviewOutcome,
    },
    /// Went back to the client.
    ChangesRequested {
        reason: String,
        due_at: Option<Timestamp>,
    },
    /// Passed its last approval step.
    Approved {
        due_at: Option<Timestamp>,
    },
    Resubmitted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// Somebody left or came back, or a deputy did; or somebody in a seat belongs to other groups now.
    CoverChanged {
        step: StepKey,
        covers: Vec<Seat>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        groups: BTreeMap<PersonId, Vec<String>>,
    },
    /// The step is due at another time: its calendar changed, or its clock stood still.
    ClockSet {
        step: StepKey,
        clock: Clock,
        due_at: Option<Timestamp>,
    },
    /// The client's answer, or the completion, is due at another time: the calendar changed.
    Rescheduled {
        due_at: Option<Timestamp>,
    },
    /// Pinned to another version of its journey from now on.
    Migrated {
        from: u32,
        to: u32,
        #[serde(default, skip_serializing_if = "Immaterial::is_empty")]
        immaterial: Immaterial,
    },
    /// Whoever acted took a free seat.
    Claimed {
        step: StepKey,
        /// Theirs, with one per group.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        groups: Vec<String>,
    },
    /// Of one step; without a step, of the item: its owner.
    Reassigned {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<StepKey>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
        to: PersonId,
        /// Of `to`, with one per group.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        groups: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Escalated {
        level: u8,
        to: Option<PersonId>,
        reason: String,
        /// The rung of the ladder that was reached; none by hand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rung: Option<u8>,
        /// By the portal's clock, not by who acted: too few people are left to decide a step.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        automatic: bool,
    },
    DeEscalated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    ExceptionRaised {
        category: String,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handler: Option<PersonId>,
        /// By the journey's rule, not by who acted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        automatic: bool,
    },
    ExceptionResolved {
        to: Phase,
        reason: String,
        due_at: Option<Timestamp>,
        /// Completed in the deciders' place: nobody approved it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overriding: bool,
    },
    Completed {},
    Withdrawn {
        reason: String,
    },
    Reopened {
        reason: String,
    },
    Commented {
        id: CommentId,
        visibility: Visibility,
        body: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<PersonId>,
    },
    FieldsSet {
        fields: Fields,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// Nothing that is decided on changed: approvals stay as they are.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cosmetic: bool,
    },
    DueSet {
        due_at: Option<Timestamp>,
    },
    PrioritySet {
        priority: Priority,
    },
    VersionAttached {
        attachment: AttachmentId,
        name: String,
        sha256: String,
        size: u64,
        media_type: String,
    },
    /// An activity of an imported history that changes nothing here, kept in its own words.
    Noted {
        activity: String,
    },
}

impl Event {
    /// Saved under `journey`, which says what of it will be decided on.
    pub fn drafted(submission: Submission, journey: &Journey) -> Self {
        Event::Drafted { submission: Box::new(submission), immaterial: Immaterial::under(journey) }
    }

    /// Handed over under `journey`, which says what of it is decided on.
    pub fn submitted(submission: Submission, journey: &Journey) -> Self {
        Event::Submitted { submission: Box::new(submission), immaterial: Immaterial::under(journey) }
    }
}

/// An event with who, when and why: one line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub event: Event,
    pub by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// The portal's clock: this one rules.
    pub at: Timestamp,
    /// The device's clock when the command was given, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
}

/// One line of an item's history, short enough to travel with the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Entry {
    pub at: Timestamp,
    pub by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub on_behalf_of: Option<PersonId>,
    pub what: Happening,
}

/// What an entry says. Comments and the content of decisions stand in the item itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Happening {
    Drafted,
    Submitted,
    /// Steps that do not apply were passed over.
    Skipped {
        steps: Vec<StepKey>,
    },
    /// A resolved exception led past steps that nobody approved.
    LedPast {
        steps: Vec<StepKey>,
    },
    ReviewOpened {
        stage: StageKey,
        step: StepKey,
        reviewers: Vec<PersonId>,
        /// Nobody whom the step names may decide.
        fallback: bool,
    },
    Approved {
        step: StepKey,
        on_behalf_of: Vec<PersonId>,
        reason: Option<String>,
    },
    /// The step was closed in the deciders' place.
    Overridden {
        step: StepKey,
        reason: Option<String>,
    },
    ChangesRequested {
        step: StepKey,
        on_behalf_of: Vec<PersonId>,
        reason: Option<String>,
    },
    /// The review was closed undecided because the content changed.
    Outdated {
        step: StepKey,
    },
    SentBack {
        reason: String,
    },
    FullyApproved,
    Resubmitted {
        round: u32,
    },
    /// Who decides for those who are away: now these seats are covered, or nobody covers them.
    CoverChanged {
        step: StepKey,
        covers: Vec<Seat>,
    },
    ClockSet {
        step: StepKey,
        due_at: Option<Timestamp>,
    },
    /// What the client or the owner owes is due at another time by the calendar.
    Rescheduled {
        due_at: Option<Timestamp>,
    },
    /// Moved to another version of its journey.
    Migrated {
        from: u32,
        to: u32,
    },
    Claimed {
        step: StepKey,
    },
    Reassigned {
        step: Option<StepKey>,
        from: Option<PersonId>,
        to: PersonId,
        reason: Option<String>,
    },
    Escalated {
        level: u8,
        to: Option<PersonId>,
        reason: String,
    },
    DeEscalated,
    ExceptionRaised {
        category: String,
        reason: String,
    },
    ExceptionResolved {
        to: Phase,
        reason: String,
        /// Completed in the deciders' place.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overriding: bool,
    },
    Completed,
    Withdrawn {
        reason: String,
    },
    Reopened {
        reason: String,
    },
    Commented {
        visibility: Visibility,
    },
    FieldsSet {
        names: Vec<String>,
        /// Approvals stayed as they were.
        cosmetic: bool,
    },
    DueSet {
        due_at: Option<Timestamp>,
    },
    PrioritySet {
        priority: Priority,
    },
    VersionAttached {
        name: String,
        version: u32,
    },
    Noted {
        activity: String,
    },
}
