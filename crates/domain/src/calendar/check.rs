//! What is wrong with a calendar, before anything is computed with it.

use super::definition::Calendar;
use super::week::Interval;
use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Whose intervals a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum IntervalsOf {
    /// Written `Mon` to `Sun`.
    Weekday(#[ts(as = "String")] Weekday),
    SpecialDay(#[ts(as = "String")] NaiveDate),
}

impl fmt::Display for IntervalsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekday(day) => day.fmt(f),
            Self::SpecialDay(date) => write!(f, "the special day {date}"),
        }
    }
}

/// One reason why a calendar cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CalendarProblem {
    #[error("the calendar has no key")]
    KeyMissing {},
    #[error("the calendar has no name")]
    NameMissing {},
    #[error("there is no time zone {zone:?}")]
    UnknownZone { zone: String },
    /// Also an interval without length.
    #[error("{of}: {interval} ends before it starts")]
    EndsBeforeItStarts { of: IntervalsOf, interval: Interval },
    #[error("{of}: {first} and {second} overlap")]
    Overlap { of: IntervalsOf, first: Interval, second: Interval },
    /// Special days alone do not help: they end one day, and a due time must be reachable after that.
    #[error("no weekday has working time")]
    NoWorkingTime {},
    #[error("{date} is a holiday twice")]
    HolidayTwice {
        #[ts(as = "String")]
        date: NaiveDate,
    },
    #[error("{date} is a special day twice")]
    SpecialDayTwice {
        #[ts(as = "String")]
        date: NaiveDate,
    },
    #[error("{date} is a holiday and a special day")]
    HolidayAndSpecialDay {
        #[ts(as = "String")]
        date: NaiveDate,
    },
}

impl Calendar {
    /// Every problem of the calendar, in the order of its parts; `Ok` when it can be compiled.
    pub fn check(&self) -> Result<(), Vec<CalendarProblem>> {
        self.checked_zone().map(|_| ())
    }

    pub(super) fn checked_zone(&self) -> Result<Tz, Vec<CalendarProblem>> {
        let mut problems = Vec::new();
        if self.key.as_str().trim().is_empty() {
            problems.push(CalendarProblem::KeyMissing {});
        }
        if self.name.trim().is_empty() {
            problems.push(CalendarProblem::NameMissing {});
        }
        let zone = self.zone.parse::<Tz>();
        if zone.is_err() {
            problems.push(CalendarProblem::UnknownZone { zone: self.zone.clone() });
        }
        for (day, intervals) in self.week.days() {
            check_intervals(IntervalsOf::Weekday(day), intervals, &mut problems);
        }
        let has_length = |interval: &Interval| interval.from < interval.until;
        if !self.week.days().iter().any(|(_, intervals)| intervals.iter().any(has_length)) {
            problems.push(CalendarProblem::NoWorkingTime {});
        }
        self.check_dates(&mut problems);
        for special in &self.special_days {
            check_intervals(IntervalsOf::SpecialDay(special.date), &special.intervals, &mut problems);
        }
        match zone {
            Ok(zone) if problems.is_empty() => Ok(zone),
            _ => Err(problems),
        }
    }

    fn check_dates(&self, problems: &mut Vec<CalendarProblem>) {
        let mut times: BTreeMap<NaiveDate, (u32, u32)> = BTreeMap::new();
        for holiday in &self.holidays {
            times.entry(holiday.date).or_default().0 += 1;
        }
        for special in &self.special_days {
            times.entry(special.date).or_default().1 += 1;
        }
        for (date, (holidays, special_days)) in times {
            if holidays > 1 {
                problems.push(CalendarProblem::HolidayTwice { date });
            }
            if special_days > 1 {
                problems.push(CalendarProblem::SpecialDayTwice { date });
            }
            if holidays > 0 && special_days > 0 {
                problems.push(CalendarProblem::HolidayAndSpecialDay { date });
            }
        }
    }
}

fn check_intervals(of: IntervalsOf, intervals: &[Interval], problems: &mut Vec<CalendarProblem>) {
    let mut sound = Vec::with_capacity(intervals.len());
    for &interval in intervals {
        if interval.from < interval.until {
            sound.push(interval);
        } else {
            problems.push(CalendarProblem::EndsBeforeItStarts { of, interval });
        }
    }
    sound.sort_unstable();
    // Against the one that ends last so far: a long interval may overlap more than its neighbour.
    let mut longest: Option<Interval> = None;
    for second in sound {
        match longest {
            Some(first) if second.from < first.until => {
                problems.push(CalendarProblem::Overlap { of, first, second });
                if second.until > first.until {
                    longest = Some(second);
                }
            }
            _ => longest = Some(second),
        }
    }
}
