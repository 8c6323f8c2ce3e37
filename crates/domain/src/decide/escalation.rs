//! Brought to somebody higher: by hand, or rung by rung by the portal's clock.

use super::clock::{calendar_of, pauses_of_reviews};
use super::opening::Opening;
use super::{Case, Ruling, happened, optional, required};
use crate::command::Action;
use crate::event::Event;
use crate::ids::{PersonId, StageKey};
use crate::item::{Item, Phase};
use crate::journey::{Journey, Rung, RungTime, RungTo};
use crate::organisation::Organisation;
use crate::people::Role;
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::time::Timestamp;

pub(super) fn escalate(case: &Case<'_>, to: Option<&PersonId>, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::Escalate)?;
    case.is_open(Action::Escalate)?;
    let to = match to {
        Some(id) => {
            let not_eligible = |why| Refusal::NotEligible { person: id.clone(), why };
            let person =
                case.organisation.people.get(id).ok_or_else(|| not_eligible(Denial::UnknownPerson))?;
            if !person.holds(Role::TeamLead, case.item.place()) {
                return Err(not_eligible(Denial::NeedsRole(vec![Role::TeamLead])));
            }
            Some(id.clone())
        }
        None => case.opening(case.item).lead(case.actor_id()),
    };
    if case.item.escalation.as_ref().is_some_and(|now| to.is_none() || now.to == to) {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyEscalated));
    }
    let level = next_level(case.item);
    happened(vec![Event::Escalated { level, to, reason, rung: None, automatic: false }])
}

pub(super) fn de_escalate(case: &Case<'_>, reason: Option<&str>) -> Result<Ruling, Refusal> {
    let reason = optional(reason)?;
    if case.item.escalation.is_none() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::NotEscalated));
    }
    happened(vec![Event::DeEscalated { reason }])
}

/// Climbs one rung, once: a second attempt, by whichever instance, finds it climbed.
pub(super) fn climb(case: &Case<'_>, stage: &StageKey, round: u32, rung: u8) -> Result<Ruling, Refusal> {
    let item = case.item;
    case.only_automation(Action::Climb)?;
    case.in_phase(Action::Climb, &[Phase::InReview])?;
    if item.stage() != Some(stage) || item.round != round {
        return Err(Refusal::ReviewMovedOn { step: None });
    }
    if rung <= item.rungs {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyClimbed));
    }
    let rungs = rungs(item, case.journey, case.organisation, Some(case.now));
    // A rung that waits for a date which the stage does not have is never reached; it holds none of the others back.
    let next =
        rungs.into_iter().find(|each| each.rung > item.rungs).ok_or(Refusal::NotDueYet { at: None })?;
    if next.at > case.now || next.rung != rung {
        return Err(Refusal::NotDueYet { at: Some(next.at) });
    }
    let level = next_level(item);
    happened(vec![Event::Escalated {
        level,
        to: next.to,
        reason: next.reason,
        rung: Some(rung),
        automatic: false,
    }])
}

/// How high it is brought with the next escalation.
pub(super) fn next_level(item: &Item) -> u8 {
    item.escalation.as_ref().map_or(1, |now| now.level.saturating_add(1))
}

/// A rung of an item's ladder, at the instant when it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderRung {
    /// From 1.
    pub rung: u8,
    pub at: Timestamp,
    /// To whom; none where nobody is there.
    pub to: Option<PersonId>,
    pub reason: String,
}

/// The rungs of the ladder that the item stands on and that it can reach, in their order, each with whoever it leads to
/// when it is reached. Empty while no step is open.
pub fn ladder(item: &Item, journey: &Journey, organisation: &Organisation) -> Vec<LadderRung> {
    rungs(item, journey, organisation, None)
}

/// As [`ladder`], each rung with whoever it leads to at `now`, where that is given.
fn rungs(
    item: &Item,
    journey: &Journey,
    organisation: &Organisation,
    now: Option<Timestamp>,
) -> Vec<LadderRung> {
    let Some(stage) = item.stage().and_then(|key| journey.stage(key)) else { return Vec::new() };
    let rungs = stage.escalation.as_ref().unwrap_or(&journey.escalation);
    let pauses = pauses_of_reviews(item);
    let opened = item.reviews.iter().map(|review| review.opened_at).min();
    rungs
        .iter()
        .zip(1_u8..)
        .filter_map(|(rung, number)| {
            let (from, target, reason) = match rung.after {
                RungTime::Opened(target) => {
                    (opened?, target, format!("It has waited long at {}.", stage.name))
                }
                RungTime::Overdue(target) => {
                    (item.due_at?, target, format!("It is overdue at {}.", stage.name))
                }
            };
            let calendar = match item.reviews.first().and_then(|review| review.clock.as_ref()) {
                Some(clock) => calendar_of(clock, organisation),
                None => organisation.calendars.for_step(None, None, journey.calendar.as_ref()),
            };
            let at = calendar.due(from, target, &pauses).at()?;
            let then = Opening { journey, item, organisation, now: now.unwrap_or(at) };
            Some(LadderRung { rung: number, at, to: goes_to(rung, &then), reason })
        })
        .collect()
}

fn goes_to(rung: &Rung, then: &Opening<'_>) -> Option<PersonId> {
    let owner = || then.item.owner.as_ref();
    let named = match &rung.to {
        RungTo::Owner => owner(),
        RungTo::OwnerLead => owner().and_then(|owner| then.organisation.people.lead_of(owner)),
        RungTo::Person(id) => Some(id),
        RungTo::Lead => None,
    };
    named.and_then(|id| then.present(id, Action::Escalate)).or_else(|| then.lead(None))
}
