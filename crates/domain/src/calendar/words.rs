//! A ledger in words, one line per segment, in the calendar's local time.

use super::due::{Due, PauseReason, Target};
use super::ledger::{Ledger, Segment, What};
use crate::time::{HOUR_MS, MINUTE_MS, Timestamp};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One line of a ledger: a stretch of time, or, last, the due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LedgerLine {
    /// In the calendar's local time. Empty where no instant can be told.
    pub when: String,
    pub said: String,
    /// The stretch of time as data; none for the line of the due.
    pub segment: Option<Segment>,
}

impl fmt::Display for LedgerLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.segment, self.when.as_str()) {
            (_, "") => f.write_str(&self.said),
            (Some(_), when) => write!(f, "{when} {}", self.said),
            (None, when) => write!(f, "{} {when}", self.said),
        }
    }
}

impl Ledger {
    /// Each line in words.
    pub fn lines(&self) -> Vec<String> {
        self.told().iter().map(ToString::to_string).collect()
    }

    /// One line per segment, then one for the due. A date bears its year where it differs from the line before.
    pub fn told(&self) -> Vec<LedgerLine> {
        let zone = self.zone.parse().unwrap_or(Tz::UTC);
        let mut year = None;
        let mut before = 0;
        let mut lines = Vec::with_capacity(self.segments.len() + 1);
        for segment in &self.segments {
            let counted = segment.counted_ms - before;
            before = segment.counted_ms;
            lines.push(LedgerLine {
                when: when(zone, segment, &mut year),
                said: self.what(segment, counted),
                segment: Some(segment.clone()),
            });
        }
        let (when, said) = self.due_in_words(zone, &mut year);
        lines.push(LedgerLine { when, said, segment: None });
        lines
    }

    fn due_in_words(&self, zone: Tz, year: &mut Option<i32>) -> (String, String) {
        match self.due {
            Due::At(at) => {
                let at = Moment::starting(zone, at);
                (format!("{} {} {}", at.date(year), at.time(), at.zone), "due".to_owned())
            }
            Due::Paused { since, why, remaining_ms } => {
                let since = Moment::starting(zone, since);
                let time = if matches!(self.target, Target::Hours(_)) { "" } else { " of working time" };
                let said = format!(
                    "paused since {} {} {}: {}; then {}{time} until due",
                    since.date(year),
                    since.time(),
                    since.zone,
                    reason(why),
                    duration(remaining_ms)
                );
                (String::new(), said)
            }
            Due::Beyond => (String::new(), "due in more than twenty years".to_owned()),
        }
    }

    fn what(&self, segment: &Segment, counted: i64) -> String {
        let late = self.due.at().is_some_and(|due| segment.from >= due);
        match &segment.what {
            What::Counted if late => format!("counted {}, after the due", duration(counted)),
            What::Counted => format!("counted {}", duration(counted)),
            What::Paused { why } => format!("paused: {}", reason(*why)),
            What::Closed => "closed".to_owned(),
            What::Holiday { name } => format!("holiday: {name}"),
        }
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

fn reason(why: PauseReason) -> &'static str {
    match why {
        PauseReason::WaitingForClient => "waiting for the client",
        PauseReason::Exception => "exception",
    }
}

/// Whole days go without times, and without a zone.
fn when(zone: Tz, segment: &Segment, year: &mut Option<i32>) -> String {
    let (from, until) = (Moment::starting(zone, segment.from), Moment::ending(zone, segment.until));
    let one_day = from.date == until.date;
    if from.time == Some(NaiveTime::MIN) && until.time.is_none() {
        let first = from.date(year);
        return if one_day { first } else { format!("{first} – {}", until.date(year)) };
    }
    match (one_day, from.zone == until.zone) {
        (true, true) => format!("{} {}–{} {}", from.date(year), from.time(), until.time(), until.zone),
        (true, false) => {
            format!("{} {} {}–{} {}", from.date(year), from.time(), from.zone, until.time(), until.zone)
        }
        (false, same) => {
            let zone = if same { String::new() } else { format!(" {}", from.zone) };
            let from = format!("{} {}{zone}", from.date(year), from.time());
            format!("{from} – {} {} {}", until.date(year), until.time(), until.zone)
        }
    }
}

/// A date, a time on it (`None` is 24:00), and the zone's abbreviation then.
struct Moment {
    date: NaiveDate,
    time: Option<NaiveTime>,
    zone: String,
}

impl Moment {
    fn starting(zone: Tz, at: Timestamp) -> Self {
        let local = local(zone, at);
        Self { date: local.date_naive(), time: Some(local.time()), zone: local.format("%Z").to_string() }
    }

    /// By the day and the offset that were in force just before: midnight is the end of the day that it ends.
    fn ending(zone: Tz, at: Timestamp) -> Self {
        let last = local(zone, at.plus_ms(-1));
        let (time, days) = last.time().overflowing_add_signed(TimeDelta::milliseconds(1));
        Self {
            date: last.date_naive(),
            time: (days == 0).then_some(time),
            zone: last.format("%Z").to_string(),
        }
    }

    fn date(&self, year: &mut Option<i32>) -> String {
        let known = year.replace(self.date.year()) == Some(self.date.year());
        self.date.format(if known { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()
    }

    fn time(&self) -> String {
        match self.time {
            None => "24:00".to_owned(),
            Some(time) if time.second() == 0 => time.format("%H:%M").to_string(),
            Some(time) => time.format("%H:%M:%S").to_string(),
        }
    }
}

fn local(zone: Tz, at: Timestamp) -> DateTime<Tz> {
    zone.from_utc_datetime(&DateTime::from_timestamp_millis(at.ms()).unwrap_or_default().naive_utc())
}

/// Hours, minutes and seconds, without those that are zero.
fn duration(ms: i64) -> String {
    let parts = [
        (ms / HOUR_MS, "h"),
        (ms % HOUR_MS / MINUTE_MS, "min"),
        (ms % MINUTE_MS / 1000, "s"),
        (ms % 1000, "ms"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if said.is_empty() { "0 min".to_owned() } else { said.join(" ") }
}
