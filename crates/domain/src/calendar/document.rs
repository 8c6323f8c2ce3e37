//! Calendars as people write them: whole as a document, and the hours of a day as a line.

use super::definition::Calendar;
use super::week::Interval;
use crate::journey::DocumentError;
use crate::journey::document::from_toml;

/// What a day without hours is called.
const CLOSED: &str = "closed";

impl Calendar {
    /// Reads a calendar from TOML. Whether it can be used is for [`Calendar::check`] to say.
    ///
    /// # Errors
    /// The first thing that is not a calendar, with its place.
    pub fn from_toml(text: &str) -> Result<Self, DocumentError> {
        from_toml(text)
    }

    /// Writes it as TOML. Read again, it is the same calendar.
    pub fn to_toml(&self) -> String {
        // Strings, numbers, lists and tables are all that it consists of.
        toml::to_string(self).unwrap_or_default()
    }
}

/// A text is no line of hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no working time: write 09:00–12:30, 13:30–17:00, or closed")]
pub struct NotHours(pub String);

/// A day's hours in words, for example `09:00–12:30, 13:30–17:00`.
pub fn hours_in_words(intervals: &[Interval]) -> String {
    let mut intervals = intervals.to_vec();
    intervals.sort_by_key(|interval| interval.from);
    let said: Vec<String> = intervals.iter().map(ToString::to_string).collect();
    if said.is_empty() { CLOSED.to_owned() } else { said.join(", ") }
}

/// Reads what [`hours_in_words`] says; also with a plain hyphen, and nothing at all for a closed day.
///
/// # Errors
/// [`NotHours`] with the part that cannot be read.
pub fn read_hours(text: &str) -> Result<Vec<Interval>, NotHours> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case(CLOSED) {
        return Ok(Vec::new());
    }
    text.split(',').map(|part| interval(part.trim())).collect()
}

fn interval(text: &str) -> Result<Interval, NotHours> {
    let not_hours = || NotHours(text.to_owned());
    let (from, until) = text.split_once(['–', '-']).ok_or_else(not_hours)?;
    let time = |text: &str| text.trim().parse().map_err(|_| not_hours());
    Ok(Interval { from: time(from)?, until: time(until)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Holiday;

    #[test]
    fn hours_are_read_as_they_are_said_and_as_people_type_them() {
        let said = "09:00–12:30, 13:30–17:00";
        let read = read_hours(said).unwrap();
        assert_eq!(hours_in_words(&read), said);
        assert_eq!(
            read_hours(" 13:30 - 17:00,09:00-12:30 ").map(|read| hours_in_words(&read)),
            Ok(said.to_owned())
        );
        for closed in ["", "closed", " Closed "] {
            assert_eq!(read_hours(closed), Ok(Vec::new()));
        }
        assert_eq!(hours_in_words(&[]), "closed");
        for wrong in ["9", "09:00", "09:00–", "09:00–25:00", "09:00–12:00,"] {
            assert!(read_hours(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_calendar_that_is_written_and_read_again_is_the_same() {
        let mut calendar = Calendar { key: "office".into(), version: 3, ..Calendar::standard("UTC") };
        let date = "2026-12-25".parse().unwrap();
        calendar.holidays.push(Holiday { date, name: "Christmas \"Day\"".into() });
        calendar.imports.insert("Dutch holidays".into(), vec![date]);
        assert_eq!(Calendar::from_toml(&calendar.to_toml()), Ok(calendar));
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_a_draft_needs_no_version() {
        let wrong = Calendar::from_toml("key = \"office\"\nname = 3\n").unwrap_err();
        assert_eq!((wrong.line, wrong.column), (2, 8), "{wrong}");
        let draft = Calendar::from_toml("key = \"a\"\nname = \"A\"\nzone = \"UTC\"\n[week]\n").unwrap();
        assert_eq!(draft.version, 0);
    }
}
