//! What a command is called.

use super::Reader;
use super::words::{date_time, priority_name};
use crate::command::Command;
use crate::item::Visibility;

/// A name such as `Approve`, and the reason or comment given.
pub fn command(command: &Command, reader: &dyn Reader) -> (String, Option<String>) {
    let plain = |text: &str| (text.to_owned(), None);
    match command {
        Command::Submit(submission) => (format!("Hand over “{}”", submission.title), None),
        Command::Approve { comment, .. } => ("Approve".to_owned(), comment.clone()),
        Command::Override { reason, .. } => ("Override the step".to_owned(), Some(reason.clone())),
        Command::RequestChanges { reason, .. } => ("Request changes".to_owned(), Some(reason.clone())),
        Command::Resubmit { comment } => ("Resubmit".to_owned(), comment.clone()),
        Command::Claim { .. } => plain("Claim"),
        Command::Reassign { to, reason, .. } => {
            (format!("Reassign to {}", reader.person(to)), reason.clone())
        }
        Command::Escalate { reason, .. } => ("Escalate".to_owned(), Some(reason.clone())),
        Command::DeEscalate { reason } => ("End the escalation".to_owned(), reason.clone()),
        Command::Refresh {} => plain("Look again who decides and when it is due"),
        Command::Migrate { to, .. } => plain(&format!("Move to version {to} of the journey")),
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
            (format!("Set the due date to {}", date_time(*due, reader.zone())), None)
        }
        Command::SetDue { due_at: None } => plain("Remove the due date"),
        Command::SetPriority { priority } => {
            (format!("Set the priority to {}", priority_name(*priority)), None)
        }
        Command::AttachVersion { name, .. } => (format!("Attach {name}"), None),
    }
}
