//! From what a person asks to the command that is sent, bound to what was seen.

use super::new_item::{draft_of, submission};
use crate::deps::Chance;
use crate::views::Request;
use postern_console_store::Lookup;
use postern_domain::{Attachment, AttachmentId, Command, CommentId, FieldValue, Fields, Item, Journey, Seen};

/// Binds a request to the item that it was made on. `seen` is what was on the screen; without it, the item as it is.
pub(super) fn form(
    request: &Request,
    item: &Item,
    seen: Option<&Seen>,
    lookup: &Lookup,
    chance: &dyn Chance,
) -> Command {
    let seen = || seen.cloned().unwrap_or_else(|| lookup.seen(item));
    let assignment_version = item.assignment_version;
    match request.clone() {
        Request::Approve { comment, outputs } => {
            Command::Approve { seen: seen(), comment, outputs: typed(outputs, lookup.journey(item)) }
        }
        Request::Override { reason, outputs, step } => {
            let seen = seen();
            Command::Override {
                seen: Seen { step: step.or(seen.step), ..seen },
                reason,
                outputs: typed(outputs, lookup.journey(item)),
            }
        }
        Request::RequestChanges { reason } => Command::RequestChanges { seen: seen(), reason },
        Request::Claim { step } => Command::Claim { step, assignment_version },
        Request::Reassign { to, reason, step, from } => {
            Command::Reassign { step, from, to, assignment_version, reason }
        }
        Request::Escalate { reason, to } => Command::Escalate { to, reason },
        Request::DeEscalate { reason } => Command::DeEscalate { reason },
        Request::Comment { visibility, body } => {
            Command::Comment { id: CommentId(chance.id()), visibility, body, mentions: Vec::new() }
        }
        Request::Complete {} => Command::Complete {},
        Request::Resubmit { comment } => Command::Resubmit { comment },
        Request::Withdraw { reason } => Command::Withdraw { reason },
        Request::Reopen { reason } => Command::Reopen { reason },
        Request::RaiseException { category, reason } => Command::RaiseException { category, reason },
        Request::ResolveException { to, reason } => Command::ResolveException { to, reason },
        Request::AttachVersion { attachment, name, sha256, size, media_type } => Command::AttachVersion {
            attachment: attachment
                .or_else(|| attached(item, &name, &sha256))
                .unwrap_or_else(|| AttachmentId(chance.id())),
            name,
            sha256,
            size,
            media_type,
        },
        Request::SetPriority { priority } => Command::SetPriority { priority },
        Request::SetDue { due_at } => Command::SetDue { due_at },
        Request::SetFields { title, description, fields } => {
            Command::SetFields { fields: typed(fields, lookup.journey(item)), title, description }
        }
        Request::Submit(draft) => submission(&draft, &item.id, lookup),
    }
}

/// What has this name and content already: attached again, it is not another one.
fn attached(item: &Item, name: &str, sha256: &str) -> Option<AttachmentId> {
    let same = |attachment: &&Attachment| {
        attachment.name == name && attachment.versions.last().is_some_and(|version| version.sha256 == sha256)
    };
    item.attachments.iter().find(same).map(|attachment| attachment.id.clone())
}

/// Values as the form wants them: what was written as a text is read as the field's type.
pub(super) fn typed(written: Fields, journey: Option<&Journey>) -> Fields {
    let read = |(key, value): (String, FieldValue)| {
        let value = match (journey.and_then(|journey| journey.field(&key)), value) {
            (Some(field), FieldValue::Text(text)) => field.of.read(&text),
            (_, value) => value,
        };
        (key, value)
    };
    written.into_iter().map(read).collect()
}

/// What a decision was made on.
pub(super) fn seen_by(command: &Command) -> Option<&Seen> {
    match command {
        Command::Approve { seen, .. }
        | Command::Override { seen, .. }
        | Command::RequestChanges { seen, .. } => Some(seen),
        _ => None,
    }
}

/// The assignment that a command was made on.
pub(super) fn assignment_of(command: &Command) -> Option<u32> {
    match command {
        Command::Claim { assignment_version, .. } | Command::Reassign { assignment_version, .. } => {
            Some(*assignment_version)
        }
        _ => None,
    }
}

/// What was asked, so that it can be asked again. None for what the console does not offer.
pub(super) fn request_of(command: &Command) -> Option<Request> {
    Some(match command.clone() {
        Command::Approve { comment, outputs, .. } => Request::Approve { comment, outputs },
        Command::Override { seen, reason, outputs } => Request::Override { reason, outputs, step: seen.step },
        Command::RequestChanges { reason, .. } => Request::RequestChanges { reason },
        Command::Claim { step, .. } => Request::Claim { step },
        Command::Reassign { to, reason, step, from, .. } => Request::Reassign { to, reason, step, from },
        Command::Escalate { reason, to } => Request::Escalate { reason, to },
        Command::DeEscalate { reason } => Request::DeEscalate { reason },
        Command::Comment { visibility, body, .. } => Request::Comment { visibility, body },
        Command::Complete {} => Request::Complete {},
        Command::Resubmit { comment } => Request::Resubmit { comment },
        Command::Withdraw { reason } => Request::Withdraw { reason },
        Command::Reopen { reason } => Request::Reopen { reason },
        Command::RaiseException { category, reason } => Request::RaiseException { category, reason },
        Command::ResolveException { to, reason } => Request::ResolveException { to, reason },
        Command::AttachVersion { attachment, name, sha256, size, media_type } => {
            Request::AttachVersion { attachment: Some(attachment), name, sha256, size, media_type }
        }
        Command::SetPriority { priority } => Request::SetPriority { priority },
        Command::SetDue { due_at } => Request::SetDue { due_at },
        Command::SetFields { title, description, fields } => {
            Request::SetFields { title, description, fields }
        }
        Command::Submit(submission) => Request::Submit(Box::new(draft_of(*submission))),
        Command::Climb { .. } | Command::Refresh {} | Command::Migrate { .. } => return None,
    })
}
