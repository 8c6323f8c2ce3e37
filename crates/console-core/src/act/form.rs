//! From what a person asks to the command that is sent, bound to what was seen.

use crate::deps::Chance;
use crate::views::Request;
use postern_console_store::Lookup;
use postern_domain::{
    Attachment, AttachmentId, Command, CommentId, FieldValue, Fields, Item, Journey, Seen, StepKey, eligible,
};

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
            Command::Approve { seen: seen(), comment, outputs: typed(outputs, item, lookup) }
        }
        Request::Override { reason, outputs, step } => {
            let seen = seen();
            Command::Override {
                seen: Seen { step: step.or(seen.step), ..seen },
                reason,
                outputs: typed(outputs, item, lookup),
            }
        }
        Request::RequestChanges { reason } => Command::RequestChanges { seen: seen(), reason },
        Request::Claim { step } => Command::Claim { step, assignment_version },
        Request::Reassign { to, reason, step } => {
            Command::Reassign { step, from: None, to, assignment_version, reason }
        }
        Request::Escalate { reason } => Command::Escalate { to: None, reason },
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
fn typed(written: Fields, item: &Item, lookup: &Lookup) -> Fields {
    let Some(journey) = lookup.journey(item) else { return written };
    let read = |(key, value): (String, FieldValue)| {
        let value = match (journey.field(&key), value) {
            (Some(field), FieldValue::Text(text)) => field.of.read(&text),
            (_, value) => value,
        };
        (key, value)
    };
    written.into_iter().map(read).collect()
}

/// What was asked, so that it can be asked again. None for what the console does not offer.
pub(super) fn request_of(command: &Command) -> Option<Request> {
    Some(match command.clone() {
        Command::Approve { comment, outputs, .. } => Request::Approve { comment, outputs },
        Command::Override { seen, reason, outputs } => Request::Override { reason, outputs, step: seen.step },
        Command::RequestChanges { reason, .. } => Request::RequestChanges { reason },
        Command::Claim { step, .. } => Request::Claim { step },
        Command::Reassign { to, reason, step, .. } => Request::Reassign { to, reason, step },
        Command::Escalate { reason, .. } => Request::Escalate { reason },
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
        Command::Submit(_)
        | Command::SetFields { .. }
        | Command::Climb { .. }
        | Command::Refresh {}
        | Command::Migrate { .. } => return None,
    })
}

/// A sample of each action, to ask whether it would be accepted; `to` is somebody who could take the item.
pub(crate) fn samples(
    item: &Item,
    lookup: &Lookup,
    to: Option<&postern_domain::PersonId>,
) -> Vec<(postern_domain::Action, Command)> {
    use postern_domain::{Action, ExceptionExit, Priority, Visibility};
    let seen = lookup.seen(item);
    let reason = || "…".to_owned();
    let assignment_version = item.assignment_version;
    let comment = |visibility| Command::Comment {
        id: CommentId::new("sample"),
        visibility,
        body: reason(),
        mentions: Vec::new(),
    };
    let other_priority = if item.priority == Priority::Urgent { Priority::Normal } else { Priority::Urgent };
    let other_due = item.due_at.map_or(item.updated_at, |due| due.plus_ms(postern_domain::DAY_MS));
    let outputs = filled_in(item, lookup.journey(item), seen.step.as_ref());
    let approval = Command::Approve { seen: seen.clone(), comment: Some(reason()), outputs: outputs.clone() };
    let category = lookup.journey(item).and_then(|journey| journey.exceptions.categories.first().cloned());
    let mut samples = vec![
        (Action::Approve, approval),
        (Action::Override, Command::Override { seen: seen.clone(), reason: reason(), outputs }),
        (Action::RequestChanges, Command::RequestChanges { seen, reason: reason() }),
        (Action::Claim, Command::Claim { step: claimable(item, lookup), assignment_version }),
        (Action::Escalate, Command::Escalate { to: None, reason: reason() }),
        (Action::DeEscalate, Command::DeEscalate { reason: None }),
        (Action::Comment, comment(Visibility::Client)),
        (Action::NoteInternally, comment(Visibility::Internal)),
        (Action::Complete, Command::Complete {}),
        (Action::Resubmit, Command::Resubmit { comment: None }),
        (Action::Withdraw, Command::Withdraw { reason: reason() }),
        (Action::Reopen, Command::Reopen { reason: reason() }),
        (
            Action::RaiseException,
            Command::RaiseException {
                category: category.unwrap_or_else(|| "other".to_owned()),
                reason: reason(),
            },
        ),
        (Action::ResolveException, Command::ResolveException { to: ExceptionExit::Back, reason: reason() }),
        (Action::AttachVersion, attachment()),
        (Action::SetPriority, Command::SetPriority { priority: other_priority }),
        (Action::SetDue, Command::SetDue { due_at: Some(other_due) }),
    ];
    if let Some(to) = to {
        let reassign = Command::reassign(to.clone(), assignment_version);
        samples.insert(4, (Action::Reassign, reassign));
    }
    samples
}

/// Some file.
fn attachment() -> Command {
    Command::AttachVersion {
        attachment: AttachmentId::new("sample"),
        name: "sample".to_owned(),
        sha256: "0".repeat(64),
        size: 0,
        media_type: "text/plain".to_owned(),
    }
}

/// The first open step with a free seat that the signed-in person could take.
fn claimable(item: &Item, lookup: &Lookup) -> Option<StepKey> {
    let (me, journey) = (lookup.myself()?, lookup.journey(item)?);
    let free = item.reviews.iter().filter(|review| review.has_free_seats());
    let mut mine = free.filter(|review| {
        journey.step(&review.step).is_some_and(|(_, step)| eligible(step, item, lookup.people(), me).is_ok())
    });
    mine.next().map(|review| review.step.clone())
}

/// Everything that an approval of the step must leave behind: what stands there, or some value that may.
fn filled_in(item: &Item, journey: Option<&Journey>, step: Option<&StepKey>) -> Fields {
    let step = || Some((journey?, journey?.step(step?)?.1));
    let Some((journey, step)) = step() else { return Fields::new() };
    let value = |key: &String| {
        let there = item.fields.get(key).cloned();
        Some((key.clone(), there.or_else(|| Some(journey.field(key)?.of.sample()))?))
    };
    step.outputs.iter().filter_map(value).collect()
}
