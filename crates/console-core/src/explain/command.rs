//! What a command is called in the outbox, and what became of it.

use super::{date_time, in_zone_of, person, priority_name, refusal, satisfied};
use postern_console_store::Lookup;
use postern_domain::{Command, Visibility};
use postern_protocol::Outcome;

/// A name such as `Approve`, and the reason or comment given.
pub fn command(command: &Command, lookup: &Lookup) -> (String, Option<String>) {
    let plain = |text: &str| (text.to_owned(), None);
    match command {
        Command::Submit(submission) => (format!("Hand over “{}”", submission.title), None),
        Command::Approve { comment, .. } => ("Approve".to_owned(), comment.clone()),
        Command::Override { reason, .. } => ("Override the step".to_owned(), Some(reason.clone())),
        Command::RequestChanges { reason, .. } => ("Request changes".to_owned(), Some(reason.clone())),
        Command::Resubmit { comment } => ("Resubmit".to_owned(), comment.clone()),
        Command::Claim { .. } => plain("Claim"),
        Command::Reassign { to, reason, .. } => {
            (format!("Reassign to {}", person(to, lookup)), reason.clone())
        }
        Command::Escalate { reason, .. } => ("Escalate".to_owned(), Some(reason.clone())),
        Command::DeEscalate { reason } => ("End the escalation".to_owned(), reason.clone()),
        Command::Refresh {} => plain("Look again who decides and when it is due"),
        Command::Climb { rung, .. } => (format!("Climb to rung {rung} of the ladder"), None),
        Command::RaiseException { category, reason } => {
            (format!("Raise an exception ({category})"), Some(reason.clone()))
        }
        Command::ResolveException { reason, .. } => {
            ("Resolve the exception".to_owned(), Some(reason.clone()))
        }
        Command::Complete {} => plain("Complete"),
        Command::Withdraw { reason } => ("Withdraw".to_owned(), Some(reason.clone())),
        Command::Reopen { reason } => ("Reopen".to_owned(), Some(reason.clone())),
        Command::Comment { visibility: Visibility::Client, body, .. } => {
            ("Comment to the client".to_owned(), Some(body.clone()))
        }
        Command::Comment { visibility: Visibility::Internal, body, .. } => {
            ("Internal note".to_owned(), Some(body.clone()))
        }
        Command::SetFields { .. } => plain("Change fields"),
        Command::SetDue { due_at: Some(due) } => {
            (format!("Set the due date to {}", date_time(*due, in_zone_of(lookup))), None)
        }
        Command::SetDue { due_at: None } => plain("Remove the due date"),
        Command::SetPriority { priority } => {
            (format!("Set the priority to {}", priority_name(*priority)), None)
        }
        Command::AttachVersion { name, .. } => (format!("Attach {name}"), None),
    }
}

/// What the portal said, in one sentence.
pub fn outcome_sentence(outcome: &Outcome, lookup: &Lookup) -> String {
    match outcome {
        Outcome::Applied { .. } => "The portal has applied it.".to_owned(),
        Outcome::AlreadySatisfied { why } => {
            format!("Nothing was left to do: {}", lower_first(&satisfied(*why)))
        }
        Outcome::Refused { refusal: why } => refusal(why, lookup),
        Outcome::Conflict { refusal: why, .. } => refusal(why, lookup),
        Outcome::Quarantined { report } => {
            format!("The portal failed on it repeatedly and put it aside for an admin: {report}")
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
