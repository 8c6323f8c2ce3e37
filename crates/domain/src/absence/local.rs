//! Local date-times: what the clock on the wall says, without a zone.

use crate::time::Timestamp;
use chrono::{DateTime, Datelike, MappedLocalTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

const FORM: &str = "%Y-%m-%dT%H:%M";

/// A date and a time of day to the minute, in a zone that is said elsewhere. Written `2026-04-01T09:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ts_rs::TS)]
#[ts(export, as = "String")]
pub struct LocalDateTime(NaiveDateTime);

/// A text that is not of the form `2026-04-01T09:00`, or names a day that is not in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a local date-time is written like 2026-04-01T09:00")]
pub struct NotLocalDateTime;

/// How a local time was read where the zone's clocks are put forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "LocalTimeShift")]
pub enum Shift {
    /// The clocks skip it: the first instant after the gap was taken.
    Skipped,
    /// The clocks show it twice: the earlier instant was taken.
    Repeated,
}

impl LocalDateTime {
    /// Reads `2026-04-01T09:00`; seconds may stand behind it when they are `:00`.
    ///
    /// # Errors
    /// [`NotLocalDateTime`], for any other text.
    pub fn parse(text: &str) -> Result<Self, NotLocalDateTime> {
        let minutes = if text.len() == 19 { text.strip_suffix(":00").unwrap_or(text) } else { text };
        let local = NaiveDateTime::parse_from_str(minutes, FORM).map_err(|_| NotLocalDateTime)?;
        // The parser forgives missing zeros and longer years; what is stored has one form only.
        let is_in_form =
            minutes.len() == "2026-04-01T09:00".len() && local.format(FORM).to_string() == minutes;
        if is_in_form { Ok(Self(local)) } else { Err(NotLocalDateTime) }
    }

    /// What the clocks of `zone` show at `at`, to the minute; none at the far ends of time.
    pub fn shown_at(at: Timestamp, zone: Tz) -> Option<Self> {
        let instant = DateTime::<Utc>::from_timestamp_millis(at.ms())?;
        Some(Self(instant.with_timezone(&zone).naive_local()))
    }

    /// The instant at which the clocks of `zone` show this, and how it was read where they are changed.
    pub fn instant(self, zone: Tz) -> (Timestamp, Option<Shift>) {
        let ms = |instant: DateTime<Tz>| Timestamp::from_ms(instant.timestamp_millis());
        match zone.from_local_datetime(&self.0) {
            MappedLocalTime::Single(instant) => (ms(instant), None),
            MappedLocalTime::Ambiguous(one, other) => (ms(one).min(ms(other)), Some(Shift::Repeated)),
            MappedLocalTime::None => {
                let after = GapInfo::new(&self.0, &zone).and_then(|gap| gap.end);
                // Every gap of the zone tables has an end; were there none, the clock would be read as in UTC.
                let instant = after.map_or(Timestamp::from_ms(self.0.and_utc().timestamp_millis()), ms);
                (instant, Some(Shift::Skipped))
            }
        }
    }

    /// As people write it: `4 April 09:00`, with the year unless it is `usual_year`.
    pub fn in_words(self, usual_year: i32) -> String {
        let form = if self.0.year() == usual_year { "%-d %B %H:%M" } else { "%-d %B %Y %H:%M" };
        self.0.format(form).to_string()
    }

    pub fn year(self) -> i32 {
        self.0.year()
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format(FORM))
    }
}

impl std::str::FromStr for LocalDateTime {
    type Err = NotLocalDateTime;

    fn from_str(text: &str) -> Result<Self, NotLocalDateTime> {
        Self::parse(text)
    }
}

impl Serialize for LocalDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
