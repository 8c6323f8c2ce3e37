//! What is said about an item, and what it consists of.

use super::refresh::cover_changes;
use super::review::close_undecided;
use super::{Case, MAX_TEXT, MAX_TITLE, Ruling, bounded, happened};
use crate::command::Action;
use crate::event::Event;
use crate::ids::{AttachmentId, CommentId, PersonId};
use crate::item::{FieldValue, Fields, Item, Phase, Priority, Visibility};
use crate::journey::{FieldProblem, Journey, Part};
use crate::refusal::{Refusal, Satisfied};
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
    let problem = |key: &str, problem| Refusal::Field { key: key.to_owned(), problem };
    for (key, value) in &changed {
        check_field(case.journey, key, Some(value)).map_err(|why| problem(key, why))?;
    }
    let title = title.filter(|title| title != &case.item.title);
    let description = description.filter(|description| description != &case.item.description);
    if changed.is_empty() && title.is_none() && description.is_none() {
        return Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet));
    }
    let is_cosmetic = |part, changed: bool| !changed || case.journey.cosmetic.contains(&part);
    let cosmetic = changed.keys().all(|key| !case.journey.is_material(key))
        && is_cosmetic(Part::Title, title.is_some())
        && is_cosmetic(Part::Description, description.is_some());
    let event = Event::FieldsSet { fields: changed, title, description, cosmetic };
    if cosmetic { happened(vec![event]) } else { content_changed(case, event) }
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

/// Whether a form may be handed over like this: what is required is there, what is there is acceptable, and nothing is
/// there that the form does not know. A journey without a form takes anything.
pub(super) fn check_form(journey: &Journey, fields: &Fields) -> Result<(), Refusal> {
    for (key, value) in fields {
        bounded(key, &value.to_string(), MAX_TEXT)?;
        check_field(journey, key, Some(value))
            .map_err(|problem| Refusal::Field { key: key.to_owned(), problem })?;
    }
    check_complete(journey, fields)
}

/// Whether the form takes what is there of its own fields. Those that it does not have are left as they are.
pub(super) fn check_known(journey: &Journey, fields: &Fields) -> Result<(), Refusal> {
    let known = journey.fields.iter().filter(|field| !field.output);
    for (field, value) in known.filter_map(|field| Some((field, fields.get(&field.key)?))) {
        field.check(Some(value)).map_err(|problem| Refusal::Field { key: field.key.clone(), problem })?;
    }
    Ok(())
}

/// Whether everything is there that the form requires before it is handed over.
pub(super) fn check_complete(journey: &Journey, fields: &Fields) -> Result<(), Refusal> {
    let problem = |key: &str, problem| Refusal::Field { key: key.to_owned(), problem };
    let inputs = journey.fields.iter().filter(|field| !field.output);
    for field in inputs.filter(|field| !fields.contains_key(&field.key)) {
        field.check(None).map_err(|why| problem(&field.key, why))?;
    }
    Ok(())
}

fn check_field(journey: &Journey, key: &str, value: Option<&FieldValue>) -> Result<(), FieldProblem> {
    match journey.field(key) {
        Some(field) if field.output => Err(FieldProblem::Output),
        Some(field) => field.check(value),
        None if journey.fields.is_empty() => Ok(()),
        None => Err(FieldProblem::Unknown),
    }
}

/// A change of content outdates what was decided on the content before, and whoever made it may not decide: the
/// review starts again at the first stage. Where nothing was decided yet, and the change leads to no other stage, it
/// simply stays open.
fn content_changed(case: &Case<'_>, change: Event) -> Result<Ruling, Refusal> {
    let mut events = vec![change];
    if case.item.reviews.is_empty() || case.item.phase != Phase::InReview {
        return happened(events);
    }
    let after = case.after(&events)?;
    if stays_open(case, &after) {
        // Whoever sits there for somebody else, or handed it on, is a contributor now.
        events.extend(cover_changes(case, &after));
        return happened(events);
    }
    let closings = close_undecided(case.item, None);
    let item = case.afterwards(after, &closings)?;
    events.extend(closings);
    events.extend(case.opening(&item).next(None)?);
    happened(events)
}

/// Whether the open reviews are those that would open now, with nothing decided and nobody barred.
fn stays_open(case: &Case<'_>, after: &Item) -> bool {
    let undecided = case.item.reviews.iter().all(|review| review.decisions.is_empty());
    let by_reviewer = case
        .actor_id()
        .is_some_and(|id| case.item.reviews.iter().any(|review| review.reviewers.contains(id)));
    let first = case.journey.stages_ahead(None, after).next();
    let same = first.is_some_and(|(stage, steps)| {
        case.item.stage() == Some(&stage.key)
            && steps.len() == case.item.reviews.len()
            && steps.iter().all(|step| case.item.review(&step.key).is_some())
    });
    undecided && !by_reviewer && same
}

pub(super) fn set_due(case: &Case<'_>, due_at: Option<Timestamp>) -> Result<Ruling, Refusal> {
    if !case.item.phase.is_open() {
        return Err(Refusal::WrongPhase { action: Action::SetDue, phase: case.item.phase });
    }
    if case.item.due_at == due_at && case.item.due_by_hand {
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
