//! Working time on the local timeline, where every day has twenty-four hours: no zone, no instants.
//!
//! Local times are milliseconds since 1970-01-01T00:00 on the wall clock, days are numbered from that date. Working
//! time is counted from one fixed Monday, so that the time between two moments is a subtraction.

use super::definition::Calendar;
use super::week::Interval;
use crate::time::DAY_MS;
use chrono::{Datelike, NaiveDate};

/// 1970-01-01 was a Thursday: this many days after the Monday that counting starts from.
const MONDAY: i64 = 3;
const EPOCH_FROM_CE: i64 = 719_163;

/// The intervals of one day in order, and the working time in them.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    opens: Vec<Open>,
    pub total: i64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub from: i64,
    pub until: i64,
    /// Working time of the day before `from`.
    before: i64,
}

impl Plan {
    fn new(intervals: &[Interval]) -> Self {
        let mut sorted = intervals.to_vec();
        sorted.sort_unstable();
        let mut total = 0;
        let opens = sorted
            .iter()
            .map(|interval| {
                let open = Open { from: interval.from.ms(), until: interval.until.ms(), before: total };
                total += open.until - open.from;
                open
            })
            .collect();
        Self { opens, total }
    }

    /// Working time from midnight to `time`.
    fn worked(&self, time: i64) -> i64 {
        self.opens
            .iter()
            .rfind(|open| open.from < time)
            .map_or(0, |open| open.before + (time.min(open.until) - open.from))
    }

    /// The earliest time by which `worked` milliseconds are over; `worked` from 1 to `total`.
    fn reach(&self, worked: i64) -> i64 {
        self.opens
            .iter()
            .rfind(|open| open.before < worked)
            .map_or(DAY_MS, |open| open.from + (worked - open.before))
    }

    /// The first interval that ends after `time`.
    pub fn open_after(&self, time: i64) -> Option<Open> {
        self.opens.iter().find(|open| open.until > time).copied()
    }
}

/// A date that differs from its weekday.
#[derive(Clone, Debug)]
pub(super) struct Exception {
    day: i64,
    pub plan: Plan,
    /// Working time before that day.
    before: i64,
    /// The name of a holiday; a special day has none here.
    pub holiday: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Days {
    week: [Plan; 7],
    /// Working time of a week before each weekday.
    before: [i64; 7],
    total: i64,
    exceptions: Vec<Exception>,
}

impl Days {
    /// Of a calendar that was checked.
    pub fn new(calendar: &Calendar) -> Self {
        let week = calendar.week.days().map(|(_, intervals)| Plan::new(intervals));
        let mut total = 0;
        let before = std::array::from_fn(|day| {
            let so_far = total;
            total += week[day].total;
            so_far
        });
        let holidays = calendar.holidays.iter().map(|holiday| (holiday.date, None, Some(&holiday.name)));
        let special = calendar.special_days.iter().map(|day| (day.date, Some(&day.intervals), None));
        let mut exceptions: Vec<Exception> = holidays
            .chain(special)
            .map(|(date, intervals, name)| Exception {
                day: day_of(date),
                plan: Plan::new(intervals.map_or(&[], Vec::as_slice)),
                before: 0,
                holiday: name.cloned(),
            })
            .collect();
        exceptions.sort_by_key(|exception| exception.day);
        let mut days = Self { week, before, total, exceptions: Vec::with_capacity(exceptions.len()) };
        for mut exception in exceptions {
            exception.before = days.worked_before(exception.day);
            days.exceptions.push(exception);
        }
        days
    }

    /// Working time of ordinary weeks before `day`.
    fn ordinary(&self, day: i64) -> i64 {
        let (week, weekday) = week_and_day(day);
        week * self.total + self.before[weekday]
    }

    fn worked_before(&self, day: i64) -> i64 {
        let next = self.exceptions.partition_point(|exception| exception.day < day);
        match next.checked_sub(1).map(|last| &self.exceptions[last]) {
            Some(last) => last.before + last.plan.total + self.ordinary(day) - self.ordinary(last.day + 1),
            None => self.ordinary(day),
        }
    }

    pub fn exception(&self, day: i64) -> Option<&Exception> {
        let at = self.exceptions.binary_search_by_key(&day, |exception| exception.day).ok()?;
        Some(&self.exceptions[at])
    }

    pub fn plan(&self, day: i64) -> &Plan {
        match self.exception(day) {
            Some(exception) => &exception.plan,
            None => &self.week[week_and_day(day).1],
        }
    }

    /// Working time from the fixed Monday to a local time; negative before it.
    pub fn worked(&self, local: i64) -> i64 {
        let (day, time) = day_and_time(local);
        self.worked_before(day) + self.plan(day).worked(time)
    }

    /// The earliest local time at which `worked` returns this much.
    pub fn reach(&self, worked: i64) -> i64 {
        let next = self.exceptions.partition_point(|exception| exception.before < worked);
        let mut ordinary = worked;
        if let Some(last) = next.checked_sub(1).map(|last| &self.exceptions[last]) {
            let rest = worked - last.before;
            if rest <= last.plan.total {
                return last.day * DAY_MS + last.plan.reach(rest);
            }
            ordinary = self.ordinary(last.day + 1) + rest - last.plan.total;
        }
        let week = (ordinary - 1).div_euclid(self.total.max(1));
        let rest = ordinary - week * self.total;
        let weekday = self.before.iter().rposition(|&before| before < rest).unwrap_or(0);
        let day = week * 7 + weekday as i64 - MONDAY;
        day * DAY_MS + self.week[weekday].reach(rest - self.before[weekday])
    }
}

fn week_and_day(day: i64) -> (i64, usize) {
    let days = day + MONDAY;
    (days.div_euclid(7), days.rem_euclid(7) as usize)
}

pub(super) fn day_and_time(local: i64) -> (i64, i64) {
    (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS))
}

pub(super) fn day_of(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - EPOCH_FROM_CE
}
