//! The words that sentences are put together from.

use super::Reader;
use crate::command::Action;
use crate::ids::{StageKey, StepKey};
use crate::item::{Actor, FieldValue, Phase, Priority};
use crate::journey::{FieldType, Journey};
use crate::people::Role;
use crate::time::Timestamp;
use chrono_tz::Tz;

/// For example `Tue 24 Nov 2026 14:00`.
pub fn date_time(at: Timestamp, zone: Tz) -> String {
    match chrono::DateTime::from_timestamp_millis(at.ms()) {
        Some(instant) => instant.with_timezone(&zone).format("%a %-d %b %Y %H:%M").to_string(),
        None => at.to_string(),
    }
}

/// A field's value: amounts in the currency's own units, for example `EUR 12.50`.
pub fn field_value(of: Option<&FieldType>, value: &FieldValue) -> String {
    match (of, value) {
        (Some(FieldType::Money { currency, .. }), FieldValue::Integer(minor)) => {
            let digits = minor_digits(currency);
            let unit = 10_u64.pow(digits);
            let (sign, whole) = (if *minor < 0 { "-" } else { "" }, minor.unsigned_abs());
            match digits {
                0 => format!("{currency} {sign}{whole}"),
                _ => format!(
                    "{currency} {sign}{}.{:0width$}",
                    whole / unit,
                    whole % unit,
                    width = digits as usize
                ),
            }
        }
        _ => value.to_string(),
    }
}

/// How many digits a currency has behind the point (ISO 4217).
fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// A name, or `system:<name>` for automation.
pub fn actor(actor: &Actor, reader: &dyn Reader) -> String {
    match actor {
        Actor::Person(id) => reader.person(id),
        Actor::System(name) => format!("system:{name}"),
    }
}

/// The stage's name in the newest journey that has it; a key that none has is shown as it is.
pub fn stage_name(key: &StageKey, reader: &dyn Reader) -> String {
    newest(reader, |journey| Some(journey.stage(key)?.name.as_str())).unwrap_or_else(|| key.to_string())
}

/// The step's name in the newest journey that has it; a key that none has is shown as it is.
pub fn step_name(key: &StepKey, reader: &dyn Reader) -> String {
    newest(reader, |journey| Some(journey.step(key)?.1.name.as_str())).unwrap_or_else(|| key.to_string())
}

/// The form field's name in the newest journey that has it; a key that none has is shown as it is.
pub(super) fn field_name(key: &str, reader: &dyn Reader) -> String {
    newest(reader, |journey| Some(journey.field(key)?.name.as_str())).unwrap_or_else(|| key.to_owned())
}

/// By the highest version; between journeys of one version, by the alphabet.
fn newest<'a>(reader: &'a dyn Reader, name: impl Fn(&'a Journey) -> Option<&'a str>) -> Option<String> {
    reader
        .journeys()
        .filter_map(|journey| Some((std::cmp::Reverse(journey.version), name(journey)?)))
        .min()
        .map(|(_, name)| name.to_owned())
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
        Action::Migrate => "move this to another version of its journey",
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

/// What a phase is called, as people read and filter it.
pub fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => "Draft",
        Phase::Submitted => "Submitted",
        Phase::InReview => "In review",
        Phase::ChangesRequested => "Changes requested",
        Phase::Approved => "Approved",
        Phase::Completed => "Completed",
        Phase::Exception => "Exception",
        Phase::Withdrawn => "Withdrawn",
    }
}

/// What a phase is called for the client's side: nothing of how staff file it.
pub fn phase_name_for_client(phase: Phase) -> &'static str {
    match phase {
        Phase::Submitted => "Handed over",
        Phase::ChangesRequested => "Your answer is awaited",
        Phase::Exception => "Being looked into",
        other => phase_name(other),
    }
}

/// To go on after a colon.
pub fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
