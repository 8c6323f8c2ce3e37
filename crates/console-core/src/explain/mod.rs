//! What rules and events say, in English sentences. The window and `posternctl` both take their words from here.

mod command;
mod event;
mod next;
mod refusal;

pub use command::{command, outcome_sentence};
pub use event::happening;
pub use next::next;
pub(crate) use next::who_decides;
pub use refusal::{denial, refusal, satisfied};

pub use postern_console_store::phase_name;

use chrono_tz::Tz;
use postern_console_store::Lookup;
use postern_domain::{Action, Actor, PersonId, Priority, Role, StageKey, StepKey, Timestamp};

/// The time zone of the person who looks.
pub fn in_zone_of(lookup: &Lookup) -> Tz {
    lookup.myself().and_then(|me| me.time_zone.parse().ok()).unwrap_or(Tz::UTC)
}

/// For example `Tue 24 Nov 2026 14:00`.
pub fn date_time(at: Timestamp, zone: Tz) -> String {
    match chrono::DateTime::from_timestamp_millis(at.ms()) {
        Some(instant) => instant.with_timezone(&zone).format("%a %-d %b %Y %H:%M").to_string(),
        None => at.to_string(),
    }
}

/// A name, or `system:<name>` for automation.
pub fn actor(actor: &Actor, lookup: &Lookup) -> String {
    match actor {
        Actor::Person(id) => person(id, lookup),
        Actor::System(name) => format!("system:{name}"),
    }
}

pub fn person(id: &PersonId, lookup: &Lookup) -> String {
    lookup.people().name(id).to_owned()
}

/// The stage's name in any journey that has it; a key that none has is shown as it is.
pub fn stage_name(key: &StageKey, lookup: &Lookup) -> String {
    let mut named: Vec<_> =
        lookup.journeys.values().filter_map(|journey| Some((journey.version, journey.stage(key)?))).collect();
    named.sort_by_key(|(version, stage)| (std::cmp::Reverse(*version), stage.name.clone()));
    named.first().map_or_else(|| key.to_string(), |(_, stage)| stage.name.clone())
}

/// The step's name in the newest journey that has it; a key that none has is shown as it is.
pub fn step_name(key: &StepKey, lookup: &Lookup) -> String {
    let mut named: Vec<_> = lookup
        .journeys
        .values()
        .filter_map(|journey| Some((journey.version, journey.step(key)?.1)))
        .collect();
    named.sort_by_key(|(version, step)| (std::cmp::Reverse(*version), step.name.clone()));
    named.first().map_or_else(|| key.to_string(), |(_, step)| step.name.clone())
}

/// `Ana`, `Ana and Ben`, `Ana, Ben and Cem`.
pub fn list(names: &[String], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::ClientAdmin => "client admin",
        Role::InternalOwner => "owner",
        Role::InternalApprover => "approver",
        Role::TeamLead => "team lead",
        Role::PortalAdmin => "portal admin",
    }
}

pub fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}

/// What an action is called, as in "You may not …".
pub fn action_name(action: Action) -> &'static str {
    match action {
        Action::View => "see this",
        Action::Submit => "hand this over",
        Action::Approve => "approve this",
        Action::Override => "override this step",
        Action::RequestChanges => "request changes",
        Action::Resubmit => "resubmit this",
        Action::Claim => "claim this",
        Action::Reassign => "reassign this",
        Action::Escalate => "escalate this",
        Action::DeEscalate => "end the escalation",
        Action::Refresh => "look at this again",
        Action::Climb => "climb the escalation ladder",
        Action::RaiseException => "raise an exception",
        Action::ResolveException => "resolve the exception",
        Action::Complete => "complete this",
        Action::Withdraw => "withdraw this",
        Action::Reopen => "reopen this",
        Action::Comment => "comment to the client",
        Action::NoteInternally => "add an internal note",
        Action::SetFields => "change the fields",
        Action::SetDue => "change the due date",
        Action::SetPriority => "change the priority",
        Action::AttachVersion => "attach a file",
    }
}
