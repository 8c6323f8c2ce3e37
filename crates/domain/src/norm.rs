//! What is usual, and what counts as stuck.

use crate::ids::{JourneyKey, StageKey};
use crate::item::{Item, Phase};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How long items usually stay at a stage, learnt from closed reviews.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageNorm {
    pub journey: JourneyKey,
    pub stage: StageKey,
    /// 85 of 100 closed reviews took at most this long; milliseconds of wall time.
    pub p85_ms: i64,
    pub samples: u32,
}

/// Fewer closed reviews than this say nothing about what is usual.
pub const MIN_SAMPLES: u32 = 20;

/// Norms to look up by journey and stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Norms(HashMap<(JourneyKey, StageKey), StageNorm>);

impl Norms {
    pub fn new(norms: impl IntoIterator<Item = StageNorm>) -> Self {
        Self(norms.into_iter().map(|norm| ((norm.journey.clone(), norm.stage.clone()), norm)).collect())
    }

    /// The usual time at the item's stage in milliseconds, when enough is known.
    pub fn usual_ms(&self, item: &Item) -> Option<i64> {
        let stage = item.stage()?;
        let norm = self.0.get(&(item.journey.key.clone(), stage.clone()))?;
        (norm.samples >= MIN_SAMPLES).then_some(norm.p85_ms)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    PastDue,
    SlowerThanUsual,
    /// Somebody is away, and too few people are left to decide.
    Uncovered,
}

/// From when on an item counts as stuck: uncovered, past due, or longer at its stage than 85 of 100 items were,
/// whichever comes first. `None` for what is not open.
pub fn stuck_from(item: &Item, norms: &Norms) -> Option<Timestamp> {
    if !item.phase.is_open() {
        return None;
    }
    if item.is_uncovered() {
        return Some(item.entered_at);
    }
    let slow = norms.usual_ms(item).map(|usual| item.entered_at.plus_ms(usual));
    match (item.due_at, slow) {
        (Some(due), Some(slow)) => Some(due.min(slow)),
        (due, slow) => due.or(slow),
    }
}

/// Why an item is stuck now, if it is.
pub fn stuck(item: &Item, norms: &Norms, now: Timestamp) -> Option<Stuck> {
    if item.is_uncovered() {
        return Some(Stuck::Uncovered);
    }
    if item.is_overdue(now) {
        return Some(Stuck::PastDue);
    }
    if item.phase == Phase::InReview
        && norms.usual_ms(item).is_some_and(|usual| now.since(item.entered_at) > usual)
    {
        return Some(Stuck::SlowerThanUsual);
    }
    None
}
