//! What a client's contact sees of an item: one place that takes out what is internal.

use postern_domain::{Comment, Entry, Happening, Item, Person, Review, Visibility};
use postern_protocol::{CommandOutcome, Outcome};

/// The item as `person` may read it. Staff read everything; whether the person may see the item at all was asked
/// before.
pub fn as_seen_by(person: &Person, item: Item) -> Item {
    if person.is_staff() { item } else { for_client(item) }
}

/// The outcome as `person` may read it.
pub fn outcome_as_seen_by(person: &Person, outcome: CommandOutcome) -> CommandOutcome {
    match outcome.outcome {
        Outcome::Conflict { refusal, current } => CommandOutcome {
            outcome: Outcome::Conflict { refusal, current: Box::new(as_seen_by(person, *current)) },
            ..outcome
        },
        _ => outcome,
    }
}

/// Takes out internal comments and history, who decides and what they wrote for each other.
fn for_client(mut item: Item) -> Item {
    item.comments.retain(|comment: &Comment| comment.visibility == Visibility::Client);
    item.history = item.history.into_iter().filter_map(client_entry).collect();
    item.reviews = item.reviews.into_iter().map(client_review).collect();
    item.closed_reviews = item.closed_reviews.into_iter().map(client_review).collect();
    item.contributors.clear();
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
    review
}

/// The line as a client may read it; none for what is internal. Listed in full: a new kind of line must be thought about.
fn client_entry(entry: Entry) -> Option<Entry> {
    let what = match entry.what {
        Happening::Drafted
        | Happening::Submitted
        | Happening::SentBack { .. }
        | Happening::FullyApproved
        | Happening::Resubmitted { .. }
        | Happening::Completed
        | Happening::Withdrawn { .. }
        | Happening::Commented { visibility: Visibility::Client }
        | Happening::FieldsSet { .. }
        | Happening::DueSet { .. }
        | Happening::PrioritySet { .. }
        | Happening::VersionAttached { .. } => entry.what,
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
        Happening::ExceptionResolved { to, .. } => Happening::ExceptionResolved { to, reason: String::new() },
        Happening::Reopened { .. } => Happening::Reopened { reason: String::new() },
        // A single reviewer's verdict is internal until the item goes back: then `SentBack` says why.
        Happening::ChangesRequested { .. }
        | Happening::Outdated { .. }
        | Happening::Skipped { .. }
        | Happening::Migrated { .. }
        | Happening::Claimed { .. }
        | Happening::CoverChanged { .. }
        | Happening::ClockSet { .. }
        | Happening::Reassigned { .. }
        | Happening::Escalated { .. }
        | Happening::DeEscalated
        | Happening::Commented { visibility: Visibility::Internal }
        | Happening::Noted { .. } => return None,
    };
    Some(Entry { what, ..entry })
}
