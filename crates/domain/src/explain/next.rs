//! What happens next with an item: who must act, by when, and why.

use super::Reader;
use super::list;
use super::why::because;
use super::words::{date_time, role_name, step_name};
use crate::digest::ContentDigest;
use crate::item::{Item, Phase};
use crate::journey::{Deciders, Quorum, Stage, Step};
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
        Phase::InReview => in_review(item, reader),
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

fn in_review(item: &Item, reader: &dyn Reader) -> String {
    let sentences: Vec<String> = item.reviews.iter().map(|review| waiting(item, review, reader)).collect();
    if sentences.is_empty() { "In review.".to_owned() } else { sentences.join(" ") }
}

/// Who has to do what at one open step.
fn waiting(item: &Item, review: &Review, reader: &dyn Reader) -> String {
    // Steps side by side are due each at its own time, but for a date that somebody set for the item.
    let due = if item.due_by_hand { item.due_at } else { review.due_at };
    let by = due.map(|due| format!(" by {}", date_time(due, reader.zone()))).unwrap_or_default();
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

/// How many approvals there are, of those that must be.
pub fn progress(review: &Review, content: &ContentDigest) -> String {
    let approvals = if review.needed == 1 { "approval" } else { "approvals" };
    format!("{} of {} {approvals}", review.approvals(content), review.needed)
}
