//! Reviews: one approval step of one item in one round, and the decisions taken in it.

use crate::absence::{Cover, Seat};
use crate::calendar::Clock;
use crate::digest::ContentDigest;
use crate::ids::{PersonId, StageKey, StepKey};
use crate::journey::{Quorum, Veto};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Review {
    pub stage: StageKey,
    pub step: StepKey,
    pub round: u32,
    /// Whose turn it became. Empty: anybody eligible may claim it.
    pub reviewers: Vec<PersonId>,
    pub quorum: Quorum,
    /// How many people must approve, counted when it opened: it never becomes less while the review is open.
    pub needed: u32,
    #[serde(default)]
    pub veto: Veto,
    pub opened_at: Timestamp,
    pub due_at: Option<Timestamp>,
    /// What it is due by; none without a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<Clock>,
    /// The seats of those reviewers who are away: who decides in their place, or why nobody does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Seat>,
    /// With one per group: those of the groups that each person with a seat, or in one, belongs to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<PersonId, Vec<String>>,
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
    /// The content changed, another step sent the item back, or it left review, before this was decided.
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
    /// The chain of absent people from the reviewer to the one who handed on to `by`. Empty: in their own right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_behalf_of: Vec<PersonId>,
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub content: ContentDigest,
    pub round: u32,
    /// The version of the journey by whose rules it was decided.
    pub journey_version: u32,
    /// Those of the step's groups that `by` belonged to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Taken in the deciders' place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overriding: bool,
    pub at: Timestamp,
}

impl Decision {
    /// Whose seat it fills: the absent reviewer's, or the decider's own.
    pub fn seat(&self) -> &PersonId {
        self.on_behalf_of.first().unwrap_or(&self.by)
    }
}

impl Review {
    /// The reviewers whose seat nobody has filled yet.
    pub fn undecided(&self) -> impl Iterator<Item = &PersonId> {
        self.reviewers
            .iter()
            .filter(|person| !self.decisions.iter().any(|decision| decision.seat() == *person))
    }

    /// Those whose turn it is: whoever sits in a seat that nobody has filled, unless they decided in another.
    pub fn waiting_on(&self) -> impl Iterator<Item = &PersonId> {
        let decided = |person: &PersonId| self.decisions.iter().any(|decision| &decision.by == person);
        self.undecided().filter_map(|reviewer| self.sitting_for(reviewer)).filter(move |id| !decided(id))
    }

    /// Who sits in a reviewer's seat: themselves, their deputy, or nobody.
    pub fn sitting_for<'a>(&'a self, reviewer: &'a PersonId) -> Option<&'a PersonId> {
        match self.covers.iter().find(|seat| &seat.reviewer == reviewer) {
            Some(seat) => seat.person(),
            None => Some(reviewer),
        }
    }

    /// In whose place `person` would decide: the chain of the absent from the reviewer on. Empty in their own seat;
    /// none where they have no seat.
    pub fn seat_of(&self, person: &PersonId) -> Option<Vec<PersonId>> {
        if self.reviewers.contains(person) {
            return Some(Vec::new());
        }
        let unfilled = |seat: &&Seat| self.undecided().any(|reviewer| reviewer == &seat.reviewer);
        self.covers.iter().filter(unfilled).find_map(|seat| match &seat.cover {
            Cover::By { person: deputy, via } if deputy == person => Some(via.clone()),
            _ => None,
        })
    }

    /// The people who approved this content, each once.
    pub fn approvers<'a>(&'a self, content: &'a ContentDigest) -> BTreeSet<&'a PersonId> {
        self.approvals_of(None, content).map(|decision| &decision.by).collect()
    }

    fn approvals_of<'a>(
        &'a self,
        also: Option<&'a Decision>,
        content: &'a ContentDigest,
    ) -> impl Iterator<Item = &'a Decision> {
        self.decisions
            .iter()
            .chain(also)
            .filter(move |decision| decision.verdict == Verdict::Approve && &decision.content == content)
    }

    /// How far it has come: approvals that count, of those needed.
    pub fn approvals(&self, content: &ContentDigest) -> u32 {
        self.approvals_with(None, content)
    }

    fn approvals_with(&self, also: Option<&Decision>, content: &ContentDigest) -> u32 {
        let counted = match &self.quorum {
            Quorum::OnePerGroup(groups) => {
                let hats: Vec<(&PersonId, &[String])> = self
                    .approvals_of(also, content)
                    .map(|decision| (&decision.by, decision.groups.as_slice()))
                    .collect();
                groups_filled(groups, &hats)
            }
            _ => self.approvals_of(also, content).map(|decision| &decision.by).collect::<BTreeSet<_>>().len(),
        };
        u32::try_from(counted).unwrap_or(u32::MAX).min(self.needed)
    }

    /// Whether the approvals of this content are enough, or one of them overrides.
    pub fn is_approved(&self, content: &ContentDigest) -> bool {
        self.is_approved_with(None, content)
    }

    /// As [`Review::is_approved`], with one more decision.
    pub(crate) fn is_approved_with(&self, also: Option<&Decision>, content: &ContentDigest) -> bool {
        self.approvals_with(also, content) >= self.needed
            || self.approvals_of(also, content).any(|decision| decision.overriding)
    }

    /// Whether anybody eligible may take a seat: a pool, or fewer people are left than must approve.
    pub fn has_free_seats(&self) -> bool {
        self.reviewers.is_empty() || self.missing_people() > 0
    }

    /// How many seats nobody fills: fewer people decided or have their turn than must approve. With one per group: how
    /// many groups have nobody. A pool lacks nobody.
    pub fn missing_people(&self) -> u32 {
        if self.reviewers.is_empty() { 0 } else { self.short_of(self.waiting_on(), &self.groups) }
    }

    /// Whether fewer would be missing with `person` beside those who decided or have their turn; `groups` are theirs.
    pub fn needs(&self, person: &PersonId, groups: &[String]) -> bool {
        let mut known = self.groups.clone();
        known.insert(person.clone(), groups.to_vec());
        let seated = || self.waiting_on();
        self.short_of(seated().chain([person]), &known) < self.short_of(seated(), &self.groups)
    }

    /// How many more people must be found, were these to decide beside those who have decided.
    pub(crate) fn short_of<'a>(
        &'a self,
        people: impl Iterator<Item = &'a PersonId>,
        groups: &'a BTreeMap<PersonId, Vec<String>>,
    ) -> u32 {
        let filled = match &self.quorum {
            Quorum::OnePerGroup(asked) => {
                let decided =
                    self.decisions.iter().map(|decision| (&decision.by, decision.groups.as_slice()));
                let of = |id: &'a PersonId| (id, groups.get(id).map_or(&[][..], Vec::as_slice));
                groups_filled(asked, &decided.chain(people.map(of)).collect::<Vec<_>>())
            }
            _ => {
                let decided = self.decisions.iter().map(|decision| &decision.by);
                decided.chain(people).collect::<BTreeSet<_>>().len()
            }
        };
        self.needed.saturating_sub(u32::try_from(filled).unwrap_or(u32::MAX))
    }
}

/// How many of `groups` can be given a person of their own, from people with the groups that they belong to: a maximum
/// matching, found by augmenting paths.
pub(crate) fn groups_filled(groups: &[String], people: &[(&PersonId, &[String])]) -> usize {
    let mut taken: Vec<Option<usize>> = vec![None; groups.len()];
    let mut seen_people = BTreeSet::new();
    let mut filled = 0;
    for (index, (person, _)) in people.iter().enumerate() {
        if seen_people.insert(*person) && seat(index, groups, people, &mut taken, &mut BTreeSet::new()) {
            filled += 1;
        }
    }
    filled
}

fn seat(
    person: usize,
    groups: &[String],
    people: &[(&PersonId, &[String])],
    taken: &mut Vec<Option<usize>>,
    tried: &mut BTreeSet<usize>,
) -> bool {
    for (at, group) in groups.iter().enumerate() {
        if !people[person].1.contains(group) || !tried.insert(at) {
            continue;
        }
        let free = match taken[at] {
            None => true,
            Some(other) => seat(other, groups, people, taken, tried),
        };
        if free {
            taken[at] = Some(person);
            return true;
        }
    }
    false
}
