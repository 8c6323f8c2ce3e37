//! One command of each kind, to ask the rules whether it would be accepted.

use super::candidates::{leads, takers, takers_of};
use postern_console_store::Lookup;
use postern_domain::{
    Action, AttachmentId, Command, CommentId, ExceptionExit, Fields, Item, Journey, PersonId, Priority,
    Review, StepKey, Visibility, eligible,
};

/// A sample of each action, to ask whether it would be accepted. Reassigning is missing where nobody else could take it.
pub(crate) fn samples(item: &Item, lookup: &Lookup) -> Vec<(Action, Command)> {
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
        (Action::Escalate, Command::Escalate { to: other_lead(item, lookup), reason: reason() }),
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
        (Action::SetFields, edit(item)),
    ];
    if let Some(reassign) = reassignment(item, lookup) {
        samples.insert(4, (Action::Reassign, reassign));
    }
    samples
}

/// One seat of one step, the signed-in person's first, to somebody who could sit there; with no step open, the item.
fn reassignment(item: &Item, lookup: &Lookup) -> Option<Command> {
    let assignment_version = item.assignment_version;
    if item.reviews.is_empty() {
        let to = takers(item, lookup).next()?.id.clone();
        return Some(Command::reassign(to, assignment_version));
    }
    let me = lookup.me.as_ref();
    let is_mine = |review: &Review| review.waiting_on().any(|id| Some(id) == me);
    let mut reviews: Vec<&Review> = item.reviews.iter().collect();
    reviews.sort_by_key(|review| !is_mine(review));
    let of = |review: &Review| {
        let mine =
            me.and_then(|me| review.undecided().find(|reviewer| review.sitting_for(reviewer) == Some(me)));
        let from = mine.or_else(|| review.undecided().next()).cloned();
        let to = takers_of(review, item, lookup).next()?;
        let (step, to) = (Some(review.step.clone()), to.id.clone());
        Some(Command::Reassign { step, from, to, assignment_version, reason: None })
    };
    reviews.into_iter().find_map(of)
}

/// Where it is escalated already: a lead whom it is not with, if there is one.
fn other_lead(item: &Item, lookup: &Lookup) -> Option<PersonId> {
    let now = item.escalation.as_ref()?;
    leads(item, lookup).find(|lead| now.to.as_ref() != Some(&lead.id)).map(|lead| lead.id.clone())
}

/// Another title.
fn edit(item: &Item) -> Command {
    let title = if item.title == "…" { "… …" } else { "…" };
    Command::SetFields { fields: Fields::new(), title: Some(title.to_owned()), description: None }
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
