//! What is said about an item, and what it consists of.

use super::review::first_step;
use super::{Case, MAX_TEXT, MAX_TITLE, Ruling, bounded, happened};
use crate::command::Action;
use crate::event::Event;
use crate::ids::{AttachmentId, CommentId, PersonId};
use crate::item::{Fields, Phase, Priority, Visibility};
use crate::refusal::{Refusal, Satisfied};
use crate::review::ReviewOutcome;
use crate::time::Timestamp;

/// The phases in which content may still change.
const EDITABLE: [Phase; 4] = [Phase::Draft, Phase::Submitted, Phase::InReview, Phase::ChangesRequested];

pub(super) fn comment(
    case: &Case<'_>,
    id: &CommentId,
    visibility: Visibility,
    body: &str,
    mentions: &[PersonId],
) -> Result<Ruling, Refusal> {
    if case.item.comments.iter().any(|comment| &comment.id == id) {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySaid));
    }
    let body = body.trim();
    if body.is_empty() {
        return Err(Refusal::Empty { field: "comment".to_owned() });
    }
    let body = bounded("comment", body, MAX_TEXT)?;
    happened(vec![Event::Commented { id: id.clone(), visibility, body, mentions: mentions.to_vec() }])
}

pub(super) fn set_fields(
    case: &Case<'_>,
    fields: &Fields,
    title: Option<&str>,
    description: Option<&str>,
) -> Result<Ruling, Refusal> {
    case.in_phase(Action::SetFields, &EDITABLE)?;
    if title.is_some_and(|title| title.trim().is_empty()) {
        return Err(Refusal::Empty { field: "title".to_owned() });
    }
    let title = title.map(|title| bounded("title", title.trim(), MAX_TITLE)).transpose()?;
    let description = description.map(|text| bounded("description", text, MAX_TEXT)).transpose()?;
    let changed: Fields = fields
        .iter()
        .filter(|(key, value)| case.item.fields.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for (key, value) in &changed {
        bounded(key, &value.to_string(), MAX_TEXT)?;
    }
    let title = title.filter(|title| title != &case.item.title);
    let description = description.filter(|description| description != &case.item.description);
    if changed.is_empty() && title.is_none() && description.is_none() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    content_changed(case, Event::FieldsSet { fields: changed, title, description })
}

pub(super) fn attach_version(
    case: &Case<'_>,
    attachment: &AttachmentId,
    name: &str,
    sha256: &str,
    size: u64,
    media_type: &str,
) -> Result<Ruling, Refusal> {
    case.in_phase(Action::AttachVersion, &EDITABLE)?;
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_name = !name.trim().is_empty()
        && name.len() <= 255
        && !name.chars().any(|character| character.is_control() || matches!(character, '/' | '\\'));
    if !is_hash || !is_name || media_type.len() > 255 {
        return Err(Refusal::BadFile);
    }
    let current = case.item.attachments.iter().find(|known| &known.id == attachment);
    if current.and_then(|known| known.versions.last()).is_some_and(|version| version.sha256 == sha256) {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyAttached));
    }
    content_changed(
        case,
        Event::VersionAttached {
            attachment: attachment.clone(),
            name: name.to_owned(),
            sha256: sha256.to_owned(),
            size,
            media_type: media_type.to_owned(),
        },
    )
}

/// A change of content outdates what was decided on the content before, and whoever made it may not decide: the
/// review starts again at the first step. Where nothing was decided yet, it simply stays open.
fn content_changed(case: &Case<'_>, change: Event) -> Result<Ruling, Refusal> {
    let mut events = vec![change];
    if let Some(review) = &case.item.review {
        let at_first = case.journey.first_stage().is_some_and(|stage| stage.key == review.stage);
        let by_reviewer = case.actor_id().is_some_and(|id| review.reviewers.contains(id));
        if !at_first || !review.decisions.is_empty() || by_reviewer {
            let mut contributors = case.item.contributors.clone();
            contributors.extend(case.actor_id().cloned());
            events.push(Event::ReviewClosed { outcome: ReviewOutcome::Outdated });
            events.push(first_step(case.journey, case.item, &contributors, case.people, case.now));
        }
    }
    happened(events)
}

pub(super) fn set_due(case: &Case<'_>, due_at: Option<Timestamp>) -> Result<Ruling, Refusal> {
    if !case.item.phase.is_open() {
        return Err(Refusal::WrongPhase { action: Action::SetDue, phase: case.item.phase });
    }
    if case.item.due_at == due_at {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    happened(vec![Event::DueSet { due_at }])
}

pub(super) fn set_priority(case: &Case<'_>, priority: Priority) -> Result<Ruling, Refusal> {
    if !case.item.phase.is_open() {
        return Err(Refusal::WrongPhase { action: Action::SetPriority, phase: case.item.phase });
    }
    if case.item.priority == priority {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    happened(vec![Event::PrioritySet { priority }])
}
