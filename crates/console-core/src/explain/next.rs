//! What happens next with an item: who must act, and by when.

use super::{date_time, in_zone_of, list, person, role_name, step_name};
use postern_console_store::Lookup;
use postern_domain::{Deciders, Item, Phase, Quorum, Review, Step};

/// One sentence.
pub fn next(item: &Item, lookup: &Lookup) -> String {
    let zone = in_zone_of(lookup);
    let by = item.due_at.map(|due| format!(" by {}", date_time(due, zone))).unwrap_or_default();
    match item.phase {
        Phase::Draft => "The client has not handed it over yet.".to_owned(),
        Phase::Submitted => "It was handed over and enters review.".to_owned(),
        Phase::InReview => in_review(item, lookup, &by),
        Phase::ChangesRequested => format!("Waiting on the client to answer the request for changes{by}."),
        Phase::Approved => match &item.owner {
            Some(owner) => format!("Approved. {} completes it{by}.", person(owner, lookup)),
            None => format!("Approved. It has no owner who would complete it{by}."),
        },
        Phase::Exception => {
            let category = item.exception.as_ref().map_or("", |exception| exception.category.as_str());
            let handler = item.exception.as_ref().and_then(|exception| exception.handler.as_ref());
            let who = handler.or(item.owner.as_ref());
            let who = who.map_or_else(|| "The owner".to_owned(), |id| person(id, lookup));
            format!("Set aside as an exception ({category}). {who} or a team lead resolves it{by}.")
        }
        Phase::Completed => match item.completed_at {
            Some(at) => format!("Completed on {}. Nothing is left to do.", date_time(at, zone)),
            None => "Completed. Nothing is left to do.".to_owned(),
        },
        Phase::Withdrawn => "Withdrawn. Nothing is left to do.".to_owned(),
    }
}

fn in_review(item: &Item, lookup: &Lookup, by: &str) -> String {
    let sentences: Vec<String> =
        item.reviews.iter().map(|review| waiting(item, review, lookup, by)).collect();
    if sentences.is_empty() { "In review.".to_owned() } else { sentences.join(" ") }
}

/// Who has to do what at one open step.
fn waiting(item: &Item, review: &Review, lookup: &Lookup, by: &str) -> String {
    let step = lookup.journey(item).and_then(|journey| journey.step(&review.step)).map(|(_, step)| step);
    let name = step_name(&review.step, lookup);
    let names: Vec<String> = review.waiting_on().map(|id| person(id, lookup)).collect();
    let decides = match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} decides at {name}{by}.")),
        many => Some(format!("{} decide at {name}{by}.", list(many, "and"))),
    };
    let free = review.has_free_seats().then(|| match step {
        Some(step) => {
            format!("Waiting for somebody to claim {name}{by}: {}.", who_decides(step, lookup))
        }
        None => format!("Waiting for somebody to claim {name}{by}."),
    });
    [decides, free].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Who may decide at a step, in words.
pub(crate) fn who_decides(step: &Step, lookup: &Lookup) -> String {
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
            Deciders::Person(id) => person(id, lookup),
        })
        .collect();
    if let Quorum::OnePerGroup(groups) = &step.quorum {
        rules.push(format!("one approver each of {}", list(groups, "and")));
    }
    list(&rules, "or")
}
