//! The way of an item: handed over, handed over again, finished, taken back, reopened.

use super::content::{check_complete, check_form};
use super::opening::Opening;
use super::review::close_undecided;
use super::{Case, MAX_TEXT, MAX_TITLE, Ruling, Situation, bounded, happened, optional, required};
use crate::apply::submitted_item;
use crate::command::{Action, Submission};
use crate::event::Event;
use crate::ids::ItemId;
use crate::item::{Actor, Phase};
use crate::journey::Journey;
use crate::people::Place;
use crate::permission::permits_place;
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::time::Timestamp;

pub(super) fn submit(
    situation: Situation<'_>,
    submission: &Submission,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let action = Action::Submit;
    acceptable(submission, situation.journey)?;
    if let Actor::Person(id) = actor {
        let denied = |why| Refusal::Denied { action, why };
        let person = situation.organisation.people.get(id).ok_or_else(|| denied(Denial::UnknownPerson))?;
        let place =
            Place { client: &submission.client, project: submission.project.as_ref(), kind: submission.kind };
        permits_place(person, action, place).map_err(denied)?;
    }
    // The id matters only for spreading; the reference is as unique and known on both sides.
    let item = submitted_item(&ItemId::new(submission.reference.as_str()), submission, actor, now);
    let opening =
        Opening { journey: situation.journey, item: &item, organisation: situation.organisation, now };
    let mut events = vec![Event::submitted(submission.clone(), situation.journey)];
    events.extend(opening.next(None)?);
    happened(events)
}

/// Handing over what was a draft.
pub(super) fn submit_draft(case: &Case<'_>, submission: &Submission) -> Result<Ruling, Refusal> {
    if case.item.phase != Phase::Draft {
        return Err(Refusal::ItemExists);
    }
    acceptable(submission, case.journey)?;
    if submission.reference != case.item.reference || submission.client != case.item.client {
        return Err(Refusal::ItemExists);
    }
    and_review(case, Event::submitted(submission.clone(), case.journey))
}

/// The event, and the review that begins with it at the first stage.
fn and_review(case: &Case<'_>, event: Event) -> Result<Ruling, Refusal> {
    let mut events = vec![event];
    let item = case.after(&events)?;
    events.extend(case.opening(&item).next(None)?);
    happened(events)
}

fn acceptable(submission: &Submission, journey: &Journey) -> Result<(), Refusal> {
    if submission.journey != journey.reference() {
        return Err(Refusal::UnknownJourney);
    }
    if !journey.is_for(submission.kind) {
        return Err(Refusal::WrongKind { kind: submission.kind });
    }
    if submission.title.trim().is_empty() {
        return Err(Refusal::Empty { field: "title".to_owned() });
    }
    bounded("title", &submission.title, MAX_TITLE)?;
    bounded("description", &submission.description, MAX_TEXT)?;
    check_form(journey, &submission.fields)
}

pub(super) fn resubmit(case: &Case<'_>, comment: Option<&str>) -> Result<Ruling, Refusal> {
    let comment = optional(comment)?;
    case.in_phase(Action::Resubmit, &[Phase::ChangesRequested])?;
    check_complete(case.journey, &case.item.fields)?;
    and_review(case, Event::Resubmitted { comment })
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
        case.is_open(Action::Withdraw)?;
    }
    let mut events = close_undecided(case.item, None);
    events.push(Event::Withdrawn { reason });
    happened(events)
}

pub(super) fn reopen(case: &Case<'_>, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::Reopen)?;
    if case.item.phase.is_open() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyOpen));
    }
    case.in_phase(Action::Reopen, &[Phase::Completed, Phase::Withdrawn])?;
    and_review(case, Event::Reopened { reason })
}
