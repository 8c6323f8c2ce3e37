//! What an item's time was spent on, from its beginning to its end, without a gap.

use crate::event::{Entry, Happening};
use crate::ids::{PersonId, StageKey};
use crate::item::{Item, Phase};
use crate::review::ReviewOutcome;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// One stretch of an item's time, half-open, in which nothing of what it names changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub from: Timestamp,
    pub until: Timestamp,
    pub phase: Phase,
    /// Whose steps were open; also while the item was an exception that left them open.
    pub stage: Option<StageKey>,
    /// Who owned it, as far as its history tells: of what was handed on under an earlier version of Postern, the owner before is
    /// not known.
    pub owner: Option<PersonId>,
}

impl Part {
    /// Milliseconds of wall time.
    pub fn length_ms(&self) -> i64 {
        self.until.since(self.from)
    }

    /// Whether the client had it.
    pub fn is_with_client(&self) -> bool {
        matches!(self.phase, Phase::Draft | Phase::ChangesRequested)
    }

    pub fn is_exception(&self) -> bool {
        self.phase == Phase::Exception
    }
}

/// How old an item is in milliseconds of wall time: from when it was made until it ended, or `now`.
pub fn whole_age_ms(item: &Item, now: Timestamp) -> i64 {
    end(item, now).since(item.created_at)
}

fn end(item: &Item, now: Timestamp) -> Timestamp {
    if item.phase.is_terminal() { item.entered_at } else { now.max(item.updated_at) }
}

/// The parts of an item's age, oldest first. They touch and never overlap, and their lengths add up to
/// [`whole_age_ms`]. Read from the history, never counted along.
pub fn parts(item: &Item, now: Timestamp) -> Vec<Part> {
    let end = end(item, now);
    let mut parts = Vec::new();
    let mut at = Part {
        from: item.created_at,
        until: item.created_at,
        phase: Phase::Submitted,
        stage: None,
        owner: first_owner(item),
    };
    for entry in &item.history {
        let mut next = at.clone();
        advance(&mut next, item, entry);
        if next != at {
            next.from = entry.at;
            at.until = entry.at;
            keep(&mut parts, std::mem::replace(&mut at, next));
        }
    }
    at.until = end;
    keep(&mut parts, at);
    parts
}

/// What lasted no time is no part.
fn keep(parts: &mut Vec<Part>, part: Part) {
    if part.from < part.until {
        parts.push(part);
    }
}

fn advance(at: &mut Part, item: &Item, entry: &Entry) {
    let phase = match &entry.what {
        Happening::Drafted => Phase::Draft,
        Happening::Submitted | Happening::Resubmitted { .. } | Happening::Reopened { .. } => Phase::Submitted,
        Happening::ReviewOpened { stage, .. } => {
            at.stage = Some(stage.clone());
            // What opens while the item is an exception opens for afterwards.
            Phase::InReview
        }
        _ if sends_back(item, entry) => Phase::ChangesRequested,
        Happening::FullyApproved => Phase::Approved,
        Happening::ExceptionRaised { .. } => Phase::Exception,
        Happening::ExceptionResolved { to, .. } => *to,
        Happening::Completed => Phase::Completed,
        Happening::Withdrawn { .. } => Phase::Withdrawn,
        Happening::Reassigned { step: None, to, .. } => {
            at.owner = Some(to.clone());
            return;
        }
        _ => return,
    };
    at.phase = phase;
    if !matches!(phase, Phase::InReview | Phase::Exception) {
        at.stage = None;
    }
}

/// Whether the item went back to the client with this. Not every request for changes sends it back, where it takes
/// several.
pub(crate) fn sends_back(item: &Item, entry: &Entry) -> bool {
    let step = match &entry.what {
        Happening::SentBack { .. } => return true,
        Happening::ChangesRequested { step, .. } => step,
        _ => return false,
    };
    item.closed_reviews.iter().any(|review| {
        let closing = review.closed.as_ref();
        &review.step == step
            && closing.is_some_and(|end| end.outcome == ReviewOutcome::ChangesRequested && end.at == entry.at)
    })
}

/// Who owned it before it was ever handed on.
fn first_owner(item: &Item) -> Option<PersonId> {
    let handed_on = item.history.iter().find_map(|entry| match &entry.what {
        Happening::Reassigned { step: None, from, .. } => Some(from.clone()),
        _ => None,
    });
    handed_on.unwrap_or_else(|| item.owner.clone())
}

/// Milliseconds in review at each stage.
pub fn by_stage(parts: &[Part]) -> BTreeMap<StageKey, i64> {
    let in_review = parts.iter().filter(|part| part.phase == Phase::InReview);
    sums(in_review.filter_map(|part| Some((part.stage.clone()?, part))))
}

/// Milliseconds with each owner; with none, as nobody's.
pub fn by_owner(parts: &[Part]) -> BTreeMap<Option<PersonId>, i64> {
    sums(parts.iter().map(|part| (part.owner.clone(), part)))
}

fn sums<'a, K: Ord>(parts: impl Iterator<Item = (K, &'a Part)>) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (key, part) in parts {
        *sums.entry(key).or_default() += part.length_ms();
    }
    sums
}
