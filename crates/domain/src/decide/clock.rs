//! Due times: which calendar counts, what is left out, and why it is due when it is.

use super::Case;
use crate::calendar::{Clock, CompiledCalendar, Ledger, PauseReason, Span, Target};
use crate::event::{Entry, Happening};
use crate::ids::PersonId;
use crate::item::{Item, Phase};
use crate::journey::{Deciders, Journey, Quorum, Step};
use crate::metrics::sends_back;
use crate::organisation::Organisation;
use crate::review::Review;
use crate::time::Timestamp;

/// The clock of a step that opens now: by the calendar of its only reviewer, else of the group that decides, else of
/// the journey, else the default.
pub(super) fn clock(
    journey: &Journey,
    step: &Step,
    reviewers: &[PersonId],
    target: Target,
    organisation: &Organisation,
    now: Timestamp,
) -> Clock {
    let only = match reviewers {
        [one] => Some(one),
        _ => None,
    };
    let group = step.deciders.iter().find_map(|rule| match rule {
        Deciders::Group(group) => Some(group.as_str()),
        _ => None,
    });
    let group = group.or_else(|| match &step.quorum {
        Quorum::OnePerGroup(groups) => groups.first().map(String::as_str),
        _ => None,
    });
    let calendar = organisation.calendars.for_step(only, group, journey.calendar.as_ref());
    started(calendar, target, now)
}

/// The clock of what one person, or nobody in particular, has to do next.
pub(super) fn due_for(
    journey: &Journey,
    person: Option<&PersonId>,
    target: Option<Target>,
    organisation: &Organisation,
    now: Timestamp,
) -> Option<Timestamp> {
    let calendar = organisation.calendars.for_step(person, None, journey.calendar.as_ref());
    calendar.due(now, target?, &[]).at()
}

fn started(calendar: &CompiledCalendar, target: Target, now: Timestamp) -> Clock {
    Clock { calendar: calendar.key().clone(), calendar_version: calendar.version(), target, started_at: now }
}

/// The calendar that a clock counts by, as it is in force now.
pub(super) fn calendar_of<'a>(clock: &Clock, organisation: &'a Organisation) -> &'a CompiledCalendar {
    let calendars = &organisation.calendars;
    calendars.get(&clock.calendar).unwrap_or_else(|| calendars.default_calendar())
}

/// When the clock is due, by its calendar as it is now.
pub(super) fn due(clock: &Clock, pauses: &[Span], organisation: &Organisation) -> Option<Timestamp> {
    clock.due(calendar_of(clock, organisation), pauses).at()
}

/// When the item's clocks stood still: while the client had it, and while it was an exception. Read from the history,
/// never counted along.
pub fn pauses(item: &Item) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let close = |spans: &mut Vec<Span>, why: PauseReason, at: Timestamp| {
        if let Some(open) = spans.iter_mut().rev().find(|span| span.why == why && span.until.is_none()) {
            open.until = Some(at);
        }
    };
    for entry in &item.history {
        match &entry.what {
            Happening::ExceptionRaised { .. } => {
                spans.push(Span { from: entry.at, until: None, why: PauseReason::Exception });
            }
            Happening::ExceptionResolved { .. } => close(&mut spans, PauseReason::Exception, entry.at),
            _ if sends_back(item, entry) => {
                spans.push(Span { from: entry.at, until: None, why: PauseReason::WaitingForClient });
            }
            Happening::Resubmitted { .. } | Happening::ReviewOpened { .. } => {
                close(&mut spans, PauseReason::WaitingForClient, entry.at);
            }
            Happening::Completed | Happening::Withdrawn { .. } => {
                close(&mut spans, PauseReason::Exception, entry.at);
                close(&mut spans, PauseReason::WaitingForClient, entry.at);
            }
            _ => {}
        }
    }
    spans
}

/// When the client's answer, or the completion, that is awaited, or awaited again once an exception is over at `now`, is due
/// by the calendar as it is now: by as much later as exceptions took. A date set by hand stays.
pub(super) fn due_when_awaited(case: &Case<'_>, awaited: Phase) -> Option<Timestamp> {
    let (item, journey) = (case.item, case.journey);
    let begins = |is: fn(&Item, &Entry) -> bool| item.history.iter().rev().find(|entry| is(item, entry));
    let (begun, target, person) = match awaited {
        Phase::ChangesRequested => (begins(sends_back), journey.client_answer, None),
        Phase::Approved => {
            let approved = |_: &Item, entry: &Entry| matches!(entry.what, Happening::FullyApproved);
            (begins(approved), journey.completion, item.owner.as_ref())
        }
        _ => return item.due_at,
    };
    let (Some(begun), Some(target), false) = (begun, target, item.due_by_hand) else { return item.due_at };
    let mut pauses = pauses_of_reviews(item);
    for pause in &mut pauses {
        pause.until.get_or_insert(case.now);
    }
    let calendar = case.organisation.calendars.for_step(person, None, journey.calendar.as_ref());
    calendar.due(begun.at, target, &pauses).at()
}

/// The pauses that a step's clock knows: exceptions. While the client has the item, no step is open.
pub(super) fn pauses_of_reviews(item: &Item) -> Vec<Span> {
    let mut spans = pauses(item);
    spans.retain(|span| span.why == PauseReason::Exception);
    spans
}

/// Why the whole way is due when it is, until it ended or `now`: without the time that the client has it or that it is an
/// exception. None without a target, or before it was handed over.
pub fn whole_ledger(
    item: &Item,
    journey: &Journey,
    organisation: &Organisation,
    now: Timestamp,
) -> Option<Ledger> {
    let target = journey.target?;
    let reopened = item.history.iter().rev().find(|entry| matches!(entry.what, Happening::Reopened { .. }));
    let start = reopened.map(|entry| entry.at).or(item.submitted_at)?;
    let until = if item.phase.is_terminal() { item.entered_at } else { now };
    let calendar = organisation.calendars.for_step(None, None, journey.calendar.as_ref());
    Some(calendar.ledger(start, target, &pauses(item), until))
}

/// Why an open or closed step is due when it is, segment by segment until `now`. None for a step without a target.
pub fn ledger(item: &Item, review: &Review, organisation: &Organisation, now: Timestamp) -> Option<Ledger> {
    let clock = review.clock.as_ref()?;
    let until = review.closed.as_ref().map_or(now, |closing| closing.at);
    let calendar = calendar_of(clock, organisation);
    Some(calendar.ledger(clock.started_at, clock.target, &pauses_of_reviews(item), until))
}
