//! Holidays from an iCalendar file: its all-day events, those that come every year too.

use chrono::{NaiveDate, TimeDelta};
use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime, Event, EventLike as _};
use postern_domain::calendar::Holiday;
use std::collections::BTreeMap;

/// The longest event that is taken for a holiday, in days.
const LONGEST_DAYS: i64 = 31;
const MOST_RECURRENCES: u16 = 400;

/// What a file says of the days from `from` to `until`, both included.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// In the order of their dates; one for each date.
    pub holidays: Vec<Holiday>,
    /// Events that are no holidays, and why.
    pub left_out: Vec<String>,
}

/// # Errors
/// A sentence, when the file is no iCalendar file.
pub fn read(text: &str, from: NaiveDate, until: NaiveDate) -> Result<Read, String> {
    if !text.contains("BEGIN:VCALENDAR") {
        return Err("it is no iCalendar file: BEGIN:VCALENDAR is missing".to_owned());
    }
    let calendar: Calendar = text.parse().map_err(|error: String| format!("it is damaged: {error}"))?;
    let mut dates: BTreeMap<NaiveDate, String> = BTreeMap::new();
    let mut left_out = Vec::new();
    for component in calendar.components {
        let CalendarComponent::Event(event) = component else { continue };
        let name = event.get_summary().unwrap_or("Holiday").trim().to_owned();
        match days(&event, from, until) {
            Ok(days) => {
                for day in days.into_iter().filter(|day| (from..=until).contains(day)) {
                    dates.entry(day).or_insert_with(|| name.clone());
                }
            }
            Err(why) => left_out.push(format!("{name}: {why}")),
        }
    }
    let holidays = dates.into_iter().map(|(date, name)| Holiday { date, name }).collect();
    Ok(Read { holidays, left_out })
}

fn days(event: &Event, from: NaiveDate, until: NaiveDate) -> Result<Vec<NaiveDate>, String> {
    let start = match event.get_start() {
        Some(DatePerhapsTime::Date(date)) => date,
        Some(DatePerhapsTime::DateTime(_)) => return Err("it does not last all day".to_owned()),
        None => return Err("it has no date".to_owned()),
    };
    let length = match event.get_end() {
        Some(DatePerhapsTime::Date(end)) => end.signed_duration_since(start).num_days().max(1),
        _ => 1,
    };
    if length > LONGEST_DAYS {
        return Err(format!("it lasts {length} days"));
    }
    let starts = match event.property_value("RRULE") {
        None => vec![start],
        Some(_) => recurrences(event, from, until)?,
    };
    let each =
        |start: NaiveDate| (0..length).filter_map(move |day| start.checked_add_signed(TimeDelta::days(day)));
    Ok(starts.into_iter().flat_map(each).collect())
}

fn recurrences(event: &Event, from: NaiveDate, until: NaiveDate) -> Result<Vec<NaiveDate>, String> {
    let unclear = |error: &dyn std::fmt::Display| format!("its recurrence cannot be read: {error}");
    let rule = event.get_recurrence().map_err(|error| unclear(&error))?;
    let bound = |date: NaiveDate, days: i64| {
        let day = date.checked_add_signed(TimeDelta::days(days)).unwrap_or(date);
        day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc().with_timezone(&rrule::Tz::UTC)
    };
    let found = rule.after(bound(from, -LONGEST_DAYS)).before(bound(until, 1)).all(MOST_RECURRENCES);
    Ok(found.dates.into_iter().map(|at| at.date_naive()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{events}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n{lines}END:VEVENT\r\n")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn read_2026(events: &str) -> Read {
        read(&file(events), day("2026-01-01"), day("2027-12-31")).unwrap()
    }

    #[test]
    fn all_day_events_are_holidays_each_day_of_them() {
        let events =
            event("SUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\n");
        let read = read_2026(&events);
        let dates: Vec<String> = read.holidays.iter().map(|holiday| holiday.date.to_string()).collect();
        assert_eq!(dates, ["2026-12-25", "2026-12-26"]);
        assert_eq!(read.holidays[0].name, "Christmas");
    }

    #[test]
    fn what_comes_every_year_comes_in_every_year_asked_for() {
        let events = event("SUMMARY:Labour Day\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\n");
        let dates: Vec<String> =
            read_2026(&events).holidays.iter().map(|holiday| holiday.date.to_string()).collect();
        assert_eq!(dates, ["2026-05-01", "2027-05-01"]);
    }

    #[test]
    fn what_is_no_holiday_is_said() {
        let events = event("SUMMARY:Stand-up\r\nDTSTART:20260105T090000Z\r\nDTEND:20260105T091500Z\r\n")
            + &event("SUMMARY:Someday\r\n");
        let read = read_2026(&events);
        assert_eq!(read.holidays, []);
        assert_eq!(read.left_out, ["Stand-up: it does not last all day", "Someday: it has no date"]);
    }

    #[test]
    fn another_file_is_refused_in_words() {
        let refused = read("<html>", day("2026-01-01"), day("2026-12-31")).unwrap_err();
        assert!(refused.contains("no iCalendar file"), "{refused}");
    }
}
