//! What follows from the clock and the organisation alone: who covers for whom now, and when things are due.

use super::clock::{clock, due, pauses_of_reviews};
use super::covering::covers;
use super::deciders::groups_of_seats;
use super::{Case, Ruling, happened};
use crate::calendar::Clock;
use crate::command::Action;
use crate::event::Event;
use crate::item::{Item, Phase};
use crate::refusal::{Refusal, Satisfied};

/// Looks again at every open step, at `now`. By automation alone; asked twice, the second finds nothing to do.
pub(super) fn refresh(case: &Case<'_>) -> Result<Ruling, Refusal> {
    case.only_automation(Action::Refresh)?;
    case.in_phase(Action::Refresh, &[Phase::InReview])?;
    let mut events = cover_changes(case, case.item);
    events.extend(clock_changes(case, case.item));
    if events.is_empty() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    happened(events)
}

fn cover_changes(case: &Case<'_>, item: &Item) -> Vec<Event> {
    let changed = item.reviews.iter().filter_map(|review| {
        let (_, step) = case.journey.step(&review.step)?;
        let now = covers(case.journey, step, item, &review.reviewers, case.organisation, case.now);
        let groups = groups_of_seats(step, &case.organisation.people, &review.reviewers, &now);
        let changed = now != review.covers || groups != review.groups;
        changed.then(|| Event::CoverChanged { step: review.step.clone(), covers: now, groups })
    });
    changed.collect()
}

/// The clocks of open steps that are due at another time now, by the calendar that counts for them now.
pub(super) fn clock_changes(case: &Case<'_>, item: &Item) -> Vec<Event> {
    let pauses = pauses_of_reviews(item);
    let changed = item.reviews.iter().filter_map(|review| {
        let (_, step) = case.journey.step(&review.step)?;
        let Clock { target, started_at, .. } = *review.clock.as_ref()?;
        let clock = clock(case.journey, step, &review.reviewers, target, case.organisation, started_at);
        let due_at = due(&clock, &pauses, case.organisation);
        (due_at != review.due_at).then(|| Event::ClockSet { step: review.step.clone(), clock, due_at })
    });
    changed.collect()
}
