//! Why a command is refused, or needs nothing done. Closed lists; the sentences are made where people read them.

use crate::command::{Action, Seen};
use crate::ids::{PersonId, StageKey, StepKey};
use crate::item::{Kind, Phase};
use crate::journey::FieldProblem;
use crate::people::Role;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Why `decide` says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Refusal {
    #[error("not permitted: {why:?}")]
    Denied { action: Action, why: Denial },
    /// The action makes no sense where the item stands.
    #[error("not possible while {phase:?}")]
    WrongPhase { action: Action, phase: Phase },
    /// Conflict: the content or the round is another than what was seen.
    #[error("the content changed since it was seen")]
    ContentChanged { seen: Seen, current: Seen },
    /// Conflict: somebody else has been put in charge since.
    #[error("the assignment changed since it was seen")]
    AssignmentChanged { seen: u32, current: u32 },
    #[error("the review seen was closed since")]
    ReviewMovedOn { step: Option<StepKey> },
    /// Conflict: the item moved to another version of its journey.
    #[error("the journey's rules changed since it was seen")]
    JourneyChanged { seen: u32, current: u32 },
    /// Several steps are open, and the command does not say which it means.
    #[error("say which step")]
    StepRequired { steps: Vec<StepKey> },
    /// Several people have the step, and the command does not say whom it means.
    #[error("say whose place it is")]
    SeatRequired { step: StepKey, people: Vec<PersonId> },
    /// Fewer people would be left to decide than must approve.
    #[error("too few people would be left to decide")]
    QuorumUnreachable { step: StepKey, needed: u32 },
    /// The journey refuses what would open a step that nobody may decide.
    #[error("nobody may decide at the next step")]
    NobodyToDecide { step: StepKey },
    #[error("{key}: {problem}")]
    Field { key: String, problem: FieldProblem },
    /// The journey is not for items of this kind.
    #[error("the journey is not for a {kind:?}")]
    WrongKind { kind: Kind },
    #[error("there is no such category of exceptions")]
    UnknownCategory { known: Vec<String> },
    #[error("the journey has no such stage")]
    UnknownStage { stage: StageKey },
    /// It is not time for this rung yet.
    #[error("not due yet")]
    NotDueYet { at: Option<Timestamp> },
    #[error("a reason is required")]
    ReasonRequired { action: Action },
    #[error("{field} is too long: {length} of at most {limit} bytes")]
    TooLong { field: String, length: u32, limit: u32 },
    #[error("{field} is empty")]
    Empty { field: String },
    /// The person named cannot take it.
    #[error("{person} cannot take this")]
    NotEligible { person: PersonId, why: Denial },
    #[error("the reviewer to replace, {person}, is not one of them")]
    NotAReviewer { person: PersonId },
    #[error("there is no open review")]
    NoOpenReview,
    #[error("there is no such item")]
    NoSuchItem,
    /// The command is not one that this portal knows: it came from a newer program.
    #[error("the command is not known here")]
    NotUnderstood,
    /// Conflict: it was without an answer for so long that its author is asked again.
    #[error("it is too old to be applied unasked")]
    TooOld,
    /// The person, or the device that it came from, was shut out before it arrived.
    #[error("the author was shut out")]
    ShutOut,
    #[error("there is such an item already")]
    ItemExists,
    #[error("the file's name, size or hash is not acceptable")]
    BadFile,
    #[error("the journey is not known")]
    UnknownJourney,
    /// New items of this client do not start on this version of the journey, or not any more.
    #[error("new items start on another version of the journey")]
    JourneySuperseded { version: u32, current: Option<u32> },
    #[error("the client or project is not known")]
    UnknownClient,
}

/// The permission rule that denies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Denial {
    /// No grant reaches the item.
    OutOfScope,
    /// A grant reaches it, and none of the roles that may do this.
    NeedsRole(Vec<Role>),
    /// Contributed content in this round: may not decide on it.
    Contributor,
    /// It is somebody else's turn.
    NotReviewer,
    /// Already decided in this review.
    AlreadyDecided,
    /// Does not belong to those who decide at this stage.
    NotADecider,
    Disabled,
    UnknownPerson,
    /// The journey names no role that may override, or none that the person holds.
    NoOverride,
    /// Neither owns the item, nor has it, nor is a lead or an admin over it.
    NotInvolved,
    /// The exception is for somebody else to resolve.
    NotHandler,
    /// Only the portal's own automation does this.
    AutomationOnly,
}

/// What a command wanted is so already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfied {
    /// I approved it before, or somebody else closed the step with an approval of the same content.
    AlreadyApproved,
    AlreadySentBack,
    AlreadyAssigned,
    AlreadyEscalated,
    /// This rung was climbed before.
    AlreadyClimbed,
    NotEscalated,
    AlreadyCompleted,
    AlreadyWithdrawn,
    AlreadyOpen,
    AlreadyInException,
    AlreadySet,
    AlreadySaid,
    AlreadyAttached,
}

impl Refusal {
    /// A conflict: the author looks at what is there now and decides again.
    pub fn is_conflict(&self) -> bool {
        matches!(
            self,
            Refusal::ContentChanged { .. }
                | Refusal::AssignmentChanged { .. }
                | Refusal::ReviewMovedOn { .. }
                | Refusal::JourneyChanged { .. }
                | Refusal::TooOld
        )
    }
}
