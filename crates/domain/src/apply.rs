//! `apply`: an event makes the next state. Replaying an item's events from the first rebuilds it exactly.

mod beginning;
mod history;

pub(crate) use beginning::submitted_item;

use crate::digest::ContentDigest;
use crate::event::{Event, Recorded};
use crate::ids::{ItemId, PersonId, StepKey};
use crate::item::{
    Actor, Attachment, AttachmentVersion, Comment, Escalation, ExceptionState, Item, Phase, Rework,
};
use crate::review::{Closing, Decision, Review};
use crate::time::Timestamp;
use beginning::{drafted_item, handed_over};
use history::remember;
use std::collections::BTreeSet;

/// An event that cannot follow the state it meets: the log is damaged or out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistent {
    #[error("the first event must draft or submit the item")]
    NoItem,
    #[error("the item was submitted before")]
    SubmittedTwice,
    #[error("there is no open review to decide or close")]
    NoOpenReview,
    #[error("a review is open already")]
    ReviewOpen,
    #[error("a decision needs a person")]
    DecidedBySystem,
    #[error("the log is empty")]
    Empty,
}

/// The state after `recorded`. `item` is the state before; none before the first event.
///
/// # Errors
/// [`Inconsistent`], when the event cannot follow that state.
pub fn apply(item: Option<Item>, id: &ItemId, recorded: &Recorded) -> Result<Item, Inconsistent> {
    let mut item = match (item, &recorded.event) {
        (None, Event::Drafted { submission, immaterial }) => {
            Item { immaterial: immaterial.clone(), ..drafted_item(id, submission, &recorded.by, recorded.at) }
        }
        (None, Event::Submitted { submission, immaterial }) => Item {
            immaterial: immaterial.clone(),
            ..submitted_item(id, submission, &recorded.by, recorded.at)
        },
        (None, _) => return Err(Inconsistent::NoItem),
        (Some(_), Event::Drafted { .. }) => return Err(Inconsistent::SubmittedTwice),
        (Some(item), Event::Submitted { submission, immaterial }) => {
            if item.phase != Phase::Draft {
                return Err(Inconsistent::SubmittedTwice);
            }
            Item { immaterial: immaterial.clone(), ..handed_over(item, submission, recorded) }
        }
        (Some(mut item), _) => {
            change(&mut item, recorded)?;
            item
        }
    };
    if changes_content(&recorded.event) {
        item.content = ContentDigest::of(&item, &item.immaterial);
    }
    item.version += 1;
    item.updated_at = recorded.at;
    Ok(item)
}

/// Whether what is decided on may be another after it. Listed in full: an event that is forgotten here would leave a
/// digest that does not name its content.
fn changes_content(event: &Event) -> bool {
    match event {
        Event::Drafted { .. }
        | Event::Submitted { .. }
        | Event::FieldsSet { .. }
        | Event::VersionAttached { .. }
        | Event::Migrated { .. } => true,
        Event::Decided { outputs, .. } => !outputs.is_empty(),
        Event::Skipped { .. }
        | Event::ReviewOpened { .. }
        | Event::ReviewClosed { .. }
        | Event::ChangesRequested { .. }
        | Event::Approved { .. }
        | Event::Resubmitted { .. }
        | Event::CoverChanged { .. }
        | Event::ClockSet { .. }
        | Event::Rescheduled { .. }
        | Event::Claimed { .. }
        | Event::Reassigned { .. }
        | Event::Escalated { .. }
        | Event::DeEscalated { .. }
        | Event::ExceptionRaised { .. }
        | Event::ExceptionResolved { .. }
        | Event::Completed {}
        | Event::Withdrawn { .. }
        | Event::Reopened { .. }
        | Event::Commented { .. }
        | Event::DueSet { .. }
        | Event::PrioritySet { .. }
        | Event::Noted { .. } => false,
    }
}

/// Rebuilds an item from all its events, in order.
///
/// # Errors
/// [`Inconsistent`], when an event cannot follow the ones before it, or there is none.
pub fn replay<'a>(id: &ItemId, log: impl IntoIterator<Item = &'a Recorded>) -> Result<Item, Inconsistent> {
    let mut item = None;
    for recorded in log {
        item = Some(apply(item, id, recorded)?);
    }
    item.ok_or(Inconsistent::Empty)
}

fn change(item: &mut Item, recorded: &Recorded) -> Result<(), Inconsistent> {
    let at = recorded.at;
    let by = &recorded.by;
    match &recorded.event {
        Event::Drafted { .. } | Event::Submitted { .. } => return Err(Inconsistent::SubmittedTwice),
        Event::Skipped { .. } => {}
        Event::ReviewOpened {
            stage,
            step,
            reviewers,
            quorum,
            needed,
            veto,
            due_at,
            clock,
            covers,
            groups,
            ..
        } => {
            if item.reviews.iter().any(|open| &open.step == step || &open.stage != stage) {
                return Err(Inconsistent::ReviewOpen);
            }
            let begins = item.reviews.is_empty();
            item.reviews.push(Review {
                stage: stage.clone(),
                step: step.clone(),
                round: item.round,
                reviewers: reviewers.clone(),
                quorum: quorum.clone(),
                needed: *needed,
                veto: veto.clone(),
                opened_at: at,
                due_at: *due_at,
                clock: clock.clone(),
                covers: covers.clone(),
                groups: groups.clone(),
                decisions: Vec::new(),
                closed: None,
            });
            item.assignment_version += 1;
            if begins {
                item.rungs = 0;
                enter(item, Phase::InReview, at, *due_at);
            } else {
                reckon_due(item);
            }
        }
        Event::Decided {
            step,
            verdict,
            reason,
            content,
            round,
            journey_version,
            on_behalf_of,
            groups,
            outputs,
            overriding,
        } => {
            let decider = by.person().ok_or(Inconsistent::DecidedBySystem)?.clone();
            open_review(item, step)?.decisions.push(Decision {
                by: decider,
                on_behalf_of: on_behalf_of.clone(),
                verdict: *verdict,
                reason: reason.clone(),
                content: content.clone(),
                round: *round,
                journey_version: *journey_version,
                groups: groups.clone(),
                overriding: *overriding,
                at,
            });
            item.fields.extend(outputs.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        Event::ReviewClosed { step, outcome } => {
            let index = item.reviews.iter().position(|review| &review.step == step);
            let mut review = item.reviews.remove(index.ok_or(Inconsistent::NoOpenReview)?);
            review.closed = Some(Closing { at, outcome: *outcome });
            item.closed_reviews.push(review);
            if !item.reviews.is_empty() {
                reckon_due(item);
            }
        }
        Event::ChangesRequested { due_at, .. } => {
            item.rework = Some(Rework { content: item.content.clone(), by: BTreeSet::new() });
            enter(item, Phase::ChangesRequested, at, *due_at);
        }
        Event::Approved { due_at } => enter(item, Phase::Approved, at, *due_at),
        Event::Resubmitted { .. } => {
            item.round += 1;
            let changed = item.rework.take().filter(|rework| rework.content != item.content);
            if let Some(rework) = changed {
                item.contributors = rework.by;
            }
            contributed(item, by);
            enter(item, Phase::Submitted, at, None);
        }
        Event::CoverChanged { step, covers, groups } => {
            let review = open_review(item, step)?;
            review.covers.clone_from(covers);
            review.groups.clone_from(groups);
            item.assignment_version += 1;
        }
        Event::ClockSet { step, clock, due_at } => {
            let review = open_review(item, step)?;
            review.clock = Some(clock.clone());
            review.due_at = *due_at;
            reckon_due(item);
        }
        Event::Rescheduled { due_at } => item.due_at = *due_at,
        Event::Migrated { to, immaterial, .. } => {
            item.journey.version = *to;
            item.immaterial.clone_from(immaterial);
            // Another version names content otherwise: whether it is still what was sent back cannot be told any more, and
            // whoever contributed stays a contributor.
            item.rework = None;
        }
        Event::Claimed { step, groups } => {
            let claimer = by.person().ok_or(Inconsistent::DecidedBySystem)?;
            let review = open_review(item, step)?;
            review.reviewers.push(claimer.clone());
            belongs_to(review, claimer, groups);
            item.assignment_version += 1;
        }
        Event::Reassigned { step, from, to, groups, .. } => {
            item.assignment_version += 1;
            match step {
                Some(step) => {
                    let review = open_review(item, step)?;
                    hand_on(review, from.as_ref(), to);
                    if let Some(from) = from {
                        review.groups.remove(from);
                    }
                    belongs_to(review, to, groups);
                }
                None => item.owner = Some(to.clone()),
            }
        }
        Event::Escalated { level, to, reason, rung, .. } => {
            item.rungs = rung.unwrap_or(item.rungs);
            item.escalation = Some(Escalation {
                level: *level,
                reason: reason.clone(),
                by: acted(recorded),
                to: to.clone(),
                at,
            });
        }
        Event::DeEscalated { .. } => item.escalation = None,
        Event::ExceptionRaised { category, reason, handler, .. } => {
            item.exception = Some(ExceptionState {
                category: category.clone(),
                reason: reason.clone(),
                from: item.phase,
                handler: handler.clone(),
                by: acted(recorded),
                at,
            });
            let due_at = item.due_at;
            enter_with(item, Phase::Exception, at, due_at);
        }
        Event::ExceptionResolved { to, due_at, .. } => {
            item.exception = None;
            match to {
                Phase::Completed | Phase::Withdrawn => finish(item, *to, at),
                phase => enter_with(item, *phase, at, *due_at),
            }
        }
        Event::Completed {} => finish(item, Phase::Completed, at),
        Event::Withdrawn { .. } => finish(item, Phase::Withdrawn, at),
        Event::Reopened { .. } => {
            item.round += 1;
            enter(item, Phase::Submitted, at, None);
        }
        Event::Commented { id, visibility, body, mentions } => item.comments.push(Comment {
            id: id.clone(),
            visibility: *visibility,
            body: body.clone(),
            mentions: mentions.clone(),
            by: by.clone(),
            at,
        }),
        Event::FieldsSet { fields, title, description, cosmetic } => {
            item.fields.extend(fields.iter().map(|(key, value)| (key.clone(), value.clone())));
            if let Some(title) = title {
                item.title.clone_from(title);
            }
            if let Some(description) = description {
                item.description.clone_from(description);
            }
            if !cosmetic {
                contributed(item, by);
            }
        }
        Event::DueSet { due_at } => {
            item.due_at = *due_at;
            item.due_by_hand = true;
        }
        Event::PrioritySet { priority } => item.priority = *priority,
        Event::VersionAttached { attachment, name, sha256, size, media_type } => {
            let version = AttachmentVersion {
                sha256: sha256.clone(),
                size: *size,
                media_type: media_type.clone(),
                by: by.clone(),
                at,
            };
            match item.attachments.iter_mut().find(|known| &known.id == attachment) {
                Some(known) => {
                    known.name.clone_from(name);
                    known.versions.push(version);
                }
                None => item.attachments.push(Attachment {
                    id: attachment.clone(),
                    name: name.clone(),
                    versions: vec![version],
                }),
            }
            contributed(item, by);
        }
        Event::Noted { .. } => {}
    }
    remember(item, recorded);
    Ok(())
}

/// Who raises an exception when a journey's own rule does.
const JOURNEY: &str = "journey";
/// Who escalates what too few people are left to decide, whoever's act left it so.
const CLOCK: &str = "clock";

/// Whose doing it was: of what follows from a rule, not the person's whose command it followed.
fn acted(recorded: &Recorded) -> Actor {
    match &recorded.event {
        Event::ExceptionRaised { automatic: true, .. } => Actor::System(JOURNEY.to_owned()),
        Event::Escalated { automatic: true, .. } => Actor::System(CLOCK.to_owned()),
        _ => recorded.by.clone(),
    }
}

fn open_review<'a>(item: &'a mut Item, step: &StepKey) -> Result<&'a mut Review, Inconsistent> {
    item.reviews.iter_mut().find(|review| &review.step == step).ok_or(Inconsistent::NoOpenReview)
}

/// Due with the first of its open steps, unless somebody set the date by hand.
fn reckon_due(item: &mut Item) {
    if !item.due_by_hand {
        item.due_at = item.reviews.iter().filter_map(|review| review.due_at).min();
    }
}

fn enter(item: &mut Item, phase: Phase, at: Timestamp, due_at: Option<Timestamp>) {
    item.phase = phase;
    item.entered_at = at;
    item.due_at = due_at;
    item.due_by_hand = false;
    if !matches!(phase, Phase::ChangesRequested | Phase::Exception) {
        item.rework = None;
    }
}

/// As [`enter`], with the date that somebody set by hand, if they did: an exception does not undo it.
fn enter_with(item: &mut Item, phase: Phase, at: Timestamp, due_at: Option<Timestamp>) {
    let by_hand = item.due_by_hand;
    enter(item, phase, at, due_at);
    item.due_by_hand = by_hand;
}

fn finish(item: &mut Item, phase: Phase, at: Timestamp) {
    enter(item, phase, at, None);
    item.escalation = None;
    item.exception = None;
    if phase == Phase::Completed {
        item.completed_at.get_or_insert(at);
    }
}

fn contributed(item: &mut Item, by: &Actor) {
    item.contributors.extend(by.person().cloned());
    if let Some(rework) = &mut item.rework {
        rework.by.extend(by.person().cloned());
    }
}

fn belongs_to(review: &mut Review, person: &PersonId, groups: &[String]) {
    if !groups.is_empty() {
        review.groups.insert(person.clone(), groups.to_vec());
    }
}

/// Puts `to` in the place of `from`, or of everybody who has not decided yet.
fn hand_on(review: &mut Review, from: Option<&PersonId>, to: &PersonId) {
    let decided: BTreeSet<_> = review.decisions.iter().map(|decision| decision.seat().clone()).collect();
    review.reviewers.retain(|id| match from {
        Some(from) => id != from && id != to,
        None => decided.contains(id) && id != to,
    });
    review.reviewers.push(to.clone());
}
