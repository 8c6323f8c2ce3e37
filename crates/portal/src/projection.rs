//! What a client's contact sees of an item: one place that takes out what is internal.

use postern_domain::explain::phase_name_for_client;
use postern_domain::{Comment, ContentDigest, Entry, Happening, Item, Journey, Person, Review, Visibility};
use postern_portal_store::DirectorySnapshot;
use postern_protocol::{ClientNames, CommandOutcome, ItemReply, Outcome};
use std::collections::BTreeMap;

/// The item as `person` may read it. Staff read everything; whether the person may see the item at all was asked
/// before.
pub fn as_seen_by(person: &Person, item: Item, directory: &DirectorySnapshot) -> Item {
    if person.is_staff() {
        return item;
    }
    let journey = directory.journey(&item.journey);
    for_client(item, journey)
}

/// The item as `person` may read it; for the client's side, with what its stages are called there.
pub fn reply_for(person: &Person, item: Item, directory: &DirectorySnapshot) -> ItemReply {
    let item = as_seen_by(person, item, directory);
    let names = (!person.is_staff()).then(|| names_of(&item, directory.journey(&item.journey)));
    ItemReply { item, names }
}

/// Of every stage and step that the item, as its client sees it, speaks of; of nothing that may lie ahead. A step bears
/// the name of its stage: what staff call the steps inside it is their own.
fn names_of(item: &Item, journey: Option<&Journey>) -> ClientNames {
    let mut names = ClientNames {
        journey: journey.map_or_else(String::new, |journey| called(&journey.client_name, &journey.name)),
        phase: phase_name_for_client(item.phase).to_owned(),
        stages: BTreeMap::new(),
        steps: BTreeMap::new(),
    };
    let Some(journey) = journey else { return names };
    let of_reviews = item.reviews.iter().chain(&item.closed_reviews).map(|review| &review.step);
    let of_history = item.history.iter().filter_map(|entry| match &entry.what {
        Happening::ReviewOpened { step, .. } | Happening::Approved { step, .. } => Some(step),
        _ => None,
    });
    // A step of an earlier version, which this one does not have any more, stays without a name.
    for (step, (stage, _)) in of_reviews.chain(of_history).filter_map(|key| Some((key, journey.step(key)?))) {
        let name = called(&stage.client_name, &stage.name);
        names.steps.insert(step.clone(), name.clone());
        names.stages.insert(stage.key.clone(), name);
    }
    names
}

fn called(client_name: &Option<String>, name: &str) -> String {
    client_name.clone().unwrap_or_else(|| name.to_owned())
}

/// The outcome as `person` may read it.
pub fn outcome_as_seen_by(
    person: &Person,
    outcome: CommandOutcome,
    directory: &DirectorySnapshot,
) -> CommandOutcome {
    match outcome.outcome {
        Outcome::Conflict { refusal, current } => CommandOutcome {
            outcome: Outcome::Conflict {
                refusal,
                current: current.map(|current| Box::new(as_seen_by(person, *current, directory))),
            },
            ..outcome
        },
        _ => outcome,
    }
}

/// Takes out internal fields, comments and history, who decides and what they wrote for each other. The digest is of what
/// is left: it must not tell what was taken out to whoever tries values.
fn for_client(mut item: Item, journey: Option<&Journey>) -> Item {
    item.fields.retain(|key, _| !is_internal(journey, key));
    item.content = ContentDigest::of(&item, &item.immaterial);
    item.comments.retain(|comment: &Comment| comment.visibility == Visibility::Client);
    item.history = item.history.into_iter().filter_map(|entry| client_entry(entry, journey)).collect();
    item.reviews = item.reviews.into_iter().map(client_review).collect();
    item.closed_reviews = item.closed_reviews.into_iter().map(client_review).collect();
    item.contributors.clear();
    item.rework = None;
    item.escalation = None;
    item.assignment_version = 0;
    if let Some(exception) = &mut item.exception {
        exception.reason = String::new();
        exception.category = String::new();
        exception.handler = None;
    }
    item
}

/// Which step it is at and by when, not who is asked and what they said.
fn client_review(mut review: Review) -> Review {
    review.reviewers.clear();
    review.decisions.clear();
    review.covers.clear();
    review.groups.clear();
    review
}

/// Whether a field is for staff only. Of a journey that is not known, every field may be.
fn is_internal(journey: Option<&Journey>, key: &str) -> bool {
    journey.is_none_or(|journey| journey.field(key).is_some_and(|field| field.internal))
}

/// The line as a client may read it; none for what is internal. Listed in full: a new kind of line must be thought about.
fn client_entry(entry: Entry, journey: Option<&Journey>) -> Option<Entry> {
    let what = match entry.what {
        Happening::Drafted
        | Happening::Submitted
        | Happening::SentBack { .. }
        | Happening::FullyApproved
        | Happening::Resubmitted { .. }
        | Happening::Completed
        | Happening::Withdrawn { .. }
        | Happening::Commented { visibility: Visibility::Client }
        | Happening::DueSet { .. }
        | Happening::PrioritySet { .. }
        | Happening::VersionAttached { .. } => entry.what,
        Happening::FieldsSet { mut names, cosmetic } => {
            names.retain(|name| !is_internal(journey, name));
            if names.is_empty() {
                return None;
            }
            Happening::FieldsSet { names, cosmetic }
        }
        Happening::ReviewOpened { stage, step, .. } => {
            Happening::ReviewOpened { stage, step, reviewers: Vec::new(), fallback: false }
        }
        // That a step was closed in the deciders' place is internal.
        Happening::Approved { step, .. } | Happening::Overridden { step, .. } => {
            Happening::Approved { step, on_behalf_of: Vec::new(), reason: None }
        }
        Happening::ExceptionRaised { .. } => {
            Happening::ExceptionRaised { category: String::new(), reason: String::new() }
        }
        Happening::ExceptionResolved { to, .. } => {
            Happening::ExceptionResolved { to, reason: String::new(), overriding: false }
        }
        Happening::Reopened { .. } => Happening::Reopened { reason: String::new() },
        // A single reviewer's verdict is internal until the item goes back: then `SentBack` says why.
        Happening::ChangesRequested { .. }
        | Happening::Outdated { .. }
        | Happening::Skipped { .. }
        | Happening::LedPast { .. }
        | Happening::Migrated { .. }
        | Happening::Claimed { .. }
        | Happening::CoverChanged { .. }
        | Happening::ClockSet { .. }
        | Happening::Rescheduled { .. }
        | Happening::Reassigned { .. }
        | Happening::Escalated { .. }
        | Happening::DeEscalated
        | Happening::Commented { visibility: Visibility::Internal }
        | Happening::Noted { .. } => return None,
    };
    Some(Entry { what, ..entry })
}
