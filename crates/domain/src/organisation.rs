//! What rules know besides the item and its journey.

use crate::absence::{Absence, Absences};
use crate::calendar::{Calendar, CalendarUse, Calendars};
use crate::item::Actor;
use crate::people::People;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

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

/// What was changed in how the organisation works: it moves due times and gives work to other people, and stands in the
/// audit trail beside what happened to items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "changed", rename_all = "snake_case")]
pub enum Arrangement {
    AbsenceSaved { absence: Absence },
    CalendarPublished { calendar: Calendar },
    CalendarKept { keeps: CalendarUse },
}

/// A change with who and when: one line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arranged {
    pub change: Arrangement,
    pub by: Actor,
    /// The portal's clock.
    pub at: Timestamp,
}
