//! What rules know besides the item and its journey.

use crate::absence::Absences;
use crate::calendar::Calendars;
use crate::people::People;

/// The people, when they work, and who stands in for whom.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    pub people: People,
    pub calendars: Calendars,
    pub absences: Absences,
}

impl Organisation {
    /// People who are never away, on the default calendar.
    pub fn of(people: People) -> Self {
        Self { people, ..Self::default() }
    }
}
