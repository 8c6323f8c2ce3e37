//! Who has it: claim, reassign.

use super::deciders::{eligible, groups_of, groups_of_seats};
use super::refresh::seated;
use super::review::step_of;
use super::{Case, Ruling, happened, optional};
use crate::command::Action;
use crate::event::Event;
use crate::ids::{PersonId, StepKey};
use crate::item::{Item, Phase};
use crate::journey::Quorum;
use crate::people::Role;
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::review::{Review, Verdict};
use std::collections::BTreeSet;

pub(super) fn claim(
    case: &Case<'_>,
    step: Option<&StepKey>,
    assignment_version: u32,
) -> Result<Ruling, Refusal> {
    let action = Action::Claim;
    case.in_phase(action, &[Phase::InReview])?;
    let me = case.acting_person().ok_or(Refusal::Denied { action, why: Denial::UnknownPerson })?;
    let review = meant(case.item, step, Review::has_free_seats)?.ok_or(Refusal::NoOpenReview)?;
    if review.reviewers.contains(&me.id) {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyAssigned));
    }
    if !review.has_free_seats() || assignment_version != case.item.assignment_version {
        return Err(assignment_changed(case.item, assignment_version));
    }
    let step = step_of(case, review)?;
    let denied = |why| Refusal::Denied { action, why };
    eligible(step, case.item, &case.organisation.people, me).map_err(denied)?;
    let groups = groups_of(step, me);
    if !fills_a_seat(review, &me.id, &groups) {
        return Err(denied(Denial::NotADecider));
    }
    happened(vec![Event::Claimed { step: review.step.clone(), groups }])
}

pub(super) fn reassign(
    case: &Case<'_>,
    step: Option<&StepKey>,
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
    let concerns =
        |review: &Review| from.or(case.actor_id()).is_some_and(|id| place_of(review, id).is_some());
    let review = meant(item, step, concerns)?;
    let holders: Vec<&PersonId> = match review {
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
    let from = match review {
        Some(review) => whose_place(case, review, from)?,
        None => match (from, item.owner.as_ref()) {
            (Some(from), owner) if owner != Some(from) => {
                return Err(Refusal::NotAReviewer { person: from.clone() });
            }
            (_, owner) => owner,
        },
    };
    if from == Some(to) {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyAssigned));
    }
    can_take(case, review, to).map_err(|why| Refusal::NotEligible { person: to.clone(), why })?;
    if let Some(review) = review {
        let mut left: BTreeSet<&PersonId> = review.undecided().filter(|id| Some(*id) != from).collect();
        left.insert(to);
        check_reach(case, review, &left)?;
    }
    let taker = case.organisation.people.get(to);
    let groups = match (review.and_then(|review| step_of(case, review).ok()), taker) {
        (Some(step), Some(person)) => groups_of(step, person),
        _ => Vec::new(),
    };
    let mut events = vec![Event::Reassigned {
        step: review.map(|review| review.step.clone()),
        from: from.cloned(),
        to: to.clone(),
        groups,
        reason,
    }];
    if review.is_some() {
        events.extend(seated(case, case.after(&events)?)?);
    }
    happened(events)
}

/// The seat that `person` has: their own, or, as a deputy, that of somebody who is away.
fn place_of<'a>(review: &'a Review, person: &PersonId) -> Option<&'a PersonId> {
    let sits = |reviewer: &&PersonId| review.sitting_for(reviewer) == Some(person);
    review.undecided().find(|reviewer| *reviewer == person).or_else(|| review.undecided().find(sits))
}

/// Whose seat is handed on; none of a pool that nobody has taken a seat of. Never more than one: what others have is not
/// the actor's to give away unsaid.
fn whose_place<'a>(
    case: &Case<'_>,
    review: &'a Review,
    from: Option<&PersonId>,
) -> Result<Option<&'a PersonId>, Refusal> {
    if let Some(from) = from {
        let place = place_of(review, from);
        return place.map(Some).ok_or_else(|| Refusal::NotAReviewer { person: from.clone() });
    }
    let mine = case.actor_id().and_then(|me| place_of(review, me));
    let mut all = review.undecided();
    match (mine, all.next(), all.next()) {
        (Some(mine), _, _) => Ok(Some(mine)),
        (None, only, None) => Ok(only),
        (None, _, Some(_)) => Err(Refusal::SeatRequired {
            step: review.step.clone(),
            people: review.undecided().cloned().collect(),
        }),
    }
}

/// The open review that a command means: the one of the step that it names, the only one, or the only one that
/// concerns it. None when none is open.
fn meant<'a>(
    item: &'a Item,
    step: Option<&StepKey>,
    concerns: impl Fn(&Review) -> bool,
) -> Result<Option<&'a Review>, Refusal> {
    if let Some(step) = step {
        let moved_on = || Refusal::ReviewMovedOn { step: Some(step.clone()) };
        return item.review(step).map(Some).ok_or_else(moved_on);
    }
    let mut concerned = item.reviews.iter().filter(|review| concerns(review));
    match (item.reviews.as_slice(), concerned.next(), concerned.next()) {
        ([], _, _) => Ok(None),
        ([one], _, _) => Ok(Some(one)),
        (_, Some(one), None) => Ok(Some(one)),
        (all, _, _) => {
            Err(Refusal::StepRequired { steps: all.iter().map(|review| review.step.clone()).collect() })
        }
    }
}

/// Whether somebody with these groups fills a seat that is free: of a group that has nobody, with one per group.
pub(super) fn fills_a_seat(review: &Review, person: &PersonId, groups: &[String]) -> bool {
    match &review.quorum {
        Quorum::OnePerGroup(_) if review.reviewers.is_empty() => !groups.is_empty(),
        Quorum::OnePerGroup(_) => review.needs(person, groups),
        _ => true,
    }
}

/// With those left to decide, the quorum must still be reachable: no reassignment makes it smaller.
fn check_reach(case: &Case<'_>, review: &Review, left: &BTreeSet<&PersonId>) -> Result<(), Refusal> {
    let mut approved = review.clone();
    approved.decisions.retain(|decision| decision.verdict == Verdict::Approve);
    let seated: Vec<PersonId> = left.iter().copied().cloned().collect();
    let groups = groups_of_seats(step_of(case, review)?, &case.organisation.people, &seated, &[]);
    // The seats of a pool are taken one by one.
    if review.has_free_seats() || approved.short_of(left.iter().copied(), &groups) == 0 {
        return Ok(());
    }
    Err(Refusal::QuorumUnreachable { step: review.step.clone(), needed: review.needed })
}

/// Whether `to` can take over the open review, or, with none open, the item.
fn can_take(case: &Case<'_>, review: Option<&Review>, to: &PersonId) -> Result<(), Denial> {
    let person = case.organisation.people.get(to).ok_or(Denial::UnknownPerson)?;
    let Some(review) = review else {
        let place = case.item.place();
        return if person.disabled {
            Err(Denial::Disabled)
        } else if person.holds(Role::InternalOwner, place) || person.holds(Role::TeamLead, place) {
            Ok(())
        } else {
            Err(Denial::NeedsRole(vec![Role::InternalOwner, Role::TeamLead]))
        };
    };
    if review.decisions.iter().any(|decision| &decision.by == to) {
        return Err(Denial::AlreadyDecided);
    }
    let (_, step) = case.journey.step(&review.step).ok_or(Denial::NotADecider)?;
    eligible(step, case.item, &case.organisation.people, person)
}

fn assignment_changed(item: &Item, seen: u32) -> Refusal {
    Refusal::AssignmentChanged { seen, current: item.assignment_version }
}
