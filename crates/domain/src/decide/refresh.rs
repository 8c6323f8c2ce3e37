//! What follows from the clock and the organisation alone: who covers for whom now, and when things are due.

use super::clock::{clock, due, due_when_awaited, pauses_of_reviews};
use super::covering::covers;
use super::deciders::groups_of_seats;
use super::{Case, Ruling, happened};
use crate::calendar::Clock;
use crate::command::Action;
use crate::event::Event;
use crate::item::{Item, Phase};
use crate::refusal::{Refusal, Satisfied};
use crate::review::Review;

/// Looks again at every open step, and at what the client or the owner owes, at `now`. By automation alone; asked twice,
/// the second finds nothing to do.
pub(super) fn refresh(case: &Case<'_>) -> Result<Ruling, Refusal> {
    case.only_automation(Action::Refresh)?;
    case.in_phase(Action::Refresh, &[Phase::InReview, Phase::ChangesRequested, Phase::Approved])?;
    let events = match case.item.phase {
        Phase::InReview => {
            let mut events = cover_changes(case, case.item);
            events.extend(clock_changes(case, case.item));
            events
        }
        awaited => rescheduled(case, awaited).into_iter().collect(),
    };
    if events.is_empty() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    happened(events)
}

/// What is awaited is due at another time by the calendar as it is now. What has no date gets none.
fn rescheduled(case: &Case<'_>, awaited: Phase) -> Option<Event> {
    let before = case.item.due_at?;
    let due_at = due_when_awaited(case, awaited);
    (due_at != Some(before)).then_some(Event::Rescheduled { due_at })
}

/// Who sits where now, and whether that leaves a step without enough people which had them: once for each time that it
/// comes to that.
pub(super) fn cover_changes(case: &Case<'_>, item: &Item) -> Vec<Event> {
    let (mut events, short) = covered_otherwise(case, item);
    events.extend(case.opening(item).uncovered(&short));
    events
}

/// What follows from somebody's having been given a seat in `after`: deputies sit down for whoever is away, and where
/// that, or the new one's sitting there already, leaves too few people, it is escalated.
pub(super) fn seated(case: &Case<'_>, after: Item) -> Result<Vec<Event>, Refusal> {
    let (mut events, _) = covered_otherwise(case, &after);
    let after = case.afterwards(after, &events)?;
    let had_enough = |review: &Review| {
        let before = case.item.review(&review.step);
        before.is_some_and(|before| !before.reviewers.is_empty() && before.missing_people() == 0)
    };
    let short = after.reviews.iter().filter(|review| review.missing_people() > 0 && had_enough(review));
    let names = short.filter_map(|review| Some(case.journey.step(&review.step)?.1.name.as_str()));
    events.extend(case.opening(&after).uncovered(&names.collect::<Vec<_>>()));
    Ok(events)
}

/// The open steps whose seats are covered otherwise now, and the names of those that lack people only by that.
fn covered_otherwise<'a>(case: &Case<'a>, item: &Item) -> (Vec<Event>, Vec<&'a str>) {
    let mut events = Vec::new();
    let mut uncovered = Vec::new();
    for review in &item.reviews {
        let Some((_, step)) = case.journey.step(&review.step) else { continue };
        let now = covers(case.journey, step, item, &review.reviewers, case.organisation, case.now);
        let groups = groups_of_seats(step, &case.organisation.people, &review.reviewers, &now);
        if now == review.covers && groups == review.groups {
            continue;
        }
        let after = Review { covers: now, groups, ..review.clone() };
        if review.missing_people() == 0 && after.missing_people() > 0 {
            uncovered.push(step.name.as_str());
        }
        let Review { covers, groups, .. } = after;
        events.push(Event::CoverChanged { step: review.step.clone(), covers, groups });
    }
    (events, uncovered)
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
