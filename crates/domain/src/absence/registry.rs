//! Everybody's absences, to look up by person and instant.

use super::record::{Absence, AbsenceProblem};
use crate::ids::{AbsenceId, PersonId};
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// The absences that rules look up. Built once from what is stored, then asked often.
///
/// A cancelled absence is kept and never counts. Nor does one without a window (see [`Absence::window`]): nothing saved
/// has that fault, and [`Absences::unreadable`] tells where it is so all the same.
#[derive(Clone, Debug, Default)]
pub struct Absences {
    /// Ordered by id.
    all: Vec<Absence>,
    /// By beginning, then by id.
    by_person: BTreeMap<PersonId, Vec<Window>>,
    /// Ascending, each once.
    boundaries: Vec<Timestamp>,
    unreadable: Vec<(AbsenceId, AbsenceProblem)>,
}

/// When the absence at `index` of all holds: `[from, until)`.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: Timestamp,
    until: Timestamp,
    index: usize,
}

impl Absences {
    /// Of several absences with the same id the last one counts.
    pub fn new(absences: impl IntoIterator<Item = Absence>) -> Self {
        let by_id: BTreeMap<AbsenceId, Absence> =
            absences.into_iter().map(|absence| (absence.id.clone(), absence)).collect();
        let mut new = Self { all: by_id.into_values().collect(), ..Self::default() };
        for (index, absence) in new.all.iter().enumerate().filter(|(_, absence)| !absence.cancelled) {
            match absence.window() {
                Ok((from, until)) => {
                    new.by_person.entry(absence.person.clone()).or_default().push(Window {
                        from,
                        until,
                        index,
                    });
                    new.boundaries.extend([from, until]);
                }
                Err(problem) => new.unreadable.push((absence.id.clone(), problem)),
            }
        }
        for windows in new.by_person.values_mut() {
            // The index is the order of the ids.
            windows.sort_unstable_by_key(|window| (window.from, window.index));
        }
        new.boundaries.sort_unstable();
        new.boundaries.dedup();
        new
    }

    /// These absences and `new`, in the place of the one with its id.
    pub fn with(&self, new: &Absence) -> Self {
        Self::new(self.all.iter().chain([new]).cloned())
    }

    pub fn get(&self, id: &AbsenceId) -> Option<&Absence> {
        self.all.binary_search_by(|absence| absence.id.cmp(id)).ok().and_then(|index| self.all.get(index))
    }

    /// All of them, cancelled ones too, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Absence> {
        self.all.iter()
    }

    /// What does not count because it has no window, and why it has none.
    pub fn unreadable(&self) -> &[(AbsenceId, AbsenceProblem)] {
        &self.unreadable
    }

    /// The absence that holds for `person` at `at`. Of several the one that began last; of those that began together,
    /// the one with the greatest id.
    pub fn absent_at(&self, person: &PersonId, at: Timestamp) -> Option<&Absence> {
        let windows = self.windows(person);
        let begun = windows.partition_point(|window| window.from <= at);
        let holds = windows.iter().take(begun).rev().find(|window| at < window.until)?;
        self.all.get(holds.index)
    }

    /// The first instant after `at` at which anybody leaves, comes back, or passes from one absence into another.
    pub fn next_boundary_after(&self, at: Timestamp) -> Option<Timestamp> {
        let passed = self.boundaries.partition_point(|boundary| *boundary <= at);
        self.boundaries.get(passed).copied()
    }

    /// The same for one person.
    pub fn next_boundary_of(&self, person: &PersonId, at: Timestamp) -> Option<Timestamp> {
        let ends = self.windows(person).iter().flat_map(|window| [window.from, window.until]);
        ends.filter(|boundary| *boundary > at).min()
    }

    /// When `person`, away at `at`, is there again, however many absences lie between; with the last of them. None for
    /// somebody who is there at `at`.
    pub fn back_at(&self, person: &PersonId, at: Timestamp) -> Option<(Timestamp, &Absence)> {
        let mut last: Option<Window> = None;
        // By beginning: whatever touches the stretch so far makes it longer.
        for window in self.windows(person) {
            let reaches = match last {
                None => window.from <= at && at < window.until,
                Some(last) => window.from <= last.until && last.until < window.until,
            };
            if reaches {
                last = Some(*window);
            }
        }
        let last = last?;
        Some((last.until, self.all.get(last.index)?))
    }

    /// The parts of `[from, until)` in which `person` is away, each with its absence; those of overlapping absences
    /// overlap.
    pub fn within(
        &self,
        person: &PersonId,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp, &Absence)> {
        self.windows(person).iter().filter_map(move |window| {
            let (from, until) = (window.from.max(from), window.until.min(until));
            (from < until).then_some((from, until, self.all.get(window.index)?))
        })
    }

    fn windows(&self, person: &PersonId) -> &[Window] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }
}
