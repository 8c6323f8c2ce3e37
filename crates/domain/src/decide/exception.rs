//! The exception path: set aside with a reason, and resolved to where it came from, elsewhere, or an end.

use super::refresh::clock_changes;
use super::review::close_undecided;
use super::{Case, MAX_TITLE, Ruling, bounded, happened, required};
use crate::command::{Action, ExceptionExit};
use crate::event::Event;
use crate::item::Phase;
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::time::Timestamp;

pub(super) fn raise(case: &Case<'_>, category: &str, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::RaiseException)?;
    if category.trim().is_empty() {
        return Err(Refusal::Empty { field: "category".to_owned() });
    }
    let category = bounded("category", category.trim(), MAX_TITLE)?;
    let known = &case.journey.exceptions.categories;
    if !known.is_empty() && !known.contains(&category) {
        return Err(Refusal::UnknownCategory { known: known.clone() });
    }
    if case.item.phase == Phase::Exception {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyInException));
    }
    case.is_open(Action::RaiseException)?;
    let handler = case.opening(case.item).handler();
    happened(vec![Event::ExceptionRaised { category, reason, handler, automatic: false }])
}

pub(super) fn resolve(case: &Case<'_>, to: &ExceptionExit, reason: &str) -> Result<Ruling, Refusal> {
    let reason = required(reason, Action::ResolveException)?;
    case.in_phase(Action::ResolveException, &[Phase::Exception])?;
    let from = case.item.exception.as_ref().map_or(Phase::Submitted, |exception| exception.from);
    let resolved = |to, due_at| Event::ExceptionResolved { to, reason: reason.clone(), due_at };
    match to {
        ExceptionExit::Back => back(case, from, resolved),
        ExceptionExit::Stage(key) => {
            let stage =
                case.journey.stage(key).ok_or_else(|| Refusal::UnknownStage { stage: key.clone() })?;
            let mut events = close_undecided(case.item, None);
            events.push(resolved(Phase::InReview, None));
            let item = case.after(&events)?;
            let steps = stage.steps_for(&item);
            let steps = if steps.is_empty() { stage.steps.iter().collect() } else { steps };
            events.extend(case.opening(&item).stage(stage, &steps)?);
            happened(events)
        }
        ExceptionExit::Complete | ExceptionExit::Withdraw => {
            // To complete what nobody approved is to approve it.
            let unapproved = *to == ExceptionExit::Complete && from != Phase::Approved;
            if unapproved && case.actor_id().is_some_and(|me| case.item.is_work_of(me)) {
                let action = Action::ResolveException;
                return Err(Refusal::Denied { action, why: Denial::Contributor });
            }
            let end = if *to == ExceptionExit::Complete { Phase::Completed } else { Phase::Withdrawn };
            let mut events = close_undecided(case.item, None);
            events.push(resolved(end, None));
            happened(events)
        }
    }
}

/// Back to where it came from. What was open stays open; where nothing was, review begins at the first stage.
fn back(
    case: &Case<'_>,
    from: Phase,
    resolved: impl Fn(Phase, Option<Timestamp>) -> Event,
) -> Result<Ruling, Refusal> {
    let due_at = case.item.due_at;
    if matches!(from, Phase::Submitted | Phase::InReview) && case.item.reviews.is_empty() {
        let mut events = vec![resolved(Phase::Submitted, None)];
        let item = case.after(&events)?;
        events.extend(case.opening(&item).next(None)?);
        return happened(events);
    }
    let mut events = vec![resolved(from, due_at)];
    // The clock stood still meanwhile.
    let item = case.after(&events)?;
    events.extend(clock_changes(case, &item));
    happened(events)
}
