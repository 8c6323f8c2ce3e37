//! Which calendar applies to whom.

use super::compiled::CompiledCalendar;
use super::definition::Calendar;
use crate::ids::{CalendarKey, PersonId};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// The calendars in force, one version of each, and whose they are. Never empty: there is always a default.
#[derive(Clone, Debug)]
pub struct Calendars {
    default: Arc<CompiledCalendar>,
    by_key: HashMap<CalendarKey, Arc<CompiledCalendar>>,
    by_group: HashMap<String, CalendarKey>,
    by_person: HashMap<PersonId, CalendarKey>,
}

impl Default for Calendars {
    /// Monday to Friday, 09:00–17:00 UTC, for everybody.
    fn default() -> Self {
        Self::new(CompiledCalendar::compile(&Calendar::standard("UTC"), Tz::UTC))
    }
}

/// Which calendar somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarUse {
    pub of: CalendarOf,
    pub calendar: CalendarKey,
}

/// Whose calendar it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CalendarOf {
    /// Everybody's for whom nothing else is said.
    Everybody,
    Group(String),
    Person(PersonId),
}

impl Calendars {
    /// The newest version of each calendar, and who keeps which. A calendar that cannot be compiled is left out: what
    /// was published has been checked.
    pub fn assemble<'a>(
        calendars: impl IntoIterator<Item = &'a Calendar>,
        uses: impl IntoIterator<Item = &'a CalendarUse>,
    ) -> Self {
        let mut newest: HashMap<&CalendarKey, &Calendar> = HashMap::new();
        for calendar in calendars {
            let known = newest.entry(&calendar.key).or_insert(calendar);
            if known.version < calendar.version {
                *known = calendar;
            }
        }
        let mut assembled = Self::default();
        for calendar in newest.values() {
            if let Ok(compiled) = CompiledCalendar::new(calendar) {
                assembled.put(compiled);
            }
        }
        for each in uses {
            match &each.of {
                CalendarOf::Everybody => {
                    if let Some(calendar) = assembled.by_key.get(&each.calendar) {
                        assembled.default = Arc::clone(calendar);
                    }
                }
                CalendarOf::Group(group) => assembled.give_group(group.clone(), each.calendar.clone()),
                CalendarOf::Person(person) => assembled.give_person(person.clone(), each.calendar.clone()),
            }
        }
        assembled
    }

    pub fn new(default: CompiledCalendar) -> Self {
        let default = Arc::new(default);
        Self {
            by_key: HashMap::from([(default.key().clone(), Arc::clone(&default))]),
            default,
            by_group: HashMap::new(),
            by_person: HashMap::new(),
        }
    }

    /// Adds the calendar, or replaces the one with its key, also as the default.
    pub fn put(&mut self, calendar: CompiledCalendar) {
        let calendar = Arc::new(calendar);
        if calendar.key() == self.default.key() {
            self.default = Arc::clone(&calendar);
        }
        self.by_key.insert(calendar.key().clone(), calendar);
    }

    /// The calendar need not be there yet; as long as it is not, the next in line applies.
    pub fn give_person(&mut self, person: PersonId, calendar: CalendarKey) {
        self.by_person.insert(person, calendar);
    }

    /// As [`Calendars::give_person`], for everybody in the group who has no calendar of their own.
    pub fn give_group(&mut self, group: impl Into<String>, calendar: CalendarKey) {
        self.by_group.insert(group.into(), calendar);
    }

    pub fn default_calendar(&self) -> &CompiledCalendar {
        &self.default
    }

    pub fn get(&self, key: &CalendarKey) -> Option<&CompiledCalendar> {
        self.by_key.get(key).map(Arc::as_ref)
    }

    /// The person's own calendar, else the group's, else the journey's, else the default. A key without a calendar is
    /// passed over.
    pub fn for_step(
        &self,
        person: Option<&PersonId>,
        group: Option<&str>,
        journey: Option<&CalendarKey>,
    ) -> &CompiledCalendar {
        let person = person.and_then(|person| self.by_person.get(person));
        let group = group.and_then(|group| self.by_group.get(group));
        [person, group, journey].into_iter().flatten().find_map(|key| self.get(key)).unwrap_or(&self.default)
    }
}
