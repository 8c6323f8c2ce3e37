//! The exception path: set aside with a reason, and resolved to where it came from, elsewhere, or an end.

use super::clock::due_when_awaited;
use super::deciders::names;
use super::refresh::{clock_changes, cover_changes};
use super::review::{close_undecided, overruler};
use super::{Case, MAX_TITLE, Ruling, bounded, happened, required};
use crate::command::{Action, ExceptionExit};
use crate::event::Event;
use crate::ids::StepKey;
use crate::item::{Item, Phase};
use crate::journey::Stage;
use crate::people::Role;
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::review::ReviewOutcome;
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
    may_resolve(case).map_err(|why| Refusal::Denied { action: Action::ResolveException, why })?;
    let from = case.item.exception.as_ref().map_or(Phase::Submitted, |exception| exception.from);
    let resolved =
        |to, due_at| Event::ExceptionResolved { to, reason: reason.clone(), due_at, overriding: false };
    match to {
        ExceptionExit::Back => back(case, from, resolved),
        ExceptionExit::Stage(key) => {
            let stage =
                case.journey.stage(key).ok_or_else(|| Refusal::UnknownStage { stage: key.clone() })?;
            let mut events = close_undecided(case.item, None);
            events.push(resolved(Phase::InReview, None));
            let item = case.after(&events)?;
            let steps = led_past(case, &item, stage);
            if !steps.is_empty() {
                // To lead past what nobody approved is to approve it in the deciders' place.
                overruler(case, Action::ResolveException, |me| case.item.is_work_of(me))?;
                events.push(Event::Skipped { steps, undecided: true });
            }
            let steps = stage.steps_for(&item);
            let steps = if steps.is_empty() { stage.steps.iter().collect() } else { steps };
            events.extend(case.opening(&item).stage(stage, &steps)?);
            happened(events)
        }
        ExceptionExit::Complete | ExceptionExit::Withdraw => {
            // To complete what nobody approved is to approve it in the deciders' place.
            let overriding = *to == ExceptionExit::Complete && from != Phase::Approved;
            if overriding {
                overruler(case, Action::ResolveException, |me| case.item.is_work_of(me))?;
            }
            let to = if *to == ExceptionExit::Complete { Phase::Completed } else { Phase::Withdrawn };
            let mut events = close_undecided(case.item, None);
            events.push(Event::ExceptionResolved { to, reason, due_at: None, overriding });
            happened(events)
        }
    }
}

/// Whoever was asked to handle it, or stands in for them; whomever the journey names for that, or the owner where it names
/// nobody; a team lead or a portal admin over the item. Automation is asked about by its own rules.
fn may_resolve(case: &Case<'_>) -> Result<(), Denial> {
    let Some(me) = case.acting_person() else { return Ok(()) };
    let item = case.item;
    let rules = &case.journey.exceptions.handlers;
    let named = || rules.iter().any(|rule| names(rule, item, &case.organisation.people, me));
    let owns = || rules.is_empty() && item.owner.as_ref() == Some(&me.id);
    let asked = || {
        let handler = item.exception.as_ref().and_then(|exception| exception.handler.as_ref());
        handler.is_some_and(|handler| {
            let stands_in = || case.opening(item).present(handler, Action::ResolveException);
            handler == &me.id || stands_in().as_ref() == Some(&me.id)
        })
    };
    let over_it = me.holds_any(&[Role::TeamLead, Role::PortalAdmin], item.place());
    if over_it || asked() || named() || owns() { Ok(()) } else { Err(Denial::NotHandler) }
}

/// The steps before `stage` that apply to the item and that nobody approved as it is.
fn led_past(case: &Case<'_>, item: &Item, stage: &Stage) -> Vec<StepKey> {
    let is_approved = |step: &StepKey| {
        item.closed_reviews.iter().any(|review| {
            let approved = review.closed.as_ref().is_some_and(|end| end.outcome == ReviewOutcome::Approved);
            &review.step == step
                && review.round == item.round
                && approved
                && review.is_approved(&item.content)
        })
    };
    let before = case.journey.stages.iter().take_while(|before| before.key != stage.key);
    let steps = before.filter(|before| !before.optional).flat_map(|before| before.steps_for(item));
    steps.filter(|step| !is_approved(&step.key)).map(|step| step.key.clone()).collect()
}

/// Back to where it came from. What was open stays open; where nothing was, review begins at the first stage.
fn back(
    case: &Case<'_>,
    from: Phase,
    resolved: impl Fn(Phase, Option<Timestamp>) -> Event,
) -> Result<Ruling, Refusal> {
    if matches!(from, Phase::Submitted | Phase::InReview) && case.item.reviews.is_empty() {
        let mut events = vec![resolved(Phase::Submitted, None)];
        let item = case.after(&events)?;
        events.extend(case.opening(&item).next(None)?);
        return happened(events);
    }
    let mut events = vec![resolved(from, due_when_awaited(case, from))];
    // The clock stood still meanwhile, and people left and came back.
    let item = case.after(&events)?;
    events.extend(cover_changes(case, &item));
    events.extend(clock_changes(case, &item));
    happened(events)
}
