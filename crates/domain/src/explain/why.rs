//! By which rules it is an item's turn of things: one sentence for each.

use super::next::{progress, who_decides};
use super::words::date_time;
use super::{Reader, actor, list, step_name};
use crate::absence::{self, Seat};
use crate::calendar::{Due, Target};
use crate::decide::{ladder, whole_ledger};
use crate::event::{Entry, Happening};
use crate::ids::CalendarKey;
use crate::item::{Item, Phase};
use crate::journey::Condition;
use crate::review::{Review, ReviewOutcome, Verdict};
use crate::time::Timestamp;

pub(super) fn because(item: &Item, reader: &dyn Reader, now: Timestamp) -> Vec<String> {
    let mut reasons = because_of_phase(item, reader, now);
    reasons.extend(whole_way(item, reader, now));
    reasons
}

/// Until when the whole way is to be passed, where its journey says so.
fn whole_way(item: &Item, reader: &dyn Reader, now: Timestamp) -> Option<String> {
    if item.phase.is_terminal() {
        return None;
    }
    let ledger = whole_ledger(item, reader.journey_of(item)?, reader.organisation(), now)?;
    Some(match ledger.due {
        Due::At(due) if due < now => {
            format!("The whole of it was due by {}.", date_time(due, reader.zone()))
        }
        Due::At(due) => format!("The whole of it is due by {}.", date_time(due, reader.zone())),
        Due::Paused { .. } => "The time that the whole of it may take stands still meanwhile.".to_owned(),
        Due::Beyond => return None,
    })
}

fn because_of_phase(item: &Item, reader: &dyn Reader, now: Timestamp) -> Vec<String> {
    let last = |is: fn(&Happening) -> bool| item.history.iter().rev().find(|entry| is(&entry.what));
    let told = |entry: &Entry| said(&actor(&entry.by, reader), &entry.what, reader);
    match item.phase {
        Phase::InReview => {
            let steps = item.reviews.iter().flat_map(|review| because_of(item, review, reader, now));
            steps.chain(next_rung(item, reader, now)).collect()
        }
        Phase::ChangesRequested => {
            let sent_back = |what: &Happening| {
                matches!(what, Happening::ChangesRequested { .. } | Happening::SentBack { .. })
            };
            last(sent_back).map(told).into_iter().collect()
        }
        Phase::Submitted => {
            let handed_over = |what: &Happening| {
                matches!(
                    what,
                    Happening::Submitted | Happening::Resubmitted { .. } | Happening::Reopened { .. }
                )
            };
            let told = last(handed_over).map(told);
            told.into_iter().chain(["No step of its journey is open yet.".to_owned()]).collect()
        }
        Phase::Approved => {
            let approved = last(|what| matches!(what, Happening::FullyApproved));
            let completion = approved.and_then(|entry| completion(item, entry.at, reader));
            std::iter::once(passed(item, reader)).chain(completion).collect()
        }
        Phase::Completed => last(|what| matches!(what, Happening::Completed)).map(told).into_iter().collect(),
        Phase::Withdrawn => {
            last(|what| matches!(what, Happening::Withdrawn { .. })).map(told).into_iter().collect()
        }
        Phase::Exception => item
            .exception
            .iter()
            .map(|exception| {
                format!("{} raised the exception: {}", actor(&exception.by, reader), exception.reason)
            })
            .collect(),
        Phase::Draft => Vec::new(),
    }
}

/// The steps of this round that approved it, and who did.
fn passed(item: &Item, reader: &dyn Reader) -> String {
    let approved = |review: &&Review| {
        let outcome = review.closed.as_ref().map(|closing| closing.outcome);
        review.round == item.round && outcome == Some(ReviewOutcome::Approved)
    };
    let steps: Vec<String> = item
        .closed_reviews
        .iter()
        .filter(approved)
        .map(|review| {
            let approvals = review.decisions.iter().filter(|decision| decision.verdict == Verdict::Approve);
            let names: Vec<String> = approvals.map(|decision| reader.person(&decision.by)).collect();
            match names.as_slice() {
                [] => step_name(&review.step, reader),
                names => format!("{} by {}", step_name(&review.step, reader), list(names, "and")),
            }
        })
        .collect();
    match steps.as_slice() {
        [] => "No step of its journey applies to it.".to_owned(),
        steps => format!("Every step that applies has approved it: {}.", list(steps, "and")),
    }
}

/// How long its owner has to complete it.
fn completion(item: &Item, from: Timestamp, reader: &dyn Reader) -> Option<String> {
    let journey = reader.journey_of(item)?;
    let calendars = &reader.organisation().calendars;
    let calendar = calendars.for_step(item.owner.as_ref(), None, journey.calendar.as_ref());
    Some(reckoned("Its completion", calendar.key(), journey.completion?, from, reader))
}

/// To whom it is brought next, where nobody decides, and when.
fn next_rung(item: &Item, reader: &dyn Reader, now: Timestamp) -> Option<String> {
    let rungs = ladder(item, reader.journey_of(item)?, reader.organisation());
    let rung = rungs.into_iter().find(|rung| rung.rung > item.rungs)?;
    let to = match &rung.to {
        Some(id) => format!("escalates to {}", reader.person(id)),
        None => "escalates, and no team lead is there to take it".to_owned(),
    };
    Some(if rung.at <= now {
        format!("It {to} now.")
    } else {
        format!("Undecided, it {to} on {}.", date_time(rung.at, reader.zone()))
    })
}

fn said(who: &str, what: &Happening, reader: &dyn Reader) -> String {
    match super::happening(what, reader) {
        (sentence, Some(reason)) => format!("{who} {sentence}: {reason}"),
        (sentence, None) => format!("{who} {sentence}."),
    }
}

/// The rules that make one open step what it is.
fn because_of(item: &Item, review: &Review, reader: &dyn Reader, now: Timestamp) -> Vec<String> {
    let Some(journey) = reader.journey_of(item) else { return Vec::new() };
    let Some((stage, step)) = journey.step(&review.step) else { return Vec::new() };
    let conditions = [&stage.when, &step.when].into_iter().flatten();
    let mut reasons: Vec<String> = conditions.map(|condition| applies(&step.name, condition)).collect();
    reasons.push(format!(
        "{} is decided by {}; it has {}.",
        step.name,
        who_decides(step, reader),
        progress(review, &item.content)
    ));
    if fell_to_others(item, review) {
        let names: Vec<String> = review.reviewers.iter().map(|id| reader.person(id)).collect();
        reasons.push(format!("Too few of them may decide here, so it fell to {}.", list(&names, "and")));
    }
    let absences = &reader.organisation().absences;
    let cover = |seat: &Seat| absence::explain::cover(&seat.cover, &seat.reviewer, now, absences, reader);
    reasons.extend(review.covers.iter().map(cover));
    reasons.extend(
        review
            .clock
            .as_ref()
            .map(|clock| reckoned(&step.name, &clock.calendar, clock.target, clock.started_at, reader)),
    );
    reasons
}

/// Whether it opened for people whom the step does not name.
fn fell_to_others(item: &Item, review: &Review) -> bool {
    let opened = item.history.iter().rev().find_map(|entry| match &entry.what {
        Happening::ReviewOpened { step, fallback, .. } if step == &review.step => Some(*fallback),
        _ => None,
    });
    opened == Some(true) && !review.reviewers.is_empty()
}

fn applies(step: &str, condition: &Condition) -> String {
    format!("{step} applies because this holds: {}.", condition.source())
}

fn reckoned(
    step: &str,
    name: &CalendarKey,
    target: Target,
    started_at: Timestamp,
    reader: &dyn Reader,
) -> String {
    let from = date_time(started_at, reader.zone());
    match target {
        Target::Hours(hours) => format!("{step} has {} from {from} on.", counted(hours, "hour")),
        Target::BusinessMinutes(minutes) => format!(
            "{step} has {} of working time from {from} on, by the calendar “{name}”.",
            minutes_in_words(minutes)
        ),
        Target::BusinessDays(days) => {
            format!("{step} has {} from {from} on, by the calendar “{name}”.", counted(days, "working day"))
        }
    }
}

fn minutes_in_words(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minute"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => format!("{} {}", counted(hours, "hour"), counted(minutes, "minute")),
    }
}

fn counted(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
