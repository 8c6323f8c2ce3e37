//! Brought to somebody higher: by hand, or rung by rung by the portal's clock.

use super::clock::{calendar_of, pauses_of_reviews};
use super::deciders::lead_over;
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
        None => lead_over(case.item, &case.organisation.people, case.actor_id()),
    };
    let level = match &case.item.escalation {
        Some(now) if to.is_none() || now.to == to => {
            return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyEscalated));
        }
        Some(now) => now.level.saturating_add(1),
        None => 1,
    };
    happened(vec![Event::Escalated { level, to, reason, rung: None }])
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
    let next = ladder(item, case.journey, case.organisation).into_iter().find(|each| each.rung == rung);
    let next = next.ok_or(Refusal::NotDueYet { at: None })?;
    if next.at > case.now || rung != item.rungs + 1 {
        return Err(Refusal::NotDueYet { at: Some(next.at) });
    }
    let level = item.escalation.as_ref().map_or(1, |now| now.level.saturating_add(1));
    happened(vec![Event::Escalated { level, to: next.to, reason: next.reason, rung: Some(rung) }])
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

/// The rungs of the ladder that the item stands on, in their order. Empty while no step is open.
pub fn ladder(item: &Item, journey: &Journey, organisation: &Organisation) -> Vec<LadderRung> {
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
            Some(LadderRung { rung: number, at, to: goes_to(rung, item, organisation), reason })
        })
        .collect()
}

fn goes_to(rung: &Rung, item: &Item, organisation: &Organisation) -> Option<PersonId> {
    let people = &organisation.people;
    let able = |id: &PersonId| people.get(id).filter(|person| !person.disabled).map(|_| id.clone());
    let named = match &rung.to {
        RungTo::Owner => item.owner.as_ref().and_then(able),
        RungTo::OwnerLead => item.owner.as_ref().and_then(|owner| people.lead_of(owner)).and_then(able),
        RungTo::Person(id) => able(id),
        RungTo::Lead => None,
    };
    named.or_else(|| lead_over(item, people, None))
}
