//! The slow truth: every minute of some weeks, asked one by one whether its local time lies in an interval.
#![allow(dead_code)]

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use postern_domain::calendar::*;
use postern_domain::{MINUTE_MS, Timestamp};
use proptest::prelude::*;

/// Dates at which zones do odd things, and some at which calendars do.
pub const PLACES: [(&str, &str); 14] = [
    ("Europe/Amsterdam", "2026-03-29"),
    ("Europe/Amsterdam", "2026-10-25"),
    ("Europe/Amsterdam", "2025-12-31"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Kathmandu", "2024-02-29"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("Pacific/Apia", "2011-12-30"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/St_Johns", "2010-11-07"),
];

pub const WINDOW_DAYS: i64 = 18;
pub const WINDOW: i64 = WINDOW_DAYS * 24 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute {
    pub date: NaiveDate,
    pub of_day: u32,
    pub open: bool,
}

#[derive(Clone, Debug)]
pub struct World {
    pub calendar: Calendar,
    pub begin: Timestamp,
}

impl World {
    pub fn compiled(&self) -> CompiledCalendar {
        CompiledCalendar::new(&self.calendar).unwrap()
    }

    pub fn at(&self, minute: i64) -> Timestamp {
        self.begin.plus_ms(minute * MINUTE_MS)
    }

    pub fn minute_of(&self, at: Timestamp) -> i64 {
        assert_eq!(at.since(self.begin) % MINUTE_MS, 0, "{at} is not on the minute");
        at.since(self.begin) / MINUTE_MS
    }

    pub fn minutes(&self) -> Vec<Minute> {
        let zone: Tz = self.calendar.zone.parse().unwrap();
        (0..WINDOW)
            .map(|minute| {
                let utc = DateTime::from_timestamp_millis(self.at(minute).ms()).unwrap().naive_utc();
                let local = zone.from_utc_datetime(&utc).naive_local();
                let of_day = local.hour() * 60 + local.minute();
                let open = self.intervals(local.date()).iter().any(|interval| {
                    u32::from(interval.from.minutes()) <= of_day
                        && of_day < u32::from(interval.until.minutes())
                });
                Minute { date: local.date(), of_day, open }
            })
            .collect()
    }

    fn intervals(&self, date: NaiveDate) -> &[Interval] {
        if self.calendar.holidays.iter().any(|holiday| holiday.date == date) {
            return &[];
        }
        if let Some(day) = self.calendar.special_days.iter().find(|day| day.date == date) {
            return &day.intervals;
        }
        let week = &self.calendar.week;
        match date.weekday() {
            Weekday::Mon => &week.monday,
            Weekday::Tue => &week.tuesday,
            Weekday::Wed => &week.wednesday,
            Weekday::Thu => &week.thursday,
            Weekday::Fri => &week.friday,
            Weekday::Sat => &week.saturday,
            Weekday::Sun => &week.sunday,
        }
    }
}

/// `"09:00-12:00 13:00-17:00"`; nothing for a closed day.
pub fn hours(text: &str) -> Vec<Interval> {
    text.split_whitespace()
        .map(|interval| {
            let (from, until) = interval.split_once('-').unwrap();
            Interval { from: from.parse().unwrap(), until: until.parse().unwrap() }
        })
        .collect()
}

fn day() -> impl Strategy<Value = Vec<Interval>> {
    prop::sample::select(vec![
        "",
        "",
        "09:00-17:00",
        "09:00-17:00",
        "08:30-12:00 13:00-17:15",
        "00:00-24:00",
        "02:20-05:00 01:00-02:10",
        "22:00-24:00",
        "00:00-03:00",
        "23:30-24:00",
        "02:15-02:45",
        "00:00-00:30 23:15-24:00",
    ])
    .prop_map(hours)
}

pub fn world() -> impl Strategy<Value = World> {
    let dates = prop::collection::btree_map(0..WINDOW_DAYS, prop::option::weighted(0.5, day()), 0..4);
    (prop::sample::select(&PLACES[..]), prop::array::uniform7(day()), dates).prop_map(
        |((zone, date), week, dates)| {
            let first = date.parse::<NaiveDate>().unwrap() - chrono::Days::new(5);
            let [monday, tuesday, mut wednesday, thursday, friday, saturday, sunday] = week;
            if wednesday.is_empty() {
                wednesday = hours("10:00-11:30");
            }
            let mut calendar = Calendar::standard(zone);
            calendar.week = Week { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
            for (offset, intervals) in dates {
                let date = first + chrono::Days::new(offset.try_into().unwrap());
                match intervals {
                    None => calendar.holidays.push(Holiday { date, name: format!("Holiday {offset}") }),
                    Some(intervals) => {
                        calendar.special_days.push(SpecialDay { date, name: "Special".into(), intervals });
                    }
                }
            }
            let begin = Timestamp(first.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis());
            World { calendar, begin }
        },
    )
}

/// A pause from a minute of the window for so many minutes; `None` goes on.
pub type Pause = (i64, Option<i64>);

pub fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    let closed = (0..WINDOW, (0..3000_i64).prop_map(Some));
    let any = (0..WINDOW, prop::option::weighted(0.8, 0..3000_i64));
    prop_oneof![
        1 => Just(vec![]),
        3 => prop::collection::vec(closed, 1..5),
        2 => prop::collection::vec(any, 1..5),
    ]
}

pub fn spans(world: &World, pauses: &[Pause]) -> Vec<Span> {
    pauses
        .iter()
        .map(|&(from, length)| Span {
            from: world.at(from),
            until: length.map(|length| world.at(from + length)),
            why: PauseReason::WaitingForClient,
        })
        .collect()
}

pub fn paused(pauses: &[Pause], minute: i64) -> bool {
    pauses.iter().any(|&(from, length)| from <= minute && length.is_none_or(|length| minute < from + length))
}
