//! The way of an item: handed over, sent back, escalated, set aside, finished.

use super::review::first_step;
use super::reviewers::nearest;
use super::{Case, MAX_TEXT, MAX_TITLE, Ruling, Situation, bounded, happened, optional, required};
use crate::apply::submitted_item;
use crate::command::{Action, ExceptionExit, Submission};
use crate::event::Event;
use crate::ids::{ItemId, PersonId};
use crate::item::{Actor, Item, Phase};
use crate::people::{Place, Role};
use crate::permission::permits_place;
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::review::ReviewOutcome;
use crate::time::Timestamp;

pub(super) fn submit(
    situation: Situation<'_>,
    submission: &Submission,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let action = Action::Submit;
    acceptable(submission)?;
    if submission.journey != situation.journey.reference() {
        return Err(Refusal::UnknownJourney);
    }
    if let Actor::Person(id) = actor {
        let denied = |why| Refusal::Denied { action, why };
        let person = situation.people.get(id).ok_or_else(|| denied(Denial::UnknownPerson))?;
        let place =
            Place { client: &submission.client, project: submission.project.as_ref(), kind: submission.kind };
        permits_place(person, action, place).map_err(denied)?;
    }
    // The id matters only for spreading; the reference is as unique and known on both sides.
    let item = submitted_item(&ItemId::new(submission.reference.as_str()), submission, actor, now);
    let contributors = actor.person().cloned().into_iter().collect();
    let first = first_step(situation.journey, &item, &contributors, situation.people, now);
    happened(vec![Event::Submitted(Box::new(submission.clone())), first])
}

/// Handing over what was a draft.
pub(super) fn submit_draft(case: &Case<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
    if case.item.phase != Phase::Draft {
        return Err(Refusal::ItemExists);
    }
    acceptable(submission)?;
    if submission.reference != case.item.reference || submission.client != case.item.client {
        return Err(Refusal::ItemExists);
    }
    happened(vec![Event::Submitted(Box::new(submission.clone())), first_step_by_actor(case)])
}

fn acceptable(submission: &Submission) -> Result<(), Refusal> {
    if submission.title.trim().is_empty() {
        return Err(Refusal::Empty { field: "title".to_owned() });
    }
    bounded("title", &submission.title, MAX_TITLE)?;
    bounded("description", &submission.description, MAX_TEXT)?;
    Ok(())
}

pub(super) fn resubmit(case: &Case<'_>, comment: Option<&str>) -> Result<Ruling, Refusal> {
    let comment = optional(comment)?;
    case.in_phase(Action::Resubmit, &[Phase::ChangesRequested])?;
    happened(vec![Event::Resubmitted { comment }, first_step_by_actor(case)])
}

pub(super) fn escalate(case: &Case<'_>, to: Option<&PersonId>, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::Escalate)?;
    open(case, Action::Escalate)?;
    if case.item.escalation.is_some() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyEscalated));
    }
    let to = match to {
        Some(id) => {
            let not_eligible = |why| Refusal::NotEligible { person: id.clone(), why };
            let person = case.people.get(id).ok_or_else(|| not_eligible(Denial::UnknownPerson))?;
            if !person.holds(Role::TeamLead, case.item.place()) {
                return Err(not_eligible(Denial::NeedsRole(vec![Role::TeamLead])));
            }
            Some(id.clone())
        }
        None => lead_over(case),
    };
    happened(vec![Event::Escalated { level: 1, to, reason }])
}

/// The team lead that the item falls to: another than the one who escalates, where there is one.
fn lead_over(case: &Case<'_>) -> Option<PersonId> {
    let leads = || case.people.iter().filter(|person| person.holds(Role::TeamLead, case.item.place()));
    let others = nearest(case.item, leads().filter(|person| Some(&person.id) != case.actor_id()), 1);
    others.into_iter().next().or_else(|| nearest(case.item, leads(), 1).into_iter().next())
}

pub(super) fn de_escalate(case: &Case<'_>, reason: Option<&str>) -> Result<Ruling, Refusal> {
    let reason = optional(reason)?;
    if case.item.escalation.is_none() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::NotEscalated));
    }
    happened(vec![Event::DeEscalated { reason }])
}

pub(super) fn raise_exception(case: &Case<'_>, category: &str, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::RaiseException)?;
    if category.trim().is_empty() {
        return Err(Refusal::Empty { field: "category".to_owned() });
    }
    let category = bounded("category", category.trim(), MAX_TITLE)?;
    if case.item.phase == Phase::Exception {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyInException));
    }
    open(case, Action::RaiseException)?;
    happened(vec![Event::ExceptionRaised { category, reason }])
}

pub(super) fn resolve_exception(case: &Case<'_>, to: ExceptionExit, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::ResolveException)?;
    case.in_phase(Action::ResolveException, &[Phase::Exception])?;
    let from = case.item.exception.as_ref().map_or(Phase::Submitted, |exception| exception.from);
    let to = to.phase(from);
    let mut events = Vec::new();
    if to.is_terminal() {
        events.extend(close_undecided(case.item));
    }
    events.push(Event::ExceptionResolved { to, reason });
    happened(events)
}

pub(super) fn complete(case: &Case<'_>) -> Result<Ruling, Refusal> {
    if case.item.phase == Phase::Completed {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyCompleted));
    }
    case.in_phase(Action::Complete, &[Phase::Approved])?;
    happened(vec![Event::Completed {}])
}

pub(super) fn withdraw(case: &Case<'_>, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::Withdraw)?;
    if case.item.phase == Phase::Withdrawn {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyWithdrawn));
    }
    if case.item.phase != Phase::Draft {
        open(case, Action::Withdraw)?;
    }
    let mut events: Vec<Event> = close_undecided(case.item).into_iter().collect();
    events.push(Event::Withdrawn { reason });
    happened(events)
}

pub(super) fn reopen(case: &Case<'_>, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::Reopen)?;
    if case.item.phase.is_open() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyOpen));
    }
    case.in_phase(Action::Reopen, &[Phase::Completed, Phase::Withdrawn])?;
    let first = first_step(case.journey, case.item, &case.item.contributors, case.people, case.now);
    happened(vec![Event::Reopened { reason }, first])
}

fn first_step_by_actor(case: &Case<'_>) -> Event {
    let mut contributors = case.item.contributors.clone();
    contributors.extend(case.actor_id().cloned());
    first_step(case.journey, case.item, &contributors, case.people, case.now)
}

fn open(case: &Case<'_>, action: Action) -> Result<(), Refusal> {
    if case.item.phase.is_open() {
        Ok(())
    } else {
        Err(Refusal::WrongPhase { action, phase: case.item.phase })
    }
}

fn close_undecided(item: &Item) -> Option<Event> {
    item.review.as_ref().map(|_| Event::ReviewClosed { outcome: ReviewOutcome::Outdated })
}
