//! The line that an event leaves in its item's history.

use super::acted;
use crate::event::{Entry, Event, Happening, Recorded};
use crate::item::Item;
use crate::review::{ReviewOutcome, Verdict};

/// Keeps the event's line in the item's history. What only prepares a following event has none of its own.
pub(super) fn remember(item: &mut Item, recorded: &Recorded) {
    if let Some(what) = happening(item, &recorded.event) {
        item.history.push(Entry {
            at: recorded.at,
            by: acted(recorded),
            on_behalf_of: recorded.on_behalf_of.clone(),
            what,
        });
    }
}

fn happening(item: &Item, event: &Event) -> Option<Happening> {
    Some(match event {
        Event::Drafted { .. } => Happening::Drafted,
        Event::Submitted { .. } => Happening::Submitted,
        Event::Skipped { steps, undecided: false } => Happening::Skipped { steps: steps.clone() },
        Event::Skipped { steps, undecided: true } => Happening::LedPast { steps: steps.clone() },
        Event::ReviewOpened { stage, step, reviewers, fallback, .. } => Happening::ReviewOpened {
            stage: stage.clone(),
            step: step.clone(),
            reviewers: reviewers.clone(),
            fallback: *fallback,
        },
        Event::Decided { step, reason, overriding: true, .. } => {
            Happening::Overridden { step: step.clone(), reason: reason.clone() }
        }
        Event::Decided { step, verdict, reason, on_behalf_of, .. } => {
            let (step, on_behalf_of, reason) = (step.clone(), on_behalf_of.clone(), reason.clone());
            match verdict {
                Verdict::Approve => Happening::Approved { step, on_behalf_of, reason },
                Verdict::RequestChanges => Happening::ChangesRequested { step, on_behalf_of, reason },
            }
        }
        Event::ReviewClosed { step, outcome: ReviewOutcome::Outdated } => {
            Happening::Outdated { step: step.clone() }
        }
        Event::ReviewClosed { .. } => return None,
        Event::ChangesRequested { reason, .. } => {
            // A decision just before says it already, with the step.
            let told = item
                .history
                .iter()
                .rev()
                .find(|entry| !matches!(&entry.what, Happening::Outdated { .. }))
                .is_some_and(|entry| matches!(&entry.what, Happening::ChangesRequested { .. }));
            if told {
                return None;
            }
            Happening::SentBack { reason: reason.clone() }
        }
        Event::Approved { .. } => Happening::FullyApproved,
        Event::Resubmitted { .. } => Happening::Resubmitted { round: item.round },
        Event::CoverChanged { step, covers, .. } => {
            Happening::CoverChanged { step: step.clone(), covers: covers.clone() }
        }
        Event::ClockSet { step, due_at, .. } => Happening::ClockSet { step: step.clone(), due_at: *due_at },
        Event::Rescheduled { due_at } => Happening::Rescheduled { due_at: *due_at },
        Event::Migrated { from, to, .. } => Happening::Migrated { from: *from, to: *to },
        Event::Claimed { step, .. } => Happening::Claimed { step: step.clone() },
        Event::Reassigned { step, from, to, reason, .. } => Happening::Reassigned {
            step: step.clone(),
            from: from.clone(),
            to: to.clone(),
            reason: reason.clone(),
        },
        Event::Escalated { level, to, reason, .. } => {
            Happening::Escalated { level: *level, to: to.clone(), reason: reason.clone() }
        }
        Event::DeEscalated { .. } => Happening::DeEscalated,
        Event::ExceptionRaised { category, reason, .. } => {
            Happening::ExceptionRaised { category: category.clone(), reason: reason.clone() }
        }
        Event::ExceptionResolved { to, reason, overriding, .. } => {
            Happening::ExceptionResolved { to: *to, reason: reason.clone(), overriding: *overriding }
        }
        Event::Completed {} => Happening::Completed,
        Event::Withdrawn { reason } => Happening::Withdrawn { reason: reason.clone() },
        Event::Reopened { reason } => Happening::Reopened { reason: reason.clone() },
        Event::Commented { visibility, .. } => Happening::Commented { visibility: *visibility },
        Event::FieldsSet { fields, title, description, cosmetic } => {
            let mut names: Vec<String> = fields.keys().cloned().collect();
            names.extend(title.as_ref().map(|_| "title".to_owned()));
            names.extend(description.as_ref().map(|_| "description".to_owned()));
            Happening::FieldsSet { names, cosmetic: *cosmetic }
        }
        Event::DueSet { due_at } => Happening::DueSet { due_at: *due_at },
        Event::PrioritySet { priority } => Happening::PrioritySet { priority: *priority },
        Event::VersionAttached { attachment, name, .. } => {
            let known = item.attachments.iter().find(|known| &known.id == attachment);
            let version = known.map_or(1, |known| u32::try_from(known.versions.len()).unwrap_or(u32::MAX));
            Happening::VersionAttached { name: name.clone(), version }
        }
        Event::Noted { activity } => Happening::Noted { activity: activity.clone() },
    })
}
