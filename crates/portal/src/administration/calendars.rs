//! What changing a calendar, or who keeps it, does to everything that is due.

use postern_domain::calendar::{Calendar, CalendarUse, Calendars, Due, Target};
use postern_domain::{
    Actor, Command, Item, Journey, Organisation, Phase, Recorded, Ruling, Situation, Timestamp, apply,
    decide, ladder, whole_ledger,
};
use postern_portal_store::{DirectorySnapshot, Store, StoreError};
use postern_protocol::{CalendarChange, CalendarPreview, DueMove, DueOf};

/// So many due times are told one by one.
const SHOWN: usize = 20;

/// Looks at every open item as it is and as it would be.
///
/// # Errors
/// [`StoreError::Unacceptable`] where the calendar is none, [`StoreError::NotFound`] where nobody published the one to
/// keep.
pub async fn preview(
    store: &Store,
    directory: &DirectorySnapshot,
    change: &CalendarChange,
    now: Timestamp,
) -> Result<CalendarPreview, StoreError> {
    let before = &directory.organisation;
    let after = Organisation { calendars: changed(directory, change)?, ..before.clone() };
    let mut preview = CalendarPreview::default();
    store
        .for_each_item(|item| {
            let journey = directory.journey(&item.journey);
            let Some(journey) = journey.filter(|_| item.phase.is_open()) else { return };
            for due in dues(&item, journey, before, &after, now) {
                preview.looked_at += 1;
                if due.before == due.after {
                    continue;
                }
                preview.moving += 1;
                if preview.first.len() < SHOWN {
                    preview.first.push(due);
                }
            }
        })
        .await?;
    Ok(preview)
}

/// The calendars as they would be.
fn changed(directory: &DirectorySnapshot, change: &CalendarChange) -> Result<Calendars, StoreError> {
    let mut calendars: Vec<Calendar> = directory.calendars.clone();
    let mut uses: Vec<CalendarUse> = directory.calendar_uses.clone();
    match change {
        CalendarChange::Publish(calendar) => {
            calendar.check().map_err(|problems| {
                let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
                StoreError::Unacceptable {
                    what: format!("the calendar {}: {}", calendar.key, said.join("; ")),
                }
            })?;
            let last = directory.newest_calendar(&calendar.key).map_or(0, |newest| newest.version);
            calendars.push(Calendar { version: last.saturating_add(1), ..(**calendar).clone() });
        }
        CalendarChange::Keep(keeps) => {
            if directory.newest_calendar(&keeps.calendar).is_none() {
                return Err(StoreError::NotFound { what: format!("calendar {}", keeps.calendar) });
            }
            uses.retain(|each| each.of != keeps.of);
            uses.push(keeps.clone());
        }
    }
    Ok(Calendars::assemble(&calendars, &uses))
}

/// Everything that is due of an item and hangs on a calendar.
fn dues(
    item: &Item,
    journey: &Journey,
    before: &Organisation,
    after: &Organisation,
    now: Timestamp,
) -> Vec<DueMove> {
    let next = looked_at_again(item, journey, after, now);
    let mut dues = Vec::new();
    let mut add = |of, before, after| {
        dues.push(DueMove { reference: item.reference.clone(), of, before, after });
    };
    for (review, next) in item.reviews.iter().zip(&next.reviews) {
        if review.clock.as_ref().is_some_and(|clock| is_business(clock.target)) {
            add(DueOf::Step(review.step.clone()), due(review.due_at), due(next.due_at));
        }
    }
    let rungs = ladder(item, journey, before).into_iter().filter(|rung| rung.rung > item.rungs);
    let rungs_then = ladder(&next, journey, after);
    for rung in rungs {
        let then = rungs_then.iter().find(|then| then.rung == rung.rung);
        add(DueOf::Rung(rung.rung), Due::At(rung.at), then.map_or(Due::Beyond, |then| Due::At(then.at)));
    }
    if journey.target.is_some_and(is_business) {
        let whole = |organisation| whole_ledger(item, journey, organisation, now).map(|ledger| ledger.due);
        if let (Some(is), Some(then)) = (whole(before), whole(after)) {
            add(DueOf::Whole, is, then);
        }
    }
    if let Some(of) = owed(item, journey) {
        add(of, due(item.due_at), due(next.due_at));
    }
    dues
}

/// The item after the portal's clock has looked at it again, as it does once the change is made.
fn looked_at_again(item: &Item, journey: &Journey, organisation: &Organisation, now: Timestamp) -> Item {
    let clock = Actor::System("clock".to_owned());
    let situation = Situation { item: Some(item), journey, organisation, successor: None };
    let Ok(Ruling::Happened(events)) = decide(situation, &Command::Refresh {}, &clock, now) else {
        return item.clone();
    };
    let again = events.into_iter().try_fold(item.clone(), |item, event| {
        let (by, id) = (clock.clone(), item.id.clone());
        let recorded = Recorded { event, by, on_behalf_of: None, at: now, device_at: None, command: None };
        apply(Some(item), &id, &recorded)
    });
    again.unwrap_or_else(|_| item.clone())
}

/// What the client or the owner owes: an answer, or the completion. Not where somebody set the time by hand.
fn owed(item: &Item, journey: &Journey) -> Option<DueOf> {
    let (of, target) = match item.phase {
        Phase::ChangesRequested => (DueOf::ClientAnswer, journey.client_answer?),
        Phase::Approved => (DueOf::Completion, journey.completion?),
        _ => return None,
    };
    (is_business(target) && item.due_at.is_some() && !item.due_by_hand).then_some(of)
}

fn is_business(target: Target) -> bool {
    !matches!(target, Target::Hours(_))
}

fn due(at: Option<Timestamp>) -> Due {
    at.map_or(Due::Beyond, Due::At)
}
