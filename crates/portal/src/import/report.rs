//! What became of every event of an imported log.

use postern_domain::{Item, Phase, ReviewOutcome, Timestamp, Verdict, metrics};
use serde::Serialize;
use std::collections::BTreeMap;

/// Every event of the file stands in exactly one of `imported`, `unmapped` and `after_the_cut`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub file: String,
    pub cases: u64,
    pub events: u64,
    /// By activity.
    pub imported: BTreeMap<String, u64>,
    /// Activities that the mapping does not know, by name. They are kept in the history in their own words.
    pub unmapped: BTreeMap<String, u64>,
    /// Events after the instant of `--as-of`.
    pub after_the_cut: u64,
    /// Cases that had not begun at that instant.
    pub cases_after_the_cut: u64,
    /// Histories that no journey here would produce, by kind, with the first line where it was seen.
    pub irregular: BTreeMap<String, Irregular>,
    pub items: u64,
    pub phases: BTreeMap<&'static str, u64>,
    pub people: u64,
    pub clients: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub figures: Figures,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Irregular {
    pub count: u64,
    pub first_line: u64,
}

/// Figures of what was imported. Durations in seconds of wall time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    pub cycle_time: Spread,
    pub decided: u64,
    pub sent_back: u64,
    /// Items sent back at least once among items decided.
    pub rework_rate: Option<f64>,
    /// From the step's opening to its approval, by stage.
    pub approval_wait: BTreeMap<String, Spread>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Spread {
    pub n: u64,
    pub p50: Option<f64>,
    pub p85: Option<f64>,
    pub p95: Option<f64>,
}

/// Gathers figures while items pass by.
#[derive(Debug, Default)]
pub struct Tally {
    cycle_ms: Vec<i64>,
    decided: u64,
    sent_back: u64,
    waits_ms: BTreeMap<String, Vec<i64>>,
}

impl Report {
    pub fn irregular(&mut self, kind: &str, line: u64) {
        let entry = self.irregular.entry(kind.to_owned()).or_insert(Irregular { count: 0, first_line: line });
        entry.count += 1;
    }

    /// Events told of in one of the three places; equal to `events` when none was lost.
    pub fn accounted_for(&self) -> u64 {
        self.imported.values().sum::<u64>() + self.unmapped.values().sum::<u64>() + self.after_the_cut
    }

    pub fn open(&self) -> u64 {
        Phase::ALL
            .iter()
            .filter(|phase| phase.is_open())
            .filter_map(|phase| self.phases.get(phase.as_str()))
            .sum()
    }
}

impl Tally {
    pub fn add(&mut self, item: &Item) {
        self.cycle_ms.extend(metrics::cycle_time_ms(item));
        self.decided += u64::from(metrics::was_decided(item));
        self.sent_back += u64::from(metrics::was_sent_back(item));
        for review in &item.closed_reviews {
            let approved =
                review.closed.as_ref().is_some_and(|closing| closing.outcome == ReviewOutcome::Approved);
            let by_somebody = review.decisions.iter().any(|decision| decision.verdict == Verdict::Approve);
            if approved
                && by_somebody
                && let Some(wait) = metrics::approval_latency_ms(review)
            {
                self.waits_ms.entry(review.stage.0.clone()).or_default().push(wait);
            }
        }
    }

    pub fn figures(self) -> Figures {
        Figures {
            cycle_time: Spread::of(self.cycle_ms),
            decided: self.decided,
            sent_back: self.sent_back,
            rework_rate: (self.decided > 0).then(|| self.sent_back as f64 / self.decided as f64),
            approval_wait: self
                .waits_ms
                .into_iter()
                .map(|(stage, waits)| (stage, Spread::of(waits)))
                .collect(),
        }
    }
}

impl Spread {
    fn of(mut milliseconds: Vec<i64>) -> Self {
        milliseconds.sort_unstable();
        let at = |q| metrics::percentile(&milliseconds, q).map(|value| value / 1_000.0);
        Self { n: milliseconds.len() as u64, p50: at(0.5), p85: at(0.85), p95: at(0.95) }
    }
}
