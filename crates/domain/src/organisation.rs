//! What rules know besides the item and its journey.

use crate::absence::{Absence, Absences};
use crate::calendar::{Calendar, CalendarUse, Calendars};
use crate::ids::{JourneyKey, PersonId};
use crate::item::Actor;
use crate::journey::Journey;
use crate::journey::change::MigrationPlan;
use crate::journey::publication::Cohorts;
use crate::people::{Client, Grant, People, Person, Project};
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

/// What was changed in how the organisation works: it moves due times, gives work to other people, and says who may do
/// what. It stands in the audit trail beside what happened to items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "changed", rename_all = "snake_case")]
pub enum Arrangement {
    AbsenceSaved {
        absence: Absence,
    },
    CalendarPublished {
        calendar: Calendar,
    },
    CalendarKept {
        keeps: CalendarUse,
    },
    JourneyPublished {
        /// Whole, under the version that it was given.
        journey: Box<Journey>,
        cohorts: Cohorts,
        /// The golden cases that it was tested with, as they were written; empty without any.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        cases: String,
        /// The earlier version that this is, published again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rolls_back_to: Option<u32>,
    },
    /// So many items in flight were to move to another version of their journey; each has a line of its own besides.
    ItemsMigrated {
        journey: JourneyKey,
        plan: MigrationPlan,
        items: u64,
    },
    ClientAdded {
        client: Client,
    },
    ProjectAdded {
        project: Project,
    },
    PersonChanged {
        person: PersonId,
        /// None for somebody new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Standing>,
        after: Standing,
    },
    /// By somebody else than its owner, which ends the sessions that the old one began.
    PasswordSet {
        person: PersonId,
    },
    /// A device was shut out.
    DeviceRevoked {
        session: String,
        person: PersonId,
        /// What the device calls itself.
        device: String,
    },
}

/// What somebody may do, and for whom they decide. Names and addresses are left out: the trail is kept for good, and
/// nobody's rights hang on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub grants: Vec<Grant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<PersonId>,
    #[serde(default)]
    pub disabled: bool,
}

impl From<&Person> for Standing {
    fn from(person: &Person) -> Self {
        Self {
            grants: person.grants.clone(),
            groups: person.groups.clone(),
            lead: person.lead.clone(),
            disabled: person.disabled,
        }
    }
}

/// A change with who and when: one line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arranged {
    pub change: Arrangement,
    pub by: Actor,
    /// The portal's clock.
    pub at: Timestamp,
}
