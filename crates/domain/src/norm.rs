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

/// What counts as stuck, in one sentence for people to read beside it.
pub fn stuck_definition() -> &'static str {
    "Stuck is what is past due, what too few people are left to decide, and what has been in review at its stage for longer than \
     85 of 100 items before it."
}

/// What makes an open item stuck, and from when on each does; the gravest first.
fn reasons(item: &Item, norms: &Norms) -> impl Iterator<Item = (Stuck, Timestamp)> {
    // An exception, on the way or over, is part of the time at the stage: it is in what is usual, too.
    let at_stage = item.reviews.iter().map(|review| review.opened_at).min().unwrap_or(item.entered_at);
    let uncovered = item.is_uncovered().then_some((Stuck::Uncovered, at_stage));
    let past_due = item.due_at.map(|due| (Stuck::PastDue, due));
    let in_review = item.phase == Phase::InReview;
    let usual = norms.usual_ms(item).filter(|_| in_review);
    let slow = usual.map(|usual| (Stuck::SlowerThanUsual, at_stage.plus_ms(usual)));
    let all = [uncovered, past_due, slow];
    all.into_iter().flatten().filter(|_| item.phase.is_open())
}

/// The last instant at which an open item is not stuck yet: it is after it, by whichever reason comes first. `None` for what is
/// not open, or never becomes stuck as it is.
pub fn stuck_from(item: &Item, norms: &Norms) -> Option<Timestamp> {
    reasons(item, norms).map(|(_, from)| from).min()
}

/// Why an item is stuck now, if it is: exactly when `now` is after [`stuck_from`].
pub fn stuck(item: &Item, norms: &Norms, now: Timestamp) -> Option<Stuck> {
    reasons(item, norms).find(|(_, from)| *from < now).map(|(why, _)| why)
}
