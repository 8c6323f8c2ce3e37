//! Decisions and who takes them: approve, request changes, claim, reassign.

use super::reviewers::{eligible, reviewers_for};
use super::{Case, Ruling, happened, optional, required};
use crate::command::{Action, Seen};
use crate::digest::ContentDigest;
use crate::event::Event;
use crate::ids::PersonId;
use crate::item::{Item, Phase};
use crate::journey::{Journey, Stage};
use crate::people::{People, Role};
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::review::{Review, ReviewOutcome, Verdict};
use crate::time::{HOUR_MS, Timestamp};
use std::collections::BTreeSet;

pub(super) fn approve(case: &Case<'_>, seen: &Seen, comment: Option<&str>) -> Result<Ruling, Refusal> {
    let comment = optional(comment)?;
    let review = match open_review_as_seen(case, Action::Approve, seen, Verdict::Approve)? {
        Found::Open(review) => review,
        Found::Satisfied(why) => return Ok(Ruling::AlreadySatisfied(why)),
    };
    let mut events = vec![decided(Verdict::Approve, comment, seen)];
    if review.approvals(&seen.content) + 1 >= review.approvals_needed() {
        events.push(Event::ReviewClosed { outcome: ReviewOutcome::Approved });
        events.push(next_step(case, review));
    }
    happened(events)
}

pub(super) fn request_changes(case: &Case<'_>, seen: &Seen, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::RequestChanges)?;
    match open_review_as_seen(case, Action::RequestChanges, seen, Verdict::RequestChanges)? {
        Found::Satisfied(why) => Ok(Ruling::AlreadySatisfied(why)),
        Found::Open(_) => happened(vec![
            decided(Verdict::RequestChanges, Some(reason.clone()), seen),
            Event::ReviewClosed { outcome: ReviewOutcome::ChangesRequested },
            Event::ChangesRequested { reason, due_at: hours_from(case.now, case.journey.client_hours) },
        ]),
    }
}

pub(super) fn claim(case: &Case<'_>, assignment_version: u32) -> Result<Ruling, Refusal> {
    let review = open_review(case, Action::Claim)?;
    let me =
        case.acting_person().ok_or(Refusal::Denied { action: Action::Claim, why: Denial::UnknownPerson })?;
    if review.reviewers.contains(&me.id) {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyAssigned));
    }
    if !review.reviewers.is_empty() || assignment_version != case.item.assignment_version {
        return Err(assignment_changed(case.item, assignment_version));
    }
    eligible(stage_of(case, review)?, case.item, me)
        .map_err(|why| Refusal::Denied { action: Action::Claim, why })?;
    happened(vec![Event::Reassigned { from: None, to: me.id.clone(), reason: None }])
}

pub(super) fn reassign(
    case: &Case<'_>,
    from: Option<&PersonId>,
    to: &PersonId,
    assignment_version: u32,
    reason: Option<&str>,
) -> Result<Ruling, Refusal> {
    let reason = optional(reason)?;
    let item = case.item;
    if item.phase.is_terminal() || item.phase == Phase::Draft {
        return Err(Refusal::WrongPhase { action: Action::Reassign, phase: item.phase });
    }
    let holders: Vec<&PersonId> = match &item.review {
        Some(review) => review.undecided().collect(),
        None => item.owner.iter().collect(),
    };
    if holders == [to] {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyAssigned));
    }
    if assignment_version != item.assignment_version {
        return Err(assignment_changed(item, assignment_version));
    }
    case.related(Action::Reassign)?;
    if let Some(person) = from.filter(|person| !holders.contains(person)) {
        return Err(Refusal::NotAReviewer { person: person.clone() });
    }
    can_take(case, to).map_err(|why| Refusal::NotEligible { person: to.clone(), why })?;
    happened(vec![Event::Reassigned { from: from.cloned(), to: to.clone(), reason }])
}

/// Whether `to` can take over the open review, or, with none open, the item.
fn can_take(case: &Case<'_>, to: &PersonId) -> Result<(), Denial> {
    let person = case.people.get(to).ok_or(Denial::UnknownPerson)?;
    match &case.item.review {
        Some(review) => {
            if review.decisions.iter().any(|decision| &decision.by == to) {
                return Err(Denial::AlreadyDecided);
            }
            match case.journey.stage(&review.stage) {
                Some(stage) => eligible(stage, case.item, person),
                None => Err(Denial::NotADecider),
            }
        }
        None => {
            let place = case.item.place();
            if person.disabled {
                Err(Denial::Disabled)
            } else if person.holds(Role::InternalOwner, place) || person.holds(Role::TeamLead, place) {
                Ok(())
            } else {
                Err(Denial::NeedsRole(vec![Role::InternalOwner, Role::TeamLead]))
            }
        }
    }
}

enum Found<'a> {
    Open(&'a Review),
    Satisfied(Satisfied),
}

/// The open review, if it is the one that was seen, of the content that was seen, and the actor's to decide.
fn open_review_as_seen<'a>(
    case: &Case<'a>,
    action: Action,
    seen: &Seen,
    verdict: Verdict,
) -> Result<Found<'a>, Refusal> {
    let item = case.item;
    if let Some(why) = settled_as_wanted(item, seen, verdict) {
        return Ok(Found::Satisfied(why));
    }
    let current = Seen { content: ContentDigest::of(item), round: item.round, stage: item.stage().cloned() };
    if current.content != seen.content || current.round != seen.round {
        return Err(Refusal::ContentChanged { seen: seen.clone(), current });
    }
    if item.phase != Phase::InReview {
        return Err(match item.phase {
            Phase::ChangesRequested | Phase::Approved => Refusal::ReviewMovedOn { stage: seen.stage.clone() },
            phase => Refusal::WrongPhase { action, phase },
        });
    }
    let review = open_review(case, action)?;
    if seen.stage.as_ref() != Some(&review.stage) {
        return Err(Refusal::ReviewMovedOn { stage: seen.stage.clone() });
    }
    let me = case.acting_person().ok_or(Refusal::Denied { action, why: Denial::UnknownPerson })?;
    if let Some(mine) = review.decisions.iter().find(|decision| decision.by == me.id) {
        return if mine.verdict == verdict && mine.content == seen.content {
            Ok(Found::Satisfied(Satisfied::AlreadyApproved))
        } else {
            Err(Refusal::Denied { action, why: Denial::AlreadyDecided })
        };
    }
    case.related(action)?;
    if review.reviewers.is_empty() {
        eligible(stage_of(case, review)?, item, me).map_err(|why| Refusal::Denied { action, why })?;
    }
    Ok(Found::Open(review))
}

/// Whether a closed review already says of the very content seen, at the stage seen, what is wanted now.
fn settled_as_wanted(item: &Item, seen: &Seen, verdict: Verdict) -> Option<Satisfied> {
    let (outcome, satisfied) = match verdict {
        Verdict::Approve => (ReviewOutcome::Approved, Satisfied::AlreadyApproved),
        Verdict::RequestChanges => (ReviewOutcome::ChangesRequested, Satisfied::AlreadySentBack),
    };
    item.closed_reviews
        .iter()
        .rev()
        .filter(|review| review.round == seen.round && Some(&review.stage) == seen.stage.as_ref())
        .find(|review| review.decisions.iter().any(|decision| decision.content == seen.content))
        .filter(|review| review.closed.as_ref().is_some_and(|closing| closing.outcome == outcome))
        .map(|_| satisfied)
}

fn open_review<'a>(case: &Case<'a>, action: Action) -> Result<&'a Review, Refusal> {
    case.in_phase(action, &[Phase::InReview])?;
    case.item.review.as_ref().ok_or(Refusal::NoOpenReview)
}

fn stage_of<'a>(case: &Case<'a>, review: &Review) -> Result<&'a Stage, Refusal> {
    case.journey.stage(&review.stage).ok_or(Refusal::UnknownJourney)
}

fn assignment_changed(item: &Item, seen: u32) -> Refusal {
    Refusal::AssignmentChanged { seen, current: item.assignment_version }
}

fn decided(verdict: Verdict, reason: Option<String>, seen: &Seen) -> Event {
    Event::Decided { verdict, reason, content: seen.content.clone(), round: seen.round }
}

fn next_step(case: &Case<'_>, review: &Review) -> Event {
    match case.journey.stage_after(&review.stage) {
        Some(stage) => review_opening(stage, case.item, case.people, case.now),
        None => fully_approved(case.journey, case.now),
    }
}

/// The first step of the journey, or approval at once where there is none.
pub(super) fn first_step(
    journey: &Journey,
    item: &Item,
    contributors: &BTreeSet<PersonId>,
    people: &People,
    now: Timestamp,
) -> Event {
    match journey.first_stage() {
        Some(stage) => review_opened(stage, item, contributors, people, now),
        None => fully_approved(journey, now),
    }
}

/// The event that opens `stage` of `item` at `now`, with those whose turn it becomes.
pub fn review_opening(stage: &Stage, item: &Item, people: &People, now: Timestamp) -> Event {
    review_opened(stage, item, &item.contributors, people, now)
}

fn review_opened(
    stage: &Stage,
    item: &Item,
    contributors: &BTreeSet<PersonId>,
    people: &People,
    now: Timestamp,
) -> Event {
    Event::ReviewOpened {
        stage: stage.key.clone(),
        reviewers: reviewers_for(stage, item, contributors, people),
        quorum: stage.quorum,
        due_at: Some(now.plus_ms(stage.target_ms())),
    }
}

fn fully_approved(journey: &Journey, now: Timestamp) -> Event {
    Event::Approved { due_at: hours_from(now, journey.completion_hours) }
}

fn hours_from(now: Timestamp, hours: u32) -> Option<Timestamp> {
    Some(now.plus_ms(i64::from(hours) * HOUR_MS))
}
