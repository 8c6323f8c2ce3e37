//! An item in flight moves to another version of its journey.

use super::content::{check_complete, check_known};
use super::opening::Opening;
use super::{Case, Ruling, happened};
use crate::command::Action;
use crate::digest::{ContentDigest, Immaterial};
use crate::event::Event;
use crate::ids::StageKey;
use crate::item::{Item, JourneyRef, Phase};
use crate::journey::{Journey, Stage, Step};
use crate::refusal::{Refusal, Satisfied};
use crate::review::{Review, ReviewOutcome};
use std::collections::BTreeMap;

/// Moves the item to version `to`. By automation alone. What is open and the same in both versions stays open; every
/// other open step closes undecided, and the stage that takes the place of its own opens by the new rules.
pub(super) fn migrate(
    case: &Case<'_>,
    successor: Option<&Journey>,
    to: u32,
    stages: &BTreeMap<StageKey, StageKey>,
) -> Result<Ruling, Refusal> {
    case.only_automation(Action::Migrate)?;
    if case.item.journey.version == to {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    let pinned = JourneyRef { key: case.item.journey.key.clone(), version: to };
    let new = successor.filter(|new| new.reference() == pinned).ok_or(Refusal::UnknownJourney)?;
    case.in_phase(
        Action::Migrate,
        &[Phase::Draft, Phase::Submitted, Phase::InReview, Phase::ChangesRequested, Phase::Approved],
    )?;
    fits(case.item, new)?;
    let migrated =
        Event::Migrated { from: case.item.journey.version, to, immaterial: Immaterial::under(new) };
    let Some(stage) = case.item.stage() else { return happened(vec![migrated]) };
    let place = stages.get(stage).unwrap_or(stage);
    let place = new.stage(place).ok_or_else(|| Refusal::UnknownStage { stage: place.clone() })?;
    let kept: Vec<&Review> =
        case.item.reviews.iter().filter(|review| is_kept(case, review, new, place)).collect();
    let mut events: Vec<Event> = case
        .item
        .reviews
        .iter()
        .filter(|review| !kept.iter().any(|kept| kept.step == review.step))
        .map(|review| Event::ReviewClosed { step: review.step.clone(), outcome: ReviewOutcome::Outdated })
        .collect();
    events.push(migrated);
    let item = case.after(&events)?;
    let opening = Opening { journey: new, item: &item, organisation: case.organisation, now: case.now };
    let to_open: Vec<&Step> = place
        .steps_for(&item)
        .into_iter()
        .filter(|step| item.review(&step.key).is_none() && !is_done(case, &item, step, new))
        .collect();
    match (to_open.as_slice(), item.reviews.as_slice()) {
        ([], []) => events.extend(opening.next(Some(&place.key))?),
        ([], _) => {}
        (steps, _) => events.extend(opening.stage(place, steps)?),
    }
    happened(events)
}

/// Whether an open review means the same under the new version.
fn is_kept(case: &Case<'_>, review: &Review, new: &Journey, place: &Stage) -> bool {
    let same_content = || ContentDigest::of(case.item, &Immaterial::under(new)) == case.item.content;
    place.key == review.stage
        && is_same_step(case, review, new)
        && case.journey.stage(&review.stage).is_some_and(|old| old.target == place.target)
        && place.steps_for(case.item).iter().any(|step| step.key == review.step)
        && (review.decisions.is_empty() || same_content())
}

fn is_same_step(case: &Case<'_>, review: &Review, new: &Journey) -> bool {
    let old = case.journey.step(&review.step).map(|(_, step)| step);
    old.is_some() && old == new.step(&review.step).map(|(_, step)| step)
}

/// Whether the step approved this content in this round already, beside those that were still open.
fn is_done(case: &Case<'_>, item: &Item, step: &Step, new: &Journey) -> bool {
    item.closed_reviews.iter().any(|review| {
        review.step == step.key
            && review.round == item.round
            && review.closed.as_ref().is_some_and(|closing| closing.outcome == ReviewOutcome::Approved)
            && is_same_step(case, review, new)
            && review.is_approved(&item.content)
    })
}

/// What the new form asks of the item.
fn fits(item: &Item, new: &Journey) -> Result<(), Refusal> {
    if !new.is_for(item.kind) {
        return Err(Refusal::WrongKind { kind: item.kind });
    }
    check_known(new, &item.fields)?;
    if item.phase == Phase::Draft { Ok(()) } else { check_complete(new, &item.fields) }
}
