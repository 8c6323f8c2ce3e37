//! Reading an iCalendar file: its all-day events, those that come every year too.

use chrono::{NaiveDate, TimeDelta};
use icalendar::{Calendar, CalendarComponent, Component as _, DatePerhapsTime, Event};
use postern_domain::calendar::Holiday;
use rrule::RRuleSet;
use std::collections::{BTreeMap, BTreeSet};

/// The longest event that is taken for a holiday, in days.
const LONGEST_DAYS: i64 = 31;
const MOST_RECURRENCES: u16 = 400;

/// What a file says of the days from `from` to `until`, both included.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What the file calls itself.
    pub called: Option<String>,
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
    let called = calendar.get_name().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let events: Vec<Event> = calendar
        .components
        .into_iter()
        .filter_map(|component| match component {
            CalendarComponent::Event(event) => Some(event),
            _ => None,
        })
        .collect();
    // An occurrence that stands as an event of its own takes the place of the one in its series.
    let replaced: BTreeSet<(&str, NaiveDate)> = events
        .iter()
        .filter_map(|event| Some((event.get_uid()?, event.get_recurrence_id()?.date_naive())))
        .collect();
    let mut dates: BTreeMap<NaiveDate, String> = BTreeMap::new();
    let mut left_out = Vec::new();
    for event in &events {
        let name = event.get_summary().unwrap_or("Holiday").trim().to_owned();
        match days(event, &replaced, from, until) {
            Ok(days) => {
                for day in days.into_iter().filter(|day| (from..=until).contains(day)) {
                    dates.entry(day).or_insert_with(|| name.clone());
                }
            }
            Err(why) => left_out.push(format!("{name}: {why}")),
        }
    }
    let holidays = dates.into_iter().map(|(date, name)| Holiday { date, name }).collect();
    Ok(Read { called, holidays, left_out })
}

fn days(
    event: &Event,
    replaced: &BTreeSet<(&str, NaiveDate)>,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<NaiveDate>, String> {
    if event.property_value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("cancelled")) {
        return Err("it is called off".to_owned());
    }
    let start = match event.get_start() {
        Some(DatePerhapsTime::Date(date)) => date,
        Some(DatePerhapsTime::DateTime(_)) => return Err("it does not last all day".to_owned()),
        None => return Err("it has no date".to_owned()),
    };
    let length = length(event, start)?;
    if length > LONGEST_DAYS {
        return Err(format!("it lasts {length} days"));
    }
    let mut starts: BTreeSet<NaiveDate> = match event.property_value("RRULE") {
        None => BTreeSet::from([start]),
        Some(rule) => recurrences(start, rule, from, until)?.into_iter().collect(),
    };
    starts.extend(listed(event, "RDATE")?);
    for excepted in listed(event, "EXDATE")? {
        starts.remove(&excepted);
    }
    if let Some(uid) = event.get_uid().filter(|_| event.get_recurrence_id().is_none()) {
        starts.retain(|start| !replaced.contains(&(uid, *start)));
    }
    let each =
        |start: NaiveDate| (0..length).filter_map(move |day| start.checked_add_signed(TimeDelta::days(day)));
    Ok(starts.into_iter().flat_map(each).collect())
}

/// In days. An end is the first day after; without end and duration it is one day.
fn length(event: &Event, start: NaiveDate) -> Result<i64, String> {
    match (event.get_end(), event.property_value("DURATION")) {
        (Some(DatePerhapsTime::Date(end)), _) => match end.signed_duration_since(start).num_days() {
            days if days < 0 => Err("it ends before it begins".to_owned()),
            // Some programs write the last day itself.
            days => Ok(days.max(1)),
        },
        (Some(DatePerhapsTime::DateTime(_)), _) => Err("its end is no date".to_owned()),
        (None, Some(duration)) => whole_days(duration)
            .filter(|days| *days > 0)
            .ok_or_else(|| format!("its duration {duration} is no number of whole days")),
        (None, None) if event.property_value("DTEND").is_some() => Err("its end cannot be read".to_owned()),
        (None, None) => Ok(1),
    }
}

/// Of a duration such as `P1D`, `P2W` or `PT48H`.
fn whole_days(duration: &str) -> Option<i64> {
    let text = duration.trim();
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?;
    let (days, time) = text.split_once('T').unwrap_or((text, ""));
    let seconds = amount(days, &[('W', 604_800), ('D', 86_400)])?
        .checked_add(amount(time, &[('H', 3_600), ('M', 60), ('S', 1)])?)?;
    (seconds % 86_400 == 0).then_some(seconds / 86_400)
}

/// The sum of numbers, each followed by its unit.
fn amount(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut sum, mut digits) = (0_i64, String::new());
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let (_, seconds) = units.iter().find(|(unit, _)| *unit == letter)?;
        sum = sum.checked_add(digits.parse::<i64>().ok()?.checked_mul(*seconds)?)?;
        digits.clear();
    }
    digits.is_empty().then_some(sum)
}

/// The dates of a property that may stand several times, with several values each.
fn listed(event: &Event, property: &str) -> Result<Vec<NaiveDate>, String> {
    let all = event.multi_properties().get(property).into_iter().flatten();
    all.flat_map(|property| property.value().split(','))
        .map(|value| {
            let digits = value.trim().get(..8).unwrap_or_default();
            NaiveDate::parse_from_str(digits, "%Y%m%d")
                .map_err(|_| format!("its {property} {value} is no date"))
        })
        .collect()
}

/// The first days of a series. Days have no zone: all of it is reckoned in one.
fn recurrences(
    start: NaiveDate,
    rule: &str,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<NaiveDate>, String> {
    let part = |part: &str| match part.split_once('=') {
        // The last day itself, as a date or as an instant, which has to be of the same zone.
        Some((key, last)) if key.eq_ignore_ascii_case("until") => {
            format!("UNTIL={}T000000Z", last.get(..8).unwrap_or(last))
        }
        _ => part.to_owned(),
    };
    let rule: Vec<String> = rule.split(';').map(part).collect();
    let written = format!("DTSTART:{}T000000Z\nRRULE:{}", start.format("%Y%m%d"), rule.join(";"));
    let set: RRuleSet = written.parse().map_err(|error| format!("its recurrence cannot be read: {error}"))?;
    let bound = |date: NaiveDate, days: i64| {
        let day = date.checked_add_signed(TimeDelta::days(days)).unwrap_or(date);
        day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc().with_timezone(&rrule::Tz::UTC)
    };
    let found = set.after(bound(from, -LONGEST_DAYS)).before(bound(until, 1)).all(MOST_RECURRENCES);
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

    fn dates(events: &str) -> Vec<String> {
        read_2026(events).holidays.iter().map(|holiday| holiday.date.to_string()).collect()
    }

    #[test]
    fn what_is_excepted_from_a_series_is_no_holiday() {
        let series = "SUMMARY:Outing\r\nDTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\n";
        assert_eq!(dates(&event(&format!("{series}EXDATE;VALUE=DATE:20260501\r\n"))), ["2027-05-01"]);
        let both = "EXDATE;VALUE=DATE:20240501,20260501\r\nEXDATE:20270501T000000Z\r\n";
        assert_eq!(dates(&event(&format!("{series}{both}"))), Vec::<String>::new());
    }

    #[test]
    fn what_is_added_to_a_series_is_a_holiday_too() {
        let events =
            event("SUMMARY:Outing\r\nDTSTART;VALUE=DATE:20260501\r\nRDATE;VALUE=DATE:20260703,20270702\r\n");
        assert_eq!(dates(&events), ["2026-05-01", "2026-07-03", "2027-07-02"]);
    }

    #[test]
    fn a_series_ends_with_its_last_day_whichever_way_that_is_written() {
        for until in ["20261225", "20261225T000000Z", "20261225T225959Z"] {
            let events = event(&format!(
                "SUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20251225\r\nRRULE:FREQ=YEARLY;UNTIL={until}\r\n"
            ));
            assert_eq!(dates(&events), ["2026-12-25"], "{until}");
        }
    }

    #[test]
    fn a_duration_says_how_many_days_it_lasts() {
        for (duration, last) in
            [("P1D", "2026-12-24"), ("P3D", "2026-12-26"), ("P1W", "2026-12-30"), ("PT48H", "2026-12-25")]
        {
            let events =
                event(&format!("SUMMARY:Closed\r\nDTSTART;VALUE=DATE:20261224\r\nDURATION:{duration}\r\n"));
            assert_eq!(dates(&events).last().map(String::as_str), Some(last), "{duration}");
        }
    }

    #[test]
    fn an_end_is_the_first_day_after_and_a_day_that_ends_as_it_begins_is_one_day() {
        let until = |end: &str| {
            event(&format!("SUMMARY:Closed\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:{end}\r\n"))
        };
        assert_eq!(dates(&until("20261225")), ["2026-12-24"]);
        assert_eq!(dates(&until("20261224")), ["2026-12-24"]);
        assert_eq!(dates(&until("20261226")), ["2026-12-24", "2026-12-25"]);
        let two_days_each = "SUMMARY:Turn of the year\r\nDTSTART;VALUE=DATE:20251231\r\n\
                             DTEND;VALUE=DATE:20260102\r\nRRULE:FREQ=YEARLY\r\n";
        assert_eq!(dates(&event(two_days_each)), ["2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31"]);
    }

    #[test]
    fn an_occurrence_that_was_moved_or_called_off_is_not_where_the_series_has_it() {
        let series = "SUMMARY:King's day\r\nDTSTART;VALUE=DATE:20240427\r\nRRULE:FREQ=YEARLY\r\n";
        let moved =
            "SUMMARY:King's day\r\nRECURRENCE-ID;VALUE=DATE:20260427\r\nDTSTART;VALUE=DATE:20260426\r\n";
        assert_eq!(dates(&(event(series) + &event(moved))), ["2026-04-26", "2027-04-27"]);
        let off = "SUMMARY:King's day\r\nRECURRENCE-ID;VALUE=DATE:20260427\r\nDTSTART;VALUE=DATE:20260427\r\n\
                   STATUS:CANCELLED\r\n";
        assert_eq!(dates(&(event(series) + &event(off))), ["2027-04-27"]);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_not_guessed() {
        let start = "SUMMARY:Odd\r\nDTSTART;VALUE=DATE:20261224\r\n";
        for (lines, said) in [
            ("DTEND;VALUE=DATE:20261220\r\n", "it ends before it begins"),
            ("DTEND:20261224T120000Z\r\n", "its end is no date"),
            ("DURATION:PT5H\r\n", "its duration PT5H is no number of whole days"),
            ("DURATION:soon\r\n", "its duration soon is no number of whole days"),
            ("DTEND;VALUE=DATE:20270601\r\n", "it lasts 159 days"),
            ("EXDATE;VALUE=DATE:someday\r\n", "its EXDATE someday is no date"),
        ] {
            let read = read_2026(&event(&format!("{start}{lines}")));
            assert_eq!(read.left_out, [format!("Odd: {said}")], "{lines}");
            assert_eq!(read.holidays, []);
        }
    }

    #[test]
    fn a_file_may_say_what_it_is_called() {
        let text = file(&event("SUMMARY:A\r\nDTSTART;VALUE=DATE:20261224\r\n"));
        let named = text.replace("VERSION:2.0\r\n", "VERSION:2.0\r\nX-WR-CALNAME:Dutch holidays\r\n");
        let read = read(&named, day("2026-01-01"), day("2026-12-31")).unwrap();
        assert_eq!(read.called.as_deref(), Some("Dutch holidays"));
    }
}
