//! Who sits in whose seat while reviewers are away.

use super::deciders::eligible;
use crate::absence::{Cover, Question, Seat, Work, seats};
use crate::command::Action;
use crate::ids::PersonId;
use crate::item::Item;
use crate::journey::{Deciders, Journey, Step};
use crate::organisation::Organisation;
use crate::people::{People, Person};
use crate::permission::permits_place;
use crate::refusal::Denial;
use crate::time::Timestamp;

/// The seats of those reviewers who are away at `at`, or switched off: who decides in their place, or why nobody does.
pub(super) fn covers(
    journey: &Journey,
    step: &Step,
    item: &Item,
    reviewers: &[PersonId],
    organisation: &Organisation,
    at: Timestamp,
) -> Vec<Seat> {
    let people = &organisation.people;
    let question = Question {
        absences: &organisation.absences,
        people,
        work: Work { place: item.place(), amount: journey.amount(item) },
        barred: &item.contributors,
    };
    let mut found = seats(question, reviewers, at, |person| may_stand_in(step, item, people, person));
    found.retain(|seat| seat.cover != Cover::Present);
    found
}

/// Whether `person` may decide at `step` in somebody's place: who could decide there in their own right, and where the
/// step names somebody by who they are, anybody who may decide at all on such items.
///
/// # Errors
/// The rule that denies.
pub fn may_stand_in(step: &Step, item: &Item, people: &People, person: &Person) -> Result<(), Denial> {
    match eligible(step, item, people, person) {
        Err(Denial::NotADecider | Denial::OutOfScope) if names_somebody(step) => {
            permits_place(person, Action::Approve, item.place())
        }
        answer => answer,
    }
}

fn names_somebody(step: &Step) -> bool {
    step.deciders.iter().any(|rule| match rule {
        Deciders::Role(_) | Deciders::Group(_) => false,
        Deciders::Owner
        | Deciders::ClientOwner
        | Deciders::SubmitterLead
        | Deciders::OwnerLead
        | Deciders::Person(_) => true,
    })
}
