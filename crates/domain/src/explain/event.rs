//! What happened, for the history.

use super::Reader;
use super::words::{date_time, list, phase_name, priority_name, step_name};
use crate::absence::Seat;
use crate::event::Happening;
use crate::ids::PersonId;
use crate::item::Visibility;

/// A sentence without its subject, and the reason or comment that came with it.
pub fn happening(what: &Happening, reader: &dyn Reader) -> (String, Option<String>) {
    let step = |key| step_name(key, reader);
    let people = |ids: &[PersonId]| {
        let names: Vec<String> = ids.iter().map(|id| reader.person(id)).collect();
        list(&names, "and")
    };
    let instead_of = |chain: &[PersonId]| match chain.first() {
        None => String::new(),
        Some(absent) => format!(" on behalf of {}", reader.person(absent)),
    };
    let plain = |text: &str| (text.to_owned(), None);
    match what {
        Happening::Drafted => plain("saved a draft"),
        Happening::Submitted => plain("handed it over"),
        Happening::Skipped { steps } => {
            let names: Vec<String> = steps.iter().map(step).collect();
            (format!("passed over {}: it does not apply here", list(&names, "and")), None)
        }
        Happening::LedPast { steps } => {
            let names: Vec<String> = steps.iter().map(step).collect();
            (format!("led past {}, which nobody approved", list(&names, "and")), None)
        }
        Happening::ReviewOpened { step: key, reviewers, .. } if reviewers.is_empty() => {
            (format!("opened {} for whoever claims it", step(key)), None)
        }
        Happening::ReviewOpened { step: key, reviewers, fallback: false, .. } => {
            (format!("opened {} for {}", step(key), people(reviewers)), None)
        }
        Happening::ReviewOpened { step: key, reviewers, fallback: true, .. } => (
            format!(
                "opened {} for {}, because too few of those whom the step names may decide",
                step(key),
                people(reviewers)
            ),
            None,
        ),
        Happening::Approved { step: key, on_behalf_of, reason } => {
            (format!("approved at {}{}", step(key), instead_of(on_behalf_of)), reason.clone())
        }
        Happening::Overridden { step: key, reason } => {
            (format!("overrode {}: it counts as approved", step(key)), reason.clone())
        }
        Happening::ChangesRequested { step: key, on_behalf_of, reason } => {
            (format!("requested changes at {}{}", step(key), instead_of(on_behalf_of)), reason.clone())
        }
        Happening::Outdated { step: key } => (format!("closed {} undecided", step(key)), None),
        Happening::CoverChanged { step: key, covers } => (cover_changed(&step(key), covers, reader), None),
        Happening::ClockSet { step: key, due_at: Some(due) } => {
            (format!("moved {} to be due on {}", step(key), date_time(*due, reader.zone())), None)
        }
        Happening::ClockSet { step: key, due_at: None } => {
            (format!("stopped the clock of {}", step(key)), None)
        }
        Happening::Rescheduled { due_at: Some(due) } => {
            (format!("moved it to be due on {}, by the calendar", date_time(*due, reader.zone())), None)
        }
        Happening::Rescheduled { due_at: None } => {
            ("took its date away: by the calendar there is no working time left for it".to_owned(), None)
        }
        Happening::Migrated { from, to } => {
            (format!("moved it from version {from} to version {to} of its journey"), None)
        }
        Happening::Claimed { step: key } => (format!("claimed {}", step(key)), None),
        Happening::SentBack { reason } => ("sent it back to the client".to_owned(), Some(reason.clone())),
        Happening::FullyApproved => plain("closed the last step: it is approved"),
        Happening::Resubmitted { round } => (format!("handed it over again, round {round}"), None),
        Happening::Reassigned { from: Some(from), to, reason, .. } => {
            (format!("handed it from {} to {}", reader.person(from), reader.person(to)), reason.clone())
        }
        Happening::Reassigned { from: None, to, reason, .. } => {
            (format!("gave it to {}", reader.person(to)), reason.clone())
        }
        Happening::Escalated { to: Some(to), reason, .. } => {
            (format!("escalated it to {}", reader.person(to)), Some(reason.clone()))
        }
        Happening::Escalated { to: None, reason, .. } => ("escalated it".to_owned(), Some(reason.clone())),
        Happening::DeEscalated => plain("ended the escalation"),
        Happening::ExceptionRaised { category, reason } => {
            (format!("raised an exception ({category})"), Some(reason.clone()))
        }
        Happening::ExceptionResolved { to, reason, overriding } => {
            let whose = if *overriding { " in the deciders' place" } else { "" };
            let to = phase_name(*to).to_lowercase();
            (format!("resolved the exception{whose}: {to}"), Some(reason.clone()))
        }
        Happening::Completed => plain("completed it"),
        Happening::Withdrawn { reason } => ("withdrew it".to_owned(), Some(reason.clone())),
        Happening::Reopened { reason } => ("reopened it".to_owned(), Some(reason.clone())),
        Happening::Commented { visibility: Visibility::Client } => plain("commented, visible to the client"),
        Happening::Commented { visibility: Visibility::Internal } => plain("added an internal note"),
        Happening::FieldsSet { names, cosmetic: false } => (format!("changed {}", list(names, "and")), None),
        Happening::FieldsSet { names, cosmetic: true } => {
            (format!("changed {}, which leaves approvals as they are", list(names, "and")), None)
        }
        Happening::DueSet { due_at: Some(due) } => {
            (format!("set the due date to {}", date_time(*due, reader.zone())), None)
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

/// Who sits for whom now, seat by seat.
fn cover_changed(step: &str, covers: &[Seat], reader: &dyn Reader) -> String {
    let seats: Vec<String> = covers
        .iter()
        .map(|seat| {
            let away = reader.person(&seat.reviewer);
            match seat.person() {
                Some(deputy) => format!("{} decides for {away}", reader.person(deputy)),
                None => format!("nobody decides for {away}"),
            }
        })
        .collect();
    if seats.is_empty() {
        format!("found nobody away any more at {step}")
    } else {
        format!("changed who decides at {step}: {}", list(&seats, "and"))
    }
}
