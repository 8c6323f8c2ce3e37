//! What happens next with an item: who must act, by when, and why.

use super::Reader;
use super::words::{date_time, role_name, step_name};
use super::{actor, list};
use crate::absence::{self, Seat};
use crate::calendar::{Clock, Due, Target};
use crate::decide::whole_ledger;
use crate::digest::ContentDigest;
use crate::event::Happening;
use crate::item::{Item, Phase};
use crate::journey::{Condition, Deciders, Quorum, Stage, Step};
use crate::review::Review;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What happens next with an item, and by which rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Next {
    /// Who must act, and by when.
    pub sentence: String,
    /// One sentence for each rule that makes it so.
    pub because: Vec<String>,
}

pub fn next(item: &Item, reader: &dyn Reader, now: Timestamp) -> Next {
    Next { sentence: next_sentence(item, reader), because: because(item, reader, now) }
}

/// Only who must act, and by when.
pub fn next_sentence(item: &Item, reader: &dyn Reader) -> String {
    let zone = reader.zone();
    let by = item.due_at.map(|due| format!(" by {}", date_time(due, zone))).unwrap_or_default();
    match item.phase {
        Phase::Draft => "The client has not handed it over yet.".to_owned(),
        Phase::Submitted => "It was handed over and enters review.".to_owned(),
        Phase::InReview => in_review(item, reader, &by),
        Phase::ChangesRequested => format!("Waiting on the client to answer the request for changes{by}."),
        Phase::Approved => match &item.owner {
            Some(owner) => format!("Approved. {} completes it{by}.", reader.person(owner)),
            None => format!("Approved. It has no owner who would complete it{by}."),
        },
        Phase::Exception => {
            let category = item.exception.as_ref().map_or("", |exception| exception.category.as_str());
            let handler = item.exception.as_ref().and_then(|exception| exception.handler.as_ref());
            let who = handler.or(item.owner.as_ref());
            let who = who.map_or_else(|| "The owner".to_owned(), |id| reader.person(id));
            format!("Set aside as an exception ({category}). {who} or a team lead resolves it{by}.")
        }
        Phase::Completed => match item.completed_at {
            Some(at) => format!("Completed on {}. Nothing is left to do.", date_time(at, zone)),
            None => "Completed. Nothing is left to do.".to_owned(),
        },
        Phase::Withdrawn => "Withdrawn. Nothing is left to do.".to_owned(),
    }
}

/// For the client's side: where it is and by when, and nothing about who is asked.
pub fn next_for_client(item: &Item, reader: &dyn Reader) -> Next {
    let due = item.due_at.map(|due| format!(" Expected by {}.", date_time(due, reader.zone())));
    let due = due.unwrap_or_default();
    let sentence = match item.phase {
        Phase::Draft => "You have not handed it over yet.".to_owned(),
        Phase::InReview => match item.stage().and_then(|key| reader.journey_of(item)?.stage(key)) {
            Some(stage) => {
                format!("In review: {}.{due}", stage.client_name.as_ref().unwrap_or(&stage.name))
            }
            None => format!("In review.{due}"),
        },
        Phase::ChangesRequested => "Waiting for your answer to the request for changes.".to_owned(),
        Phase::Approved => format!("Approved, and to be completed.{due}"),
        Phase::Exception => "Something out of the ordinary is being looked into.".to_owned(),
        Phase::Submitted | Phase::Completed | Phase::Withdrawn => next_sentence(item, reader),
    };
    Next { sentence, because: Vec::new() }
}

fn in_review(item: &Item, reader: &dyn Reader, by: &str) -> String {
    let sentences: Vec<String> =
        item.reviews.iter().map(|review| waiting(item, review, reader, by)).collect();
    if sentences.is_empty() { "In review.".to_owned() } else { sentences.join(" ") }
}

/// Who has to do what at one open step.
fn waiting(item: &Item, review: &Review, reader: &dyn Reader, by: &str) -> String {
    let step = step_of(item, review, reader).map(|(_, step)| step);
    let name = step.map_or_else(|| step_name(&review.step, reader), |step| step.name.clone());
    let names: Vec<String> = review.waiting_on().map(|id| reader.person(id)).collect();
    let decides = match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} decides at {name}{by}.")),
        many => Some(format!("{} decide at {name}{by}.", list(many, "and"))),
    };
    let free = review.has_free_seats().then(|| match step {
        Some(step) => {
            format!("Waiting for somebody to claim {name}{by}: {}.", who_decides(step, reader))
        }
        None => format!("Waiting for somebody to claim {name}{by}."),
    });
    [decides, free].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn step_of<'a>(item: &Item, review: &Review, reader: &'a dyn Reader) -> Option<(&'a Stage, &'a Step)> {
    reader.journey_of(item)?.step(&review.step)
}

/// Who may decide at a step, in words.
pub fn who_decides(step: &Step, reader: &dyn Reader) -> String {
    let mut rules: Vec<String> = step
        .deciders
        .iter()
        .map(|rule| match rule {
            Deciders::Role(role) => format!("any {} with access", role_name(*role)),
            Deciders::Group(group) => format!("any approver of the group {group}"),
            Deciders::Owner => "the owner".to_owned(),
            Deciders::ClientOwner => "whoever is responsible for the client".to_owned(),
            Deciders::SubmitterLead => "the submitter's lead".to_owned(),
            Deciders::OwnerLead => "the owner's lead".to_owned(),
            Deciders::Person(id) => reader.person(id),
        })
        .collect();
    if let Quorum::OnePerGroup(groups) = &step.quorum {
        rules.push(format!("one approver each of {}", list(groups, "and")));
    }
    list(&rules, "or")
}

fn because(item: &Item, reader: &dyn Reader, now: Timestamp) -> Vec<String> {
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
    match item.phase {
        Phase::InReview => {
            item.reviews.iter().flat_map(|review| because_of(item, review, reader, now)).collect()
        }
        Phase::ChangesRequested => last(|what| matches!(what, Happening::ChangesRequested { .. }))
            .map(|entry| said(&actor(&entry.by, reader), &entry.what, reader))
            .into_iter()
            .collect(),
        Phase::Exception => item
            .exception
            .iter()
            .map(|exception| {
                format!("{} raised the exception: {}", actor(&exception.by, reader), exception.reason)
            })
            .collect(),
        Phase::Draft | Phase::Submitted | Phase::Approved | Phase::Completed | Phase::Withdrawn => Vec::new(),
    }
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
    reasons.extend(review.clock.as_ref().map(|clock| reckoned(&step.name, clock, reader)));
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

/// How many approvals there are, of those that must be.
pub fn progress(review: &Review, content: &ContentDigest) -> String {
    let approvals = if review.needed == 1 { "approval" } else { "approvals" };
    format!("{} of {} {approvals}", review.approvals(content), review.needed)
}

fn reckoned(step: &str, clock: &Clock, reader: &dyn Reader) -> String {
    let from = date_time(clock.started_at, reader.zone());
    let name = &clock.calendar;
    match clock.target {
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
