//! What happened, for the history.

use super::{date_time, in_zone_of, list, person, phase_name, priority_name, stage_name};
use postern_console_store::Lookup;
use postern_domain::{Happening, Visibility};

/// A sentence without its subject, and the reason or comment that came with it.
pub fn happening(what: &Happening, lookup: &Lookup) -> (String, Option<String>) {
    let stage = |key| stage_name(key, lookup);
    let plain = |text: &str| (text.to_owned(), None);
    match what {
        Happening::Drafted => plain("saved a draft"),
        Happening::Submitted => plain("handed it over"),
        Happening::ReviewOpened { stage: key, reviewers } if reviewers.is_empty() => {
            (format!("opened {} for whoever claims it", stage(key)), None)
        }
        Happening::ReviewOpened { stage: key, reviewers } => {
            let names: Vec<String> = reviewers.iter().map(|id| person(id, lookup)).collect();
            (format!("opened {} for {}", stage(key), list(&names, "and")), None)
        }
        Happening::Approved { stage: key, reason } => (format!("approved at {}", stage(key)), reason.clone()),
        Happening::ChangesRequested { stage: key, reason } => {
            (format!("requested changes at {}", stage(key)), reason.clone())
        }
        Happening::Outdated { stage: key } => (format!("closed {} undecided", stage(key)), None),
        Happening::SentBack { reason } => ("sent it back to the client".to_owned(), Some(reason.clone())),
        Happening::FullyApproved => plain("closed the last step: it is approved"),
        Happening::Resubmitted { round } => (format!("handed it over again, round {round}"), None),
        Happening::Reassigned { from: Some(from), to, reason } => {
            (format!("handed it from {} to {}", person(from, lookup), person(to, lookup)), reason.clone())
        }
        Happening::Reassigned { from: None, to, reason } => {
            (format!("gave it to {}", person(to, lookup)), reason.clone())
        }
        Happening::Escalated { to: Some(to), reason, .. } => {
            (format!("escalated it to {}", person(to, lookup)), Some(reason.clone()))
        }
        Happening::Escalated { to: None, reason, .. } => ("escalated it".to_owned(), Some(reason.clone())),
        Happening::DeEscalated => plain("ended the escalation"),
        Happening::ExceptionRaised { category, reason } => {
            (format!("raised an exception ({category})"), Some(reason.clone()))
        }
        Happening::ExceptionResolved { to, reason } => {
            (format!("resolved the exception: {}", phase_name(*to).to_lowercase()), Some(reason.clone()))
        }
        Happening::Completed => plain("completed it"),
        Happening::Withdrawn { reason } => ("withdrew it".to_owned(), Some(reason.clone())),
        Happening::Reopened { reason } => ("reopened it".to_owned(), Some(reason.clone())),
        Happening::Commented { visibility: Visibility::Client } => plain("commented, visible to the client"),
        Happening::Commented { visibility: Visibility::Internal } => plain("added an internal note"),
        Happening::FieldsSet { names } => (format!("changed {}", list(names, "and")), None),
        Happening::DueSet { due_at: Some(due) } => {
            (format!("set the due date to {}", date_time(*due, in_zone_of(lookup))), None)
        }
        Happening::DueSet { due_at: None } => plain("removed the due date"),
        Happening::PrioritySet { priority } => {
            (format!("set the priority to {}", priority_name(*priority)), None)
        }
        Happening::VersionAttached { name, version } => {
            (format!("attached version {version} of {name}"), None)
        }
        Happening::Noted { activity } => (activity.clone(), None),
    }
}
