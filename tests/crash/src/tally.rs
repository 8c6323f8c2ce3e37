//! What a campaign came to.

use crate::act::Action;
use crate::book::Book;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Default)]
pub struct Tally {
    pub deaths: u64,
    /// Deaths by what went on.
    pub during: BTreeMap<String, u64>,
    pub worlds: u64,
    /// Commands that a console said were saved.
    pub acknowledged: usize,
    /// Files that the portal said it has.
    pub uploads: usize,
    /// Writes and names that the disk did not have when the power failed.
    pub lost_changes: usize,
    pub took: Duration,
}

impl Tally {
    pub fn count(&mut self, during: impl ToString) {
        self.deaths += 1;
        *self.during.entry(during.to_string()).or_default() += 1;
    }

    pub fn add_world(&mut self, book: &Book) {
        self.worlds += 1;
        self.acknowledged += book.acknowledged.len();
        self.uploads += book.uploads.len();
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.took.as_secs_f64();
        write!(
            f,
            "{} deaths in {seconds:.0} s ({:.1} a second), {} worlds; {} commands and {} uploads acknowledged, none \
             lost or doubled",
            self.deaths,
            self.deaths as f64 / seconds,
            self.worlds,
            self.acknowledged,
            self.uploads
        )?;
        if self.lost_changes > 0 {
            write!(f, "; {} changes were not yet on the disk", self.lost_changes)?;
        }
        for (what, deaths) in &self.during {
            write!(f, "\n  {deaths:>5} during {what}")?;
        }
        Ok(())
    }
}

/// How long each action takes when nobody dies, learnt as it goes; in whatever unit.
pub struct Pace {
    known: BTreeMap<Action, f64>,
    unknown: f64,
}

impl Pace {
    pub fn beginning_with(unknown: f64) -> Self {
        Self { known: BTreeMap::new(), unknown }
    }

    pub fn of(&self, action: Action) -> f64 {
        self.known.get(&action).copied().unwrap_or(self.unknown)
    }

    /// `is_whole`: it came to its end, and took so long. Else it got so far and would have gone on.
    pub fn learn(&mut self, action: Action, is_whole: bool, took: f64) {
        let better = match (self.known.get(&action), is_whole) {
            (None, true) => took,
            (None, false) => self.unknown,
            (Some(known), true) => 0.7 * known + 0.3 * took,
            (Some(known), false) => known.max(1.2 * took),
        };
        self.known.insert(action, better);
    }
}
