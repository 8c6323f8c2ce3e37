//! Reviews: one approval step of one item in one round, and the decisions taken in it.

use crate::digest::ContentDigest;
use crate::ids::{PersonId, StageKey};
use crate::journey::Quorum;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Review {
    pub stage: StageKey,
    pub round: u32,
    /// Whose turn it is. Empty: anybody eligible may claim it.
    pub reviewers: Vec<PersonId>,
    pub quorum: Quorum,
    pub opened_at: Timestamp,
    pub due_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closing>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Closing {
    pub at: Timestamp,
    pub outcome: ReviewOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ReviewOutcome {
    Approved,
    ChangesRequested,
    /// The content changed, or the item left review, before it was decided.
    Outdated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Verdict {
    Approve,
    RequestChanges,
}

/// What somebody decided, bound to the content that they looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Decision {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub content: ContentDigest,
    pub round: u32,
    pub at: Timestamp,
}

impl Review {
    /// The reviewers who have not decided yet.
    pub fn undecided(&self) -> impl Iterator<Item = &PersonId> {
        self.reviewers.iter().filter(|person| !self.decisions.iter().any(|decision| &&decision.by == person))
    }

    /// How many different people approved this content.
    pub fn approvals(&self, content: &ContentDigest) -> usize {
        self.decisions
            .iter()
            .filter(|decision| decision.verdict == Verdict::Approve && &decision.content == content)
            .map(|decision| &decision.by)
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// How many approvals close this review. Never less than one.
    pub fn approvals_needed(&self) -> usize {
        match self.quorum {
            Quorum::Any => 1,
            Quorum::All => self.reviewers.len().max(1),
            Quorum::AtLeast(number) => usize::from(number).max(1),
        }
    }
}
