//! What people want: a request that makes sense more often than not where an item stands.

use crate::cast;
use crate::dice::Dice;
use crate::rules::POISON;
use postern_console_core::Request;
use postern_domain::{
    AttachmentId, Command, CommentId, ExceptionExit, Fields, Item, PersonId, Phase, Priority, Seen,
    Timestamp, Visibility,
};

/// Most people are after the same few items: that is where they meet.
pub fn item<'a>(items: &'a [Item], dice: &mut Dice) -> Option<&'a Item> {
    let hot = items.get(..2).unwrap_or(items);
    if dice.chance(60) { dice.pick(hot) } else { dice.pick(items) }
}

pub fn wish(item: &Item, me: &PersonId, dice: &mut Dice) -> Request {
    let reason = || "because".to_owned();
    // Mostly what leads on from there.
    match item.phase {
        Phase::ChangesRequested if dice.chance(50) => return Request::Resubmit { comment: None },
        Phase::Completed | Phase::Withdrawn if dice.chance(50) => {
            return Request::Reopen { reason: reason() };
        }
        Phase::Exception if dice.chance(60) => {
            return Request::ResolveException { to: ExceptionExit::Back, reason: reason() };
        }
        Phase::Approved if dice.chance(60) => return Request::Complete {},
        Phase::InReview if dice.chance(55) && item.waiting_on().any(|id| id == me) => {
            return Request::Approve { comment: None, outputs: Fields::new() };
        }
        _ => {}
    }
    match dice.below(24) {
        0..=3 => Request::Approve { comment: None, outputs: Fields::new() },
        4 => Request::RequestChanges { reason: reason() },
        5 => Request::Override { reason: reason(), outputs: Fields::new(), step: None },
        6 => Request::Claim { step: None },
        7 | 8 => {
            let to = somebody(dice);
            Request::Reassign { to, reason: None, step: None, from: None }
        }
        9 => Request::Escalate { reason: reason(), to: None },
        10 => Request::DeEscalate { reason: None },
        11 => Request::RaiseException { category: "other".to_owned(), reason: reason() },
        12 => Request::Withdraw { reason: reason() },
        13 => Request::SetDue {
            due_at: Some(Timestamp(item.created_at.ms() + 1_000 * dice.below(9_999) as i64)),
        },
        14 | 15 => Request::SetPriority {
            priority: if item.priority == Priority::High { Priority::Low } else { Priority::High },
        },
        // An item has little to say, so that two often say the same.
        16 | 17 => Request::SetFields {
            fields: Fields::new(),
            title: Some(format!("Title {}", dice.below(3))),
            description: dice.chance(30).then(|| format!("Description {}", dice.below(3))),
        },
        18 if dice.chance(20) => note(POISON.to_owned()),
        _ => note(format!("note {}", dice.below(1000))),
    }
}

fn note(body: String) -> Request {
    Request::Comment { visibility: Visibility::Internal, body }
}

pub fn somebody(dice: &mut Dice) -> PersonId {
    PersonId::from(dice.pick(&cast::STAFF).copied().unwrap_or("lea"))
}

/// The same by another way than a console.
pub fn command(request: Request, item: &Item, me: &PersonId, id: &str) -> Command {
    let step = item.reviews.iter().find(|review| review.waiting_on().any(|who| who == me));
    let step = step.or(item.reviews.first()).map(|review| review.step.clone());
    let seen = Seen::of(item, step);
    let assignment_version = item.assignment_version;
    match request {
        Request::Approve { comment, outputs } => Command::Approve { seen, comment, outputs },
        Request::Override { reason, outputs, .. } => Command::Override { seen, reason, outputs },
        Request::RequestChanges { reason } => Command::RequestChanges { seen, reason },
        Request::Claim { step } => Command::Claim { step, assignment_version },
        Request::Reassign { to, reason, step, from, .. } => {
            Command::Reassign { step, from, to, assignment_version, reason }
        }
        Request::Escalate { reason, to } => Command::Escalate { to, reason },
        Request::DeEscalate { reason } => Command::DeEscalate { reason },
        Request::Comment { visibility, .. } => {
            let body = "by another way".to_owned();
            Command::Comment { id: CommentId::new(id), visibility, body, mentions: Vec::new() }
        }
        Request::Complete {} => Command::Complete {},
        Request::Resubmit { comment } => Command::Resubmit { comment },
        Request::Withdraw { reason } => Command::Withdraw { reason },
        Request::Reopen { reason } => Command::Reopen { reason },
        Request::RaiseException { category, reason } => Command::RaiseException { category, reason },
        Request::ResolveException { to, reason } => Command::ResolveException { to, reason },
        Request::SetPriority { priority } => Command::SetPriority { priority },
        Request::SetDue { due_at } => Command::SetDue { due_at },
        Request::SetFields { title, description, fields } => {
            Command::SetFields { fields, title, description }
        }
        // The item is there: nobody hands it over a second time.
        Request::Submit(_) => Command::Complete {},
        Request::AttachVersion { attachment, name, sha256, size, media_type } => {
            let attachment = attachment.unwrap_or_else(|| AttachmentId::new(id));
            Command::AttachVersion { attachment, name, sha256, size, media_type }
        }
    }
}
