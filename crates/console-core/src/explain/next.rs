//! What happens next with an item: who must act, and by when.

use super::{date_time, in_zone_of, list, person, role_name};
use postern_console_store::Lookup;
use postern_domain::{Deciders, Item, Phase, Stage};

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
            let who =
                item.owner.as_ref().map_or_else(|| "The owner".to_owned(), |owner| person(owner, lookup));
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
    let stage = lookup.journey(item).zip(item.stage()).and_then(|(journey, key)| journey.stage(key));
    let name = match (stage, item.stage()) {
        (Some(stage), _) => stage.name.clone(),
        (None, Some(key)) => key.to_string(),
        (None, None) => return "In review.".to_owned(),
    };
    let names: Vec<String> = item.waiting_on().map(|id| person(id, lookup)).collect();
    match names.as_slice() {
        [] => match stage {
            Some(stage) => format!("Waiting for somebody to claim {name}{by}: {}.", who_decides(stage)),
            None => format!("Waiting for somebody to claim {name}{by}."),
        },
        [one] => format!("{one} decides at {name}{by}."),
        many => format!("{} decide at {name}{by}.", list(many, "and")),
    }
}

/// Who may decide at a stage, in words.
pub(crate) fn who_decides(stage: &Stage) -> String {
    match &stage.deciders {
        Deciders::Role(role) => format!("any {} with access", role_name(*role)),
        Deciders::Group(group) => format!("any approver of the group {group}"),
        Deciders::Owner => "the owner".to_owned(),
        Deciders::Person(id) => id.to_string(),
    }
}
