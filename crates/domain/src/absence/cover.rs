//! Who decides in whose place.

use super::record::Work;
use super::registry::Absences;
use crate::ids::PersonId;
use crate::people::{People, Person};
use crate::refusal::Denial;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How often work may be handed on: the absentee and at most seven deputies who are away themselves.
pub const MAX_CHAIN: usize = 8;

/// Which work needs cover, and what is known of the people.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub absences: &'a Absences,
    pub people: &'a People,
    pub work: Work<'a>,
    /// Those who contributed to the work: they may not decide on it, and nobody may in their place.
    pub barred: &'a BTreeSet<PersonId>,
}

/// Who sits in somebody's seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "cover", rename_all = "snake_case")]
#[ts(export)]
pub enum Cover {
    /// Their own: they are not away. Whether they may decide is not asked here.
    Present,
    /// A deputy, named by everybody in `via`: the absentee first, then each deputy who is away too, in order.
    By { person: PersonId, via: Vec<PersonId> },
    /// Nobody. `via` handed the work on, the absentee first, and with `person` it ends. Where the absentee handed
    /// nothing on, `via` is empty and `person` is the absentee.
    Uncovered { why: Hole, person: PersonId, via: Vec<PersonId> },
}

/// Why the hand-over ends with nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "CoverHole")]
pub enum Hole {
    /// Is away and named nobody for this work.
    NoDelegate,
    /// Had handed it on already.
    Loop,
    /// Is away, and it was handed on [`MAX_CHAIN`] times.
    TooDeep,
    /// The account is switched off.
    Disabled,
    /// Nobody has that id.
    Unknown,
    /// May not decide on this work. An absentee who contributed to it has nothing to hand on.
    NotEligible(Denial),
}

/// Who decides at `at` in the seat of `person`. `eligible` is asked of every deputy on the way, away or not: nobody
/// hands on what they could not take.
///
/// The first delegation whose scope covers the work decides. Where that deputy cannot take it, it is uncovered; no other
/// delegation is tried.
pub fn cover(
    question: Question<'_>,
    person: &PersonId,
    at: Timestamp,
    eligible: impl Fn(&Person) -> Result<(), Denial>,
) -> Cover {
    let mut via: Vec<PersonId> = Vec::new();
    let mut current = person;
    let why = loop {
        if via.contains(current) {
            break Hole::Loop;
        }
        let known = match question.people.get(current) {
            None => break Hole::Unknown,
            Some(person) if person.disabled => break Hole::Disabled,
            Some(person) => person,
        };
        let is_deputy = !via.is_empty();
        let absence = question.absences.absent_at(current, at);
        if absence.is_none() && !is_deputy {
            return Cover::Present;
        }
        if question.barred.contains(current) {
            break Hole::NotEligible(Denial::Contributor);
        }
        if is_deputy && let Err(denial) = eligible(known) {
            break Hole::NotEligible(denial);
        }
        let Some(absence) = absence else {
            return Cover::By { person: current.clone(), via };
        };
        if via.len() == MAX_CHAIN {
            break Hole::TooDeep;
        }
        let Some(delegation) = absence.delegation_for(question.work) else {
            break Hole::NoDelegate;
        };
        via.push(current.clone());
        current = &delegation.to;
    };
    Cover::Uncovered { why, person: current.clone(), via }
}

impl Cover {
    /// Everybody the answer hangs on, when asked for the seat of `person`.
    pub(super) fn people<'a>(&'a self, person: &'a PersonId) -> impl Iterator<Item = &'a PersonId> {
        let (via, end) = match self {
            Cover::Present => (&[][..], person),
            Cover::By { person, via } | Cover::Uncovered { person, via, .. } => (via.as_slice(), person),
        };
        via.iter().chain([end])
    }
}
