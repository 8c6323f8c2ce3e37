//! What came of a case beside what was expected, in words.

use super::Expectation;
use crate::event::Event;
use crate::ids::{PersonId, StepKey};
use crate::item::{Item, Phase};
use serde::Serialize;
use std::fmt::Display;

/// The first thing in which a case came out differently. Act 0 is the submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Difference {
    #[error("{} was refused by `{rule}`: {said}", said_act(*.act))]
    Refused { act: usize, rule: String, said: String },
    #[error("{} was to be refused by `{expected}`, and was accepted", said_act(*.act))]
    NotRefused { act: usize, expected: String },
    #[error("{} was to be refused by `{expected}`, and was refused by `{found}`", said_act(*.act))]
    RefusedOtherwise { act: usize, expected: String, found: String },
    #[error("{} changed nothing, because it was so already", said_act(*.act))]
    AlreadySo { act: usize },
    #[error("{} was to find it so already, and changed something", said_act(*.act))]
    NotYetSo { act: usize },
    #[error("{} has nobody to do it: nobody's turn it is; say `who`", said_act(*.act))]
    Nobody { act: usize },
    #[error("{} needs `{key}`", said_act(*.act))]
    Incomplete { act: usize, key: &'static str },
    #[error("{} has no item to act on, because the submission was refused", said_act(*.act))]
    NoItem { act: usize },
    #[error("{} led to events that do not fit together: {why}", said_act(*.act))]
    Inconsistent { act: usize, why: String },
    #[error("it was to end in {expected}, and ended in {found}")]
    Phase { expected: String, found: String },
    #[error("the steps {expected} were to open in this order, and {found} did")]
    Opened { expected: String, found: String },
    #[error("the steps {expected} were to be passed over, and {found} were")]
    Skipped { expected: String, found: String },
    #[error("it was to be the turn of {expected}, and it is that of {found}")]
    WaitingOn { expected: String, found: String },
    #[error("the field `{key}` was to be {expected}, and is {found}")]
    Field { key: String, expected: String, found: String },
    #[error("it was to end in the exception `{expected}`, and ended in {found}")]
    Exception { expected: String, found: String },
    #[error("it was to be escalated to {expected}, and is escalated to {found}")]
    Escalated { expected: String, found: String },
}

fn said_act(act: usize) -> String {
    if act == 0 { "the submission".to_owned() } else { format!("act {act}") }
}

/// What came of a case.
pub(super) struct Outcome<'a> {
    pub item: Option<&'a Item>,
    pub happened: &'a [Event],
}

/// # Errors
/// The first difference.
pub(super) fn compare(expected: &Expectation, outcome: &Outcome<'_>) -> Result<(), Difference> {
    let opened: Vec<&StepKey> = outcome.happened.iter().filter_map(opened).collect();
    if let Some(steps) = expected.opened.as_ref().filter(|steps| !same(steps, &opened)) {
        return Err(Difference::Opened { expected: list(steps), found: list(&opened) });
    }
    let skipped: Vec<&StepKey> = outcome.happened.iter().flat_map(skipped).collect();
    if let Some(steps) = expected.skipped.as_ref().filter(|steps| !same(steps, &skipped)) {
        return Err(Difference::Skipped { expected: list(steps), found: list(&skipped) });
    }
    let phase = outcome.item.map(|item| item.phase);
    if expected.phase != phase {
        let name = |phase: Option<Phase>| phase.map_or("nothing", Phase::as_str).to_owned();
        return Err(Difference::Phase { expected: name(expected.phase), found: name(phase) });
    }
    outcome.item.map_or(Ok(()), |item| compare_item(expected, item))
}

fn compare_item(expected: &Expectation, item: &Item) -> Result<(), Difference> {
    let waiting: Vec<&PersonId> = item.waiting_on().collect();
    if let Some(people) = expected.waiting_on.as_ref().filter(|people| !same(people, &waiting)) {
        return Err(Difference::WaitingOn { expected: list(people), found: list(&waiting) });
    }
    for (key, value) in &expected.fields {
        let found = item.fields.get(key);
        if found != Some(value) {
            let found = found.map_or("empty".to_owned(), ToString::to_string);
            return Err(Difference::Field { key: key.clone(), expected: value.to_string(), found });
        }
    }
    let exception = item.exception.as_ref().map(|exception| &exception.category);
    if let Some(category) = expected.exception.as_ref().filter(|category| Some(*category) != exception) {
        let found = exception.map_or("none".to_owned(), |found| format!("`{found}`"));
        return Err(Difference::Exception { expected: category.clone(), found });
    }
    let escalated = item.escalation.as_ref().and_then(|escalation| escalation.to.as_ref());
    if let Some(person) = expected.escalated_to.as_ref().filter(|person| Some(*person) != escalated) {
        let found = escalated.map_or("nobody".to_owned(), ToString::to_string);
        return Err(Difference::Escalated { expected: person.to_string(), found });
    }
    Ok(())
}

fn opened(event: &Event) -> Option<&StepKey> {
    match event {
        Event::ReviewOpened { step, .. } => Some(step),
        _ => None,
    }
}

fn skipped(event: &Event) -> &[StepKey] {
    match event {
        Event::Skipped { steps, .. } => steps,
        _ => &[],
    }
}

fn same<T: PartialEq>(expected: &[T], found: &[&T]) -> bool {
    expected.iter().eq(found.iter().copied())
}

fn list<T: Display>(all: &[T]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
}
