//! The absences and calendars that the trail makes, beside those that are there.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::{absences, calendars};
use postern_domain::absence::Absence;
use postern_domain::calendar::{Calendar, CalendarOf};
use postern_domain::{Arranged, Arrangement, CalendarKey};
use std::collections::BTreeMap;

/// As the lines read so far make them, each with the line that made it.
#[derive(Default)]
pub(super) struct Arrangements {
    absences: Made<Absence>,
    calendars: Made<Calendar>,
    uses: Made<CalendarKey>,
}

/// By what it is called, with the line that made it.
type Made<T> = BTreeMap<String, (i64, T)>;

/// Where trail and tables differ: at this line, where one says so, and how.
pub(super) type Differs = (Option<i64>, String);

impl Arrangements {
    pub fn take(&mut self, seq: i64, arranged: Arranged) {
        match arranged.change {
            Arrangement::AbsenceSaved { absence } => {
                self.absences.insert(absence.id.to_string(), (seq, absence));
            }
            Arrangement::CalendarPublished { calendar } => {
                self.calendars.insert(numbered(&calendar), (seq, calendar));
            }
            Arrangement::CalendarKept { keeps } => {
                self.uses.insert(whose(&keeps.of), (seq, keeps.calendar));
            }
        }
    }

    /// The first that is there and otherwise than the trail made it, or there without it, or gone.
    pub async fn compare(self, db: &mut Connection) -> Result<Option<Differs>, StoreError> {
        let absences = absences::all(db).await?.into_iter().map(|each| (each.id.to_string(), each));
        let calendars = calendars::all(db).await?.into_iter();
        let calendars = calendars.map(|each| (numbered(&each), each));
        let uses = calendars::uses(db).await?.into_iter().map(|each| (whose(&each.of), each.calendar));
        let found = first_difference("absence", self.absences, absences)
            .or_else(|| first_difference("calendar", self.calendars, calendars))
            .or_else(|| first_difference("calendar of", self.uses, uses));
        Ok(found)
    }
}

fn numbered(calendar: &Calendar) -> String {
    format!("{} {}", calendar.key, calendar.version)
}

fn whose(of: &CalendarOf) -> String {
    match of {
        CalendarOf::Everybody => "everybody".to_owned(),
        CalendarOf::Group(group) => format!("group {group}"),
        CalendarOf::Person(person) => format!("person {person}"),
    }
}

fn first_difference<T: PartialEq>(
    what: &str,
    mut made: Made<T>,
    there: impl Iterator<Item = (String, T)>,
) -> Option<Differs> {
    for (key, value) in there {
        match made.remove(&key) {
            None => {
                return Some((None, format!("the {what} {key} is there, and nothing in the trail made it")));
            }
            Some((seq, known)) if known != value => {
                return Some((Some(seq), format!("the {what} {key} is another than this line made")));
            }
            Some(_) => {}
        }
    }
    let (key, (seq, _)) = made.into_iter().next()?;
    Some((Some(seq), format!("the {what} {key} was made here, and it is not there")))
}
