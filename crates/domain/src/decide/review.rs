//! Decisions on what was seen: approve, override, request changes.

use super::assignment::fills_a_seat;
use super::clock::due_for;
use super::covering::may_stand_in;
use super::deciders::{eligible, groups_of, names};
use super::{Case, Ruling, happened, optional, required};
use crate::command::{Action, Seen};
use crate::event::Event;
use crate::ids::PersonId;
use crate::item::{Fields, Item, Phase};
use crate::journey::{FieldProblem, Step, Veto};
use crate::people::{Person, Roles};
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::review::{Decision, Review, ReviewOutcome, Verdict};

pub(super) fn approve(
    case: &Case<'_>,
    seen: &Seen,
    comment: Option<&str>,
    outputs: &Fields,
) -> Result<Ruling, Refusal> {
    let comment = optional(comment)?;
    let turn = match turn_as_seen(case, Action::Approve, seen, Verdict::Approve)? {
        Found::Mine(turn) => turn,
        Found::Satisfied(why) => return Ok(Ruling::AlreadySatisfied(why)),
    };
    if turn.step.reason_required && comment.is_none() {
        return Err(Refusal::ReasonRequired { action: Action::Approve });
    }
    check_outputs(case, turn.step, outputs)?;
    let decision = turn.decision(case, Verdict::Approve, comment, seen);
    close_if_approved(case, &turn, decision, outputs)
}

/// Approves the whole step in the deciders' place. Who contributed may only where the journey says so.
pub(super) fn overrule(
    case: &Case<'_>,
    seen: &Seen,
    reason: &str,
    outputs: &Fields,
) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::Override)?;
    let action = Action::Override;
    let review = match review_as_seen(case, action, seen, Verdict::Approve)? {
        Seeing::Open(review) => review,
        Seeing::Satisfied(why) => return Ok(Ruling::AlreadySatisfied(why)),
    };
    let me = overruler(case, action, |me| case.item.contributors.contains(me))?;
    let step = step_of(case, review)?;
    check_outputs(case, step, outputs)?;
    let turn = Turn { review, step, me, on_behalf_of: Vec::new() };
    let decision = Decision { overriding: true, ..turn.decision(case, Verdict::Approve, Some(reason), seen) };
    close_if_approved(case, &turn, decision, outputs)
}

/// The actor, who acts in the deciders' place: with a role that the journey names for it, and on their own work only where
/// the journey says so.
pub(super) fn overruler<'a>(
    case: &Case<'a>,
    action: Action,
    is_own_work: impl Fn(&PersonId) -> bool,
) -> Result<&'a Person, Refusal> {
    let denied = |why| Refusal::Denied { action, why };
    let rules = &case.journey.overrides;
    let me = case.acting_person().ok_or_else(|| denied(Denial::NoOverride))?;
    if !rules.roles.iter().any(|role| me.holds(*role, case.item.place())) {
        return Err(denied(Denial::NoOverride));
    }
    if is_own_work(&me.id) && !rules.own_work {
        return Err(denied(Denial::Contributor));
    }
    Ok(me)
}

fn close_if_approved(
    case: &Case<'_>,
    turn: &Turn<'_>,
    decision: Decision,
    outputs: &Fields,
) -> Result<Ruling, Refusal> {
    let review = turn.review;
    let is_approved = review.is_approved_with(Some(&decision), &decision.content);
    let mut events = vec![decided(turn.step, decision, outputs)];
    if is_approved {
        events.push(Event::ReviewClosed { step: review.step.clone(), outcome: ReviewOutcome::Approved });
        let others_open = case.item.reviews.iter().any(|other| other.step != review.step);
        if !others_open {
            events.extend(case.opening(case.item).next(Some(&review.stage))?);
        }
    }
    happened(events)
}

pub(super) fn request_changes(case: &Case<'_>, seen: &Seen, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::RequestChanges)?;
    let turn = match turn_as_seen(case, Action::RequestChanges, seen, Verdict::RequestChanges)? {
        Found::Mine(turn) => turn,
        Found::Satisfied(why) => return Ok(Ruling::AlreadySatisfied(why)),
    };
    let decision = turn.decision(case, Verdict::RequestChanges, Some(reason.clone()), seen);
    let mut after = turn.review.clone();
    after.decisions.push(decision.clone());
    let mut events = vec![decided(turn.step, decision, &Fields::new())];
    if vetoes(case, &turn) || is_lost(case, &turn, &after, seen) {
        events
            .push(Event::ReviewClosed { step: after.step.clone(), outcome: ReviewOutcome::ChangesRequested });
        events.extend(close_undecided(case.item, Some(&after)));
        events.push(Event::ChangesRequested {
            reason,
            due_at: due_for(case.journey, None, case.journey.client_answer, case.organisation, case.now),
        });
    }
    happened(events)
}

/// Closes the open reviews undecided, all but one.
pub(super) fn close_undecided(item: &Item, except: Option<&Review>) -> Vec<Event> {
    item.reviews
        .iter()
        .filter(|review| except.is_none_or(|except| except.step != review.step))
        .map(|review| Event::ReviewClosed { step: review.step.clone(), outcome: ReviewOutcome::Outdated })
        .collect()
}

/// Whether this one request for changes is enough to send the item back.
fn vetoes(case: &Case<'_>, turn: &Turn<'_>) -> bool {
    match &turn.review.veto {
        Veto::Anyone => true,
        Veto::Nobody => false,
        Veto::Only(rules) => {
            let people = &case.organisation.people;
            rules.iter().any(|rule| names(rule, case.item, people, turn.me))
        }
    }
}

/// Whether the approvals that are needed cannot be reached any more.
fn is_lost(case: &Case<'_>, turn: &Turn<'_>, after: &Review, seen: &Seen) -> bool {
    let against = after.decisions.iter().filter(|decision| decision.verdict == Verdict::RequestChanges);
    let against: std::collections::BTreeSet<&PersonId> =
        against.flat_map(|decision| [&decision.by, decision.seat()]).collect();
    let mut hoped = after.clone();
    let people = &case.organisation.people;
    let could: Vec<&Person> = if after.has_free_seats() {
        people
            .staff_with(Roles::STAFF)
            .filter(|person| eligible(turn.step, case.item, people, person).is_ok())
            .collect()
    } else {
        after.waiting_on().filter_map(|id| people.get(id)).collect()
    };
    for person in could.into_iter().filter(|person| !against.contains(&person.id)) {
        let turn = Turn { review: turn.review, step: turn.step, me: person, on_behalf_of: Vec::new() };
        hoped.decisions.push(turn.decision(case, Verdict::Approve, None, seen));
    }
    !hoped.is_approved(&seen.content)
}

/// A review that is the actor's to decide.
struct Turn<'a> {
    review: &'a Review,
    step: &'a Step,
    me: &'a Person,
    on_behalf_of: Vec<PersonId>,
}

impl Turn<'_> {
    fn decision(&self, case: &Case<'_>, verdict: Verdict, reason: Option<String>, seen: &Seen) -> Decision {
        Decision {
            by: self.me.id.clone(),
            on_behalf_of: self.on_behalf_of.clone(),
            verdict,
            reason,
            content: seen.content.clone(),
            round: seen.round,
            journey_version: seen.journey_version,
            groups: groups_of(self.step, self.me),
            overriding: false,
            at: case.now,
        }
    }
}

fn decided(step: &Step, decision: Decision, outputs: &Fields) -> Event {
    Event::Decided {
        step: step.key.clone(),
        verdict: decision.verdict,
        reason: decision.reason,
        content: decision.content,
        round: decision.round,
        journey_version: decision.journey_version,
        on_behalf_of: decision.on_behalf_of,
        groups: decision.groups,
        outputs: outputs.clone(),
        overriding: decision.overriding,
    }
}

enum Found<'a> {
    Mine(Turn<'a>),
    Satisfied(Satisfied),
}

/// The open review that was seen, and in what right the actor decides on it.
fn turn_as_seen<'a>(
    case: &Case<'a>,
    action: Action,
    seen: &Seen,
    verdict: Verdict,
) -> Result<Found<'a>, Refusal> {
    let review = match review_as_seen(case, action, seen, verdict)? {
        Seeing::Open(review) => review,
        Seeing::Satisfied(why) => return Ok(Found::Satisfied(why)),
    };
    let me = me(case, action)?;
    let denied = |why| Refusal::Denied { action, why };
    if let Some(mine) = review.decisions.iter().find(|decision| decision.by == me.id) {
        return if mine.verdict == verdict && mine.content == seen.content {
            Ok(Found::Satisfied(match verdict {
                Verdict::Approve => Satisfied::AlreadyApproved,
                Verdict::RequestChanges => Satisfied::AlreadySentBack,
            }))
        } else {
            Err(denied(Denial::AlreadyDecided))
        };
    }
    case.related(action)?;
    let step = step_of(case, review)?;
    let people = &case.organisation.people;
    let on_behalf_of = match review.seat_of(&me.id) {
        Some(chain) => chain,
        None if review.has_free_seats() => {
            eligible(step, case.item, people, me).map_err(denied)?;
            if !fills_a_seat(review, &me.id, &groups_of(step, me)) {
                return Err(denied(Denial::NotADecider));
            }
            Vec::new()
        }
        None => return Err(denied(Denial::NotReviewer)),
    };
    // Nobody decides for somebody who could not decide themselves.
    if on_behalf_of.iter().any(|absent| case.item.contributors.contains(absent)) {
        return Err(denied(Denial::Contributor));
    }
    if !on_behalf_of.is_empty() {
        may_stand_in(step, case.item, people, me).map_err(denied)?;
    }
    Ok(Found::Mine(Turn { review, step, me, on_behalf_of }))
}

enum Seeing<'a> {
    Open(&'a Review),
    Satisfied(Satisfied),
}

/// The open review, if it is the one that was seen, of the content and by the rules that were seen.
fn review_as_seen<'a>(
    case: &Case<'a>,
    action: Action,
    seen: &Seen,
    verdict: Verdict,
) -> Result<Seeing<'a>, Refusal> {
    let item = case.item;
    if let Some(why) = settled_as_wanted(item, seen, verdict) {
        return Ok(Seeing::Satisfied(why));
    }
    let current_version = item.journey.version;
    if current_version != seen.journey_version {
        return Err(Refusal::JourneyChanged { seen: seen.journey_version, current: current_version });
    }
    if item.content != seen.content || item.round != seen.round {
        let current = Seen::of(item, item.reviews.first().map(|review| review.step.clone()));
        return Err(Refusal::ContentChanged { seen: seen.clone(), current });
    }
    let moved_on = || Refusal::ReviewMovedOn { step: seen.step.clone() };
    if item.phase != Phase::InReview {
        return Err(match item.phase {
            Phase::ChangesRequested | Phase::Approved => moved_on(),
            phase => Refusal::WrongPhase { action, phase },
        });
    }
    if item.reviews.is_empty() {
        return Err(Refusal::NoOpenReview);
    }
    let step = seen.step.as_ref().ok_or_else(moved_on)?;
    item.review(step).map(Seeing::Open).ok_or_else(moved_on)
}

/// Whether a closed review already says of the very content seen, at the step seen, what is wanted now.
fn settled_as_wanted(item: &Item, seen: &Seen, verdict: Verdict) -> Option<Satisfied> {
    let (outcome, satisfied) = match verdict {
        Verdict::Approve => (ReviewOutcome::Approved, Satisfied::AlreadyApproved),
        Verdict::RequestChanges => (ReviewOutcome::ChangesRequested, Satisfied::AlreadySentBack),
    };
    item.closed_reviews
        .iter()
        .rev()
        .filter(|review| review.round == seen.round && Some(&review.step) == seen.step.as_ref())
        .find(|review| review.decisions.iter().any(|decision| decision.content == seen.content))
        .filter(|review| review.closed.as_ref().is_some_and(|closing| closing.outcome == outcome))
        .map(|_| satisfied)
}

pub(super) fn step_of<'a>(case: &Case<'a>, review: &Review) -> Result<&'a Step, Refusal> {
    case.journey.step(&review.step).map(|(_, step)| step).ok_or(Refusal::UnknownJourney)
}

fn me<'a>(case: &Case<'a>, action: Action) -> Result<&'a Person, Refusal> {
    case.acting_person().ok_or(Refusal::Denied { action, why: Denial::UnknownPerson })
}

/// Every output that the step asks for is there and acceptable, and nothing else.
fn check_outputs(case: &Case<'_>, step: &Step, outputs: &Fields) -> Result<(), Refusal> {
    let refused = |key: &str, problem| Refusal::Field { key: key.to_owned(), problem };
    if let Some(key) = outputs.keys().find(|key| !step.outputs.contains(key)) {
        return Err(refused(key, FieldProblem::NotAsked));
    }
    for key in &step.outputs {
        let value = outputs.get(key).or_else(|| case.item.fields.get(key));
        match case.journey.field(key) {
            Some(field) => field.check_filled(value).map_err(|problem| refused(key, problem))?,
            None if value.is_none() => return Err(refused(key, FieldProblem::Missing)),
            None => {}
        }
    }
    Ok(())
}
