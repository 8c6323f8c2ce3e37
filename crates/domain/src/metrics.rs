//! Figures: computed once, here, so that console, portal and reports agree to the millisecond.

mod parts;

pub(crate) use parts::sends_back;
pub use parts::{Part, by_owner, by_stage, parts, whole_age_ms};

use crate::event::Happening;
use crate::ids::{JourneyKey, StageKey};
use crate::item::Item;
use crate::norm::StageNorm;
use crate::review::{Review, ReviewOutcome};
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// The `q`-quantile (0 to 1) of ascending values, by linear interpolation between the two nearest ranks.
/// `None` for no values.
pub fn percentile(sorted: &[i64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = q.clamp(0.0, 1.0) * last as f64;
    let below = rank.floor() as usize;
    let low = *sorted.get(below)? as f64;
    let high = *sorted.get((below + 1).min(last))? as f64;
    Some(low + (high - low) * (rank - below as f64))
}

/// First submitted to first completed, in milliseconds of wall time.
pub fn cycle_time_ms(item: &Item) -> Option<i64> {
    Some(item.completed_at?.since(item.submitted_at?))
}

/// How long a review was open before it was decided, in milliseconds of wall time. None for a review that is open, or
/// was closed undecided.
pub fn approval_latency_ms(review: &Review) -> Option<i64> {
    let closing = review.closed.as_ref()?;
    (closing.outcome != ReviewOutcome::Outdated).then(|| closing.at.since(review.opened_at))
}

/// Whether the item was sent back at least once.
pub fn was_sent_back(item: &Item) -> bool {
    item.history.iter().any(|entry| sends_back(item, entry))
}

/// Whether anything was ever decided about the item: a step approved, or changes asked for.
pub fn was_decided(item: &Item) -> bool {
    item.history.iter().any(|entry| {
        matches!(
            entry.what,
            Happening::Approved { .. } | Happening::ChangesRequested { .. } | Happening::SentBack { .. }
        )
    })
}

/// What is usual at each stage, from the closed reviews of many items.
#[derive(Clone, Debug, Default)]
pub struct NormSamples(BTreeMap<(JourneyKey, StageKey), Vec<i64>>);

impl NormSamples {
    pub fn add(&mut self, item: &Item) {
        for review in &item.closed_reviews {
            if let Some(latency) = approval_latency_ms(review) {
                let key = (item.journey.key.clone(), review.stage.clone());
                self.0.entry(key).or_default().push(latency);
            }
        }
    }

    pub fn norms(self) -> Vec<StageNorm> {
        self.0
            .into_iter()
            .map(|((journey, stage), mut latencies)| {
                latencies.sort_unstable();
                StageNorm {
                    journey,
                    stage,
                    p85_ms: percentile(&latencies, 0.85).unwrap_or_default().round() as i64,
                    samples: u32::try_from(latencies.len()).unwrap_or(u32::MAX),
                }
            })
            .collect()
    }
}

/// How long some open items have been where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    pub median_ms: Option<i64>,
    pub p85_ms: Option<i64>,
    pub oldest_ms: Option<i64>,
    /// All ages together: the waiting that this group stands for.
    pub total_ms: i64,
}

/// Summarises ages, in milliseconds, in any order.
pub fn ages(mut ages: Vec<i64>) -> Ages {
    ages.sort_unstable();
    let at = |q| percentile(&ages, q).map(|age| age.round() as i64);
    Ages {
        median_ms: at(0.5),
        p85_ms: at(0.85),
        oldest_ms: ages.last().copied(),
        total_ms: ages.iter().sum(),
    }
}

/// The age of an item where it stands, in milliseconds of wall time; never negative.
pub fn age_ms(item: &Item, now: Timestamp) -> i64 {
    now.since(item.entered_at).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_linearly() {
        assert_eq!(percentile(&[10, 20, 30, 40], 0.5), Some(25.0));
        assert_eq!(percentile(&[10, 20, 30, 40], 0.85), Some(35.5));
        assert_eq!(percentile(&[7], 0.85), Some(7.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn ages_are_summarised_in_any_order() {
        let summary = ages(vec![30, 10, 20]);
        assert_eq!(
            summary,
            Ages { median_ms: Some(20), p85_ms: Some(27), oldest_ms: Some(30), total_ms: 60 }
        );
    }
}
