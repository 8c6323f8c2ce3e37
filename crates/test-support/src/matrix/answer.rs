//! What a cell holds: allowed, or the rule that refuses.

use postern_domain::{Denial, Refusal, Ruling};
use std::fmt;

/// The answer to one cell. What a cell is not about, such as a field that is too long, is no answer of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    Allowed,
    Nothing,
    OutOfSight,
    NeedsRole,
    Contributor,
    NotTheirTurn,
    Decided,
    NotADecider,
    NoOverride,
    NotHandler,
    Automation,
    Disabled,
    WrongPhase,
    MovedOn,
    NoOpenReview,
    AssignmentChanged,
    ItemExists,
}

impl Answer {
    pub const ALL: [Answer; 17] = [
        Answer::Allowed,
        Answer::Nothing,
        Answer::OutOfSight,
        Answer::NeedsRole,
        Answer::Contributor,
        Answer::NotTheirTurn,
        Answer::Decided,
        Answer::NotADecider,
        Answer::NoOverride,
        Answer::NotHandler,
        Answer::Automation,
        Answer::Disabled,
        Answer::WrongPhase,
        Answer::MovedOn,
        Answer::NoOpenReview,
        Answer::AssignmentChanged,
        Answer::ItemExists,
    ];

    pub fn of(ruling: &Result<Ruling, Refusal>) -> Self {
        match ruling {
            Ok(Ruling::Happened(_)) => Answer::Allowed,
            Ok(Ruling::AlreadySatisfied(_)) => Answer::Nothing,
            Err(refusal) => Self::of_refusal(refusal),
        }
    }

    /// # Panics
    /// When the rule is not one that a cell is about: then the command is not the right one for its cell.
    pub fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Denied { why, .. } => Self::of_denial(why),
            // Over HTTP, whoever is switched off is turned away before the rules are asked.
            Refusal::ShutOut => Answer::Disabled,
            Refusal::WrongPhase { .. } => Answer::WrongPhase,
            Refusal::ReviewMovedOn { .. } => Answer::MovedOn,
            Refusal::NoOpenReview => Answer::NoOpenReview,
            Refusal::AssignmentChanged { .. } => Answer::AssignmentChanged,
            Refusal::ItemExists => Answer::ItemExists,
            other => panic!("no cell is about this: {other:?}"),
        }
    }

    pub fn of_denial(why: &Denial) -> Self {
        match why {
            Denial::OutOfScope => Answer::OutOfSight,
            Denial::NeedsRole(_) | Denial::NotInvolved => Answer::NeedsRole,
            Denial::Contributor => Answer::Contributor,
            Denial::NotReviewer => Answer::NotTheirTurn,
            Denial::AlreadyDecided => Answer::Decided,
            Denial::NotADecider => Answer::NotADecider,
            Denial::Disabled => Answer::Disabled,
            Denial::NoOverride => Answer::NoOverride,
            Denial::NotHandler => Answer::NotHandler,
            Denial::AutomationOnly => Answer::Automation,
            Denial::UnknownPerson => panic!("every caller is known"),
        }
    }

    /// Whether the caller gets what they want, or has it already.
    pub fn is_yes(self) -> bool {
        matches!(self, Answer::Allowed | Answer::Nothing)
    }

    fn letter(self) -> char {
        match self {
            Answer::Allowed => '+',
            Answer::Nothing => '=',
            Answer::OutOfSight => '.',
            Answer::NeedsRole => 'r',
            Answer::Contributor => 'C',
            Answer::NotTheirTurn => 't',
            Answer::Decided => 'd',
            Answer::NotADecider => 'n',
            Answer::NoOverride => 'o',
            Answer::NotHandler => 'h',
            Answer::Automation => 'a',
            Answer::Disabled => 'x',
            Answer::WrongPhase => 'p',
            Answer::MovedOn => 'm',
            Answer::NoOpenReview => 'q',
            Answer::AssignmentChanged => 's',
            Answer::ItemExists => 'i',
        }
    }

    pub(super) fn meaning(self) -> &'static str {
        match self {
            Answer::Allowed => "allowed",
            Answer::Nothing => "nothing to do: it is so already",
            Answer::OutOfSight => "no grant reaches it: for this caller it is not there",
            Answer::NeedsRole => "needs another role, or another relation",
            Answer::Contributor => {
                "contributed to this round, or would decide in the seat of somebody who did"
            }
            Answer::NotTheirTurn => "it is somebody else's turn",
            Answer::Decided => "has decided at this step already",
            Answer::NotADecider => "does not belong to those who decide at this step",
            Answer::NoOverride => "the journey gives this role no override",
            Answer::NotHandler => "the exception is for others to resolve",
            Answer::Automation => "only the portal's own automation does this",
            Answer::Disabled => "the account is switched off",
            Answer::WrongPhase => "not possible in this phase",
            Answer::MovedOn => "conflict: the review is over",
            Answer::NoOpenReview => "there is no open review",
            Answer::AssignmentChanged => "conflict: somebody has it already",
            Answer::ItemExists => "there is such an item already",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}
