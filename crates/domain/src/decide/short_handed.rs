//! Open reviews that nobody, or too few, can decide as they stand: who sits there and cannot, and who could.

use super::assignment::fills_a_seat;
use super::deciders::{eligible, groups_of, groups_of_seats};
use crate::absence::{Cover, Hole};
use crate::command::Action;
use crate::ids::{PersonId, StepKey};
use crate::item::Item;
use crate::journey::Journey;
use crate::people::{People, Person};
use crate::permission::permits_place;
use crate::refusal::Denial;
use crate::review::Review;
use std::collections::{BTreeMap, BTreeSet};

/// An open review with fewer people left who can decide it than must still approve.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ShortHanded {
    pub step: StepKey,
    /// How many must still approve.
    pub needed: u32,
    /// How many of those whose turn it is can.
    pub able: u32,
    /// Those in whose seats nobody decides, and why.
    pub unable: Vec<Unable>,
    /// Who could, were it their turn; by id.
    pub could: Vec<PersonId>,
}

/// A reviewer in whose seat nobody decides.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unable {
    pub reviewer: PersonId,
    /// With whom it ends: the reviewer, or a deputy who cannot take it.
    pub person: PersonId,
    pub why: Hole,
}

/// The open reviews of `item` that are short-handed, by its journey and the people as they are now.
pub fn short_handed(item: &Item, journey: &Journey, people: &People) -> Vec<ShortHanded> {
    item.reviews.iter().filter_map(|review| short_handed_review(item, review, journey, people)).collect()
}

fn short_handed_review(
    item: &Item,
    review: &Review,
    journey: &Journey,
    people: &People,
) -> Option<ShortHanded> {
    let (_, step) = journey.step(&review.step)?;
    let decided: BTreeSet<&PersonId> = review.decisions.iter().map(|decision| &decision.by).collect();
    let nobody = BTreeMap::new();
    let needed = review.short_of(std::iter::empty(), &nobody);
    let mut able: BTreeSet<&PersonId> = BTreeSet::new();
    let mut unable = Vec::new();
    for reviewer in review.undecided() {
        match end_of(item, review, reviewer, people) {
            Ok(person) => {
                able.insert(person);
            }
            Err(why) => unable.push(why),
        }
    }
    let may = |person: &&Person| {
        eligible(step, item, people, person).is_ok()
            && fills_a_seat(review, &person.id, &groups_of(step, person))
    };
    let could: Vec<PersonId> = people
        .iter()
        .filter(may)
        .map(|person| &person.id)
        .filter(|id| !decided.contains(id) && !able.contains(id))
        .cloned()
        .collect();
    // A pool has no seats: whoever could is awaited.
    let awaited: &[PersonId] = if review.reviewers.is_empty() { &could } else { &[] };
    let hopeful: Vec<PersonId> = able.into_iter().chain(awaited).cloned().collect();
    let groups = groups_of_seats(step, people, &hopeful, &[]);
    let able = needed - review.short_of(hopeful.iter(), &groups);
    (able < needed).then_some(ShortHanded { step: review.step.clone(), needed, able, unable, could })
}

/// Who decides in a reviewer's seat, or why nobody does. The stored cover counts, and the people as they are now.
fn end_of<'a>(
    item: &Item,
    review: &'a Review,
    reviewer: &'a PersonId,
    people: &People,
) -> Result<&'a PersonId, Unable> {
    let unable = |person: &PersonId, why| Unable { reviewer: reviewer.clone(), person: person.clone(), why };
    let person = match review.covers.iter().find(|seat| &seat.reviewer == reviewer).map(|seat| &seat.cover) {
        Some(Cover::Uncovered { why, person, .. }) => return Err(unable(person, why.clone())),
        Some(Cover::By { person, .. }) => person,
        Some(Cover::Present) | None => reviewer,
    };
    let Some(known) = people.get(person) else { return Err(unable(person, Hole::Unknown)) };
    if known.disabled {
        return Err(unable(person, Hole::Disabled));
    }
    if item.contributors.contains(person) {
        return Err(unable(person, Hole::NotEligible(Denial::Contributor)));
    }
    match permits_place(known, Action::Approve, item.place()) {
        Ok(()) => Ok(person),
        Err(why) => Err(unable(person, Hole::NotEligible(why))),
    }
}
