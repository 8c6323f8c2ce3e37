//! The rules of the clock, each by an example.
#![allow(clippy::unwrap_used)]

mod minutes;

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use minutes::hours;
use postern_domain::calendar::*;
use postern_domain::{CalendarKey, DAY_MS, HOUR_MS, MINUTE_MS, PersonId, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn compiled(calendar: &Calendar) -> CompiledCalendar {
    CompiledCalendar::new(calendar).unwrap()
}

/// Monday to Friday 09:00–17:00; Easter Monday 2026, a half Christmas Eve, a Saturday on which people work.
fn amsterdam() -> Calendar {
    let mut calendar = Calendar::standard("Europe/Amsterdam");
    calendar.holidays.push(Holiday { date: date("2026-04-06"), name: "Easter Monday".into() });
    for (day, name, text) in
        [("2026-12-24", "Christmas Eve", "09:00-12:00"), ("2026-06-13", "Stocktaking", "10:00-14:00")]
    {
        calendar.special_days.push(SpecialDay { date: date(day), name: name.into(), intervals: hours(text) });
    }
    calendar
}

/// Every day, in one zone, the same hours.
fn daily(zone: &str, text: &str) -> CompiledCalendar {
    let mut calendar = Calendar::always(zone);
    let week = &mut calendar.week;
    for day in [
        &mut week.monday,
        &mut week.tuesday,
        &mut week.wednesday,
        &mut week.thursday,
        &mut week.friday,
        &mut week.saturday,
        &mut week.sunday,
    ] {
        *day = hours(text);
    }
    compiled(&calendar)
}

fn due(calendar: &CompiledCalendar, start: &str, target: Target) -> Timestamp {
    calendar.due(at(start), target, &[]).at().unwrap()
}

fn waiting(from: &str, until: &str) -> Span {
    Span { from: at(from), until: Some(at(until)), why: PauseReason::WaitingForClient }
}

fn still_waiting(from: &str) -> Span {
    Span { from: at(from), until: None, why: PauseReason::WaitingForClient }
}

#[test]
fn an_interval_holds_its_beginning_and_not_its_end() {
    let calendar = compiled(&amsterdam());
    assert!(!calendar.is_open(at("2026-04-07T08:59:59+02:00")));
    assert!(calendar.is_open(at("2026-04-07T09:00:00+02:00")));
    assert!(calendar.is_open(at("2026-04-07T16:59:59+02:00")));
    assert!(!calendar.is_open(at("2026-04-07T17:00:00+02:00")));
}

#[test]
fn hours_are_wall_time_whatever_the_calendar_says() {
    let calendar = compiled(&amsterdam());
    let due = due(&calendar, "2026-03-28T12:00:00+01:00", Target::Hours(24));
    assert_eq!(due, at("2026-03-29T13:00:00+02:00"));
}

#[test]
fn business_minutes_pass_only_in_working_time_and_end_with_the_last_of_them() {
    let calendar = compiled(&amsterdam());
    let due = |start, minutes| due(&calendar, start, Target::BusinessMinutes(minutes));
    assert_eq!(due("2026-04-03T16:00:00+02:00", 60), at("2026-04-03T17:00:00+02:00"));
    assert_eq!(due("2026-04-03T16:00:00+02:00", 61), at("2026-04-07T09:01:00+02:00"));
}

#[test]
fn lunch_is_not_working_time() {
    let calendar = daily("Europe/Amsterdam", "13:00-17:00 09:00-12:30");
    let due = due(&calendar, "2026-04-07T12:00:00+02:00", Target::BusinessMinutes(60));
    assert_eq!(due, at("2026-04-07T13:30:00+02:00"));
}

#[test]
fn a_target_of_nothing_is_due_at_the_first_working_instant() {
    let calendar = compiled(&amsterdam());
    for target in [Target::BusinessMinutes(0), Target::BusinessDays(0)] {
        assert_eq!(due(&calendar, "2026-04-03T17:00:00+02:00", target), at("2026-04-07T09:00:00+02:00"));
        assert_eq!(due(&calendar, "2026-04-07T11:11:11+02:00", target), at("2026-04-07T11:11:11+02:00"));
    }
    assert_eq!(
        calendar.add_working_ms(at("2026-04-04T10:00:00+02:00"), 0),
        Some(at("2026-04-07T09:00:00+02:00"))
    );
}

#[test]
fn a_business_day_ends_at_the_same_time_on_the_next_working_day() {
    let calendar = compiled(&amsterdam());
    let due = |start, days| due(&calendar, start, Target::BusinessDays(days));
    assert_eq!(due("2026-04-02T10:20:00+02:00", 1), at("2026-04-03T10:20:00+02:00"));
    assert_eq!(due("2026-04-03T10:20:00+02:00", 1), at("2026-04-07T10:20:00+02:00"), "over Easter Monday");
    assert_eq!(due("2026-04-04T15:00:00+02:00", 1), at("2026-04-08T09:00:00+02:00"), "from the opening on");
    assert_eq!(due("2026-06-11T11:00:00+02:00", 2), at("2026-06-13T11:00:00+02:00"), "a working Saturday");
}

#[test]
fn a_business_day_ends_with_the_working_time_before_when_its_time_is_not_working_time() {
    let calendar = compiled(&amsterdam());
    let due = |start, days| due(&calendar, start, Target::BusinessDays(days));
    assert_eq!(due("2026-12-23T15:00:00+01:00", 1), at("2026-12-24T12:00:00+01:00"), "a half day");
    assert_eq!(due("2026-12-23T15:00:00+01:00", 2), at("2026-12-25T15:00:00+01:00"));
    assert_eq!(due("2026-12-23T12:00:00+01:00", 1), at("2026-12-24T12:00:00+01:00"));
}

#[test]
fn a_business_day_ends_at_the_opening_when_there_is_no_working_time_before() {
    let calendar = compiled(&amsterdam());
    let due = due(&calendar, "2026-06-12T09:30:00+02:00", Target::BusinessDays(1));
    assert_eq!(due, at("2026-06-13T10:00:00+02:00"));
}

#[test]
fn a_skipped_hour_has_no_working_time() {
    let calendar = daily("Europe/Amsterdam", "01:00-04:00");
    let day = (at("2026-03-29T00:00:00+01:00"), at("2026-03-30T00:00:00+02:00"));
    assert_eq!(calendar.working_ms(day.0, day.1), 2 * HOUR_MS);
    let due = due(&calendar, "2026-03-29T01:30:00+01:00", Target::BusinessMinutes(60));
    assert_eq!(due, at("2026-03-29T03:30:00+02:00"));
}

#[test]
fn a_repeated_hour_counts_twice() {
    let calendar = daily("Europe/Amsterdam", "01:00-04:00");
    let day = (at("2026-10-25T00:00:00+02:00"), at("2026-10-26T00:00:00+01:00"));
    assert_eq!(calendar.working_ms(day.0, day.1), 4 * HOUR_MS);
    let due = due(&calendar, "2026-10-25T02:30:00+02:00", Target::BusinessMinutes(60));
    assert_eq!(due, at("2026-10-25T02:30:00+01:00"));
}

#[test]
fn half_an_hour_is_repeated_on_lord_howe() {
    let calendar = daily("Australia/Lord_Howe", "01:00-03:00");
    let day = (at("2026-04-05T00:00:00+11:00"), at("2026-04-06T00:00:00+10:30"));
    assert_eq!(calendar.working_ms(day.0, day.1), 150 * MINUTE_MS);
}

#[test]
fn a_day_may_begin_an_hour_late() {
    let calendar = compiled(&Calendar::always("America/Sao_Paulo"));
    let day = (at("2018-11-04T00:00:00-03:00"), at("2018-11-05T00:00:00-02:00"));
    assert_eq!(calendar.working_ms(day.0, day.1), 23 * HOUR_MS);
    let due = due(&calendar, "2018-11-03T00:30:00-03:00", Target::BusinessDays(1));
    assert_eq!(due, at("2018-11-04T01:00:00-02:00"), "the opening, for there is no 00:30");
}

#[test]
fn a_date_that_a_zone_skips_is_no_working_day() {
    let calendar = compiled(&Calendar::standard("Pacific/Apia"));
    let due = due(&calendar, "2011-12-29T10:00:00-10:00", Target::BusinessDays(1));
    assert_eq!(due, at("2012-01-02T10:00:00+14:00"));
}

#[test]
fn a_business_day_that_ends_in_a_repeated_hour_ends_in_the_earlier() {
    let calendar = daily("Europe/Amsterdam", "01:00-04:00");
    let due = due(&calendar, "2026-10-24T02:30:00+02:00", Target::BusinessDays(1));
    assert_eq!(due, at("2026-10-25T02:30:00+02:00"));
}

#[test]
fn an_interval_may_last_to_the_end_of_the_day_and_go_on_in_the_next() {
    let calendar = daily("Asia/Kathmandu", "22:00-24:00 00:00-01:00");
    assert!(calendar.is_open(at("2026-05-04T23:59:59+05:45")));
    let due = due(&calendar, "2026-05-04T23:00:00+05:45", Target::BusinessMinutes(90));
    assert_eq!(due, at("2026-05-05T00:30:00+05:45"));
}

#[test]
fn a_leap_day_and_a_year_end_are_days_like_others() {
    let calendar = compiled(&Calendar::standard("Asia/Kathmandu"));
    let due = |start, days| due(&calendar, start, Target::BusinessDays(days));
    assert_eq!(due("2024-02-28T10:00:00+05:45", 1), at("2024-02-29T10:00:00+05:45"));
    assert_eq!(due("2024-02-28T10:00:00+05:45", 2), at("2024-03-01T10:00:00+05:45"));
    assert_eq!(due("2024-12-31T10:00:00+05:45", 1), at("2025-01-01T10:00:00+05:45"));
}

#[test]
fn nothing_is_due_beyond_the_horizon() {
    let calendar = compiled(&amsterdam());
    let start = at("2026-04-07T09:00:00+02:00");
    for target in [Target::Hours(u32::MAX), Target::BusinessMinutes(u32::MAX), Target::BusinessDays(u32::MAX)]
    {
        assert_eq!(calendar.due(start, target, &[]), Due::Beyond);
    }
    assert_eq!(calendar.add_working_ms(start, i64::MAX), None);
    assert_eq!(calendar.due(start, Target::Hours(20 * 366 * 24), &[]), Due::At(start.plus_ms(HORIZON_MS)));
}

#[test]
fn no_instant_is_too_far_away() {
    let calendar = compiled(&amsterdam());
    for end in [Timestamp(i64::MIN), Timestamp(i64::MAX)] {
        calendar.is_open(end);
        for target in [Target::Hours(1), Target::BusinessMinutes(1), Target::BusinessDays(1)] {
            let pauses = [
                Span { from: Timestamp(i64::MIN), until: Some(end), why: PauseReason::Exception },
                Span { from: end, until: None, why: PauseReason::Exception },
            ];
            calendar.due(end, target, &pauses);
            calendar.due(Timestamp(0), target, &pauses);
        }
    }
    assert!(calendar.working_ms(Timestamp(i64::MIN), Timestamp(i64::MAX)) > 0);
}

#[test]
fn paused_working_time_does_not_count_and_overlapping_pauses_pause_once() {
    let calendar = compiled(&amsterdam());
    let pauses = [
        waiting("2026-04-07T12:00:00+02:00", "2026-04-07T14:00:00+02:00"),
        waiting("2026-04-07T11:00:00+02:00", "2026-04-07T13:00:00+02:00"),
        waiting("2026-04-07T20:00:00+02:00", "2026-04-07T22:00:00+02:00"),
    ];
    let start = at("2026-04-07T10:00:00+02:00");
    let due = |target| calendar.due(start, target, &pauses);
    assert_eq!(due(Target::BusinessMinutes(7 * 60)), Due::At(at("2026-04-08T12:00:00+02:00")));
    assert_eq!(due(Target::Hours(12)), Due::At(at("2026-04-08T03:00:00+02:00")));
    assert_eq!(due(Target::BusinessDays(1)), Due::At(at("2026-04-08T13:00:00+02:00")));
}

#[test]
fn a_due_in_days_moves_again_by_what_is_paused_in_its_move() {
    let calendar = compiled(&amsterdam());
    let pauses = [
        waiting("2026-04-07T11:00:00+02:00", "2026-04-07T13:00:00+02:00"),
        waiting("2026-04-08T11:00:00+02:00", "2026-04-08T11:30:00+02:00"),
    ];
    let due = calendar.due(at("2026-04-07T10:00:00+02:00"), Target::BusinessDays(1), &pauses);
    assert_eq!(due, Due::At(at("2026-04-08T12:30:00+02:00")));
}

#[test]
fn a_due_that_falls_before_a_pause_that_goes_on_stands() {
    let calendar = compiled(&amsterdam());
    let start = at("2026-04-07T10:00:00+02:00");
    for target in [Target::Hours(2), Target::BusinessMinutes(120)] {
        let stands = calendar.due(start, target, &[still_waiting("2026-04-07T12:00:00+02:00")]);
        assert_eq!(stands, Due::At(at("2026-04-07T12:00:00+02:00")));
    }
    let day = calendar.due(start, Target::BusinessDays(1), &[still_waiting("2026-04-08T10:00:00+02:00")]);
    assert_eq!(day, Due::At(at("2026-04-08T10:00:00+02:00")));
}

#[test]
fn while_a_pause_goes_on_there_is_no_due_but_what_is_left() {
    let calendar = compiled(&amsterdam());
    let start = at("2026-04-07T10:00:00+02:00");
    let since = at("2026-04-07T11:30:00+02:00");
    let pauses = [
        still_waiting("2026-04-07T12:30:00+02:00"),
        Span { from: since, until: Some(at("2026-04-07T12:30:00+02:00")), why: PauseReason::Exception },
    ];
    let left = |minutes| Due::Paused {
        since,
        why: PauseReason::WaitingForClient,
        remaining_ms: minutes * MINUTE_MS,
    };
    assert_eq!(calendar.due(start, Target::Hours(2), &pauses), left(30));
    assert_eq!(calendar.due(start, Target::BusinessMinutes(150), &pauses), left(60));
    assert_eq!(calendar.due(start, Target::BusinessDays(1), &pauses), left(5 * 60 + 30 + 60));
}

#[test]
fn a_local_time_says_whether_it_was_skipped_or_repeated() {
    let local = |text: &str| {
        let local: NaiveDateTime = text.parse().unwrap();
        let LocalInstant { at, adjusted } = local_instant(Tz::Europe__Amsterdam, local);
        (at, adjusted)
    };
    assert_eq!(local("2026-03-29T01:59:59"), (at("2026-03-29T01:59:59+01:00"), Adjusted::None));
    assert_eq!(local("2026-03-29T02:30:00"), (at("2026-03-29T03:00:00+02:00"), Adjusted::Skipped));
    assert_eq!(local("2026-03-29T03:00:00"), (at("2026-03-29T03:00:00+02:00"), Adjusted::None));
    assert_eq!(local("2026-10-25T02:30:00"), (at("2026-10-25T02:30:00+02:00"), Adjusted::Repeated));
    assert_eq!(local("2026-10-25T03:00:00"), (at("2026-10-25T03:00:00+01:00"), Adjusted::None));
    let apia = local_instant(Tz::Pacific__Apia, "2011-12-30T12:00:00".parse().unwrap());
    assert_eq!(apia, LocalInstant { at: at("2011-12-31T00:00:00+14:00"), adjusted: Adjusted::Skipped });
}

#[test]
fn a_ledger_explains_a_due_line_by_line() {
    let calendar = compiled(&amsterdam());
    let ledger = calendar.ledger(
        at("2026-04-03T16:00:00+02:00"),
        Target::BusinessMinutes(5 * 60),
        &[waiting("2026-04-07T10:30:00+02:00", "2026-04-07T13:00:00+02:00")],
        at("2026-04-07T17:30:00+02:00"),
    );
    assert_eq!(
        ledger.lines(),
        [
            "Fri 3 Apr 2026 16:00–17:00 CEST counted 1 h",
            "Fri 3 Apr 17:00 – Sun 5 Apr 24:00 CEST closed",
            "Mon 6 Apr holiday: Easter Monday",
            "Tue 7 Apr 00:00–09:00 CEST closed",
            "Tue 7 Apr 09:00–10:30 CEST counted 1 h 30 min",
            "Tue 7 Apr 10:30–13:00 CEST paused: waiting for the client",
            "Tue 7 Apr 13:00–15:30 CEST counted 2 h 30 min",
            "Tue 7 Apr 15:30–17:00 CEST counted 1 h 30 min, after the due",
            "Tue 7 Apr 17:00–17:30 CEST closed",
            "due Tue 7 Apr 15:30 CEST",
        ]
    );
    assert_eq!(ledger.to_string(), ledger.lines().join("\n"));
    let counted: Vec<i64> = ledger.segments.iter().map(|segment| segment.counted_ms / MINUTE_MS).collect();
    assert_eq!(counted, [60, 60, 60, 60, 150, 150, 300, 390, 390]);
}

#[test]
fn whole_closed_days_go_without_times_and_a_changed_offset_is_named() {
    let mut calendar = amsterdam();
    calendar.week.friday = hours("20:00-24:00");
    calendar.holidays.push(Holiday { date: date("2026-12-28"), name: "In lieu".into() });
    let calendar = compiled(&calendar);
    let ledger =
        |start, until| calendar.ledger(at(start), Target::BusinessMinutes(0), &[], at(until)).lines();
    assert_eq!(
        ledger("2026-12-25T23:00:00+01:00", "2027-01-02T00:00:00+01:00")[..2],
        ["Fri 25 Dec 2026 23:00–24:00 CET counted 1 h, after the due", "Sat 26 Dec – Sun 27 Dec closed"]
            .map(|line| line.to_owned())
    );
    let always = compiled(&Calendar::always("Europe/Amsterdam"));
    let start = at("2026-03-29T01:00:00+01:00");
    assert_eq!(
        always.ledger(start, Target::Hours(3), &[], start).lines(),
        ["Sun 29 Mar 2026 01:00 CET–05:00 CEST counted 3 h", "due Sun 29 Mar 05:00 CEST"]
    );
}

#[test]
fn a_ledger_says_since_when_and_why_a_clock_stands_still() {
    let calendar = compiled(&amsterdam());
    let start = at("2026-04-07T10:00:00+02:00");
    let pauses = [Span { why: PauseReason::Exception, ..still_waiting("2026-04-07T11:00:00+02:00") }];
    let ledger =
        calendar.ledger(start, Target::BusinessMinutes(90), &pauses, at("2026-04-08T12:00:00+02:00"));
    assert_eq!(
        ledger.lines(),
        [
            "Tue 7 Apr 2026 10:00–11:00 CEST counted 1 h",
            "Tue 7 Apr 11:00 – Wed 8 Apr 12:00 CEST paused: exception",
            "paused since Tue 7 Apr 11:00 CEST: exception; then 30 min of working time until due",
        ]
    );
}

#[test]
fn a_calendar_says_everything_that_is_wrong_with_it() {
    let mut calendar = amsterdam();
    calendar.zone = "Europe/Atlantis".into();
    calendar.week = Week { monday: hours("17:00-09:00"), ..Week::default() };
    calendar.holidays.push(Holiday { date: date("2026-04-06"), name: "Again".into() });
    calendar.holidays.push(Holiday { date: date("2026-12-24"), name: "Also special".into() });
    let special = |text| SpecialDay { date: date("2026-07-01"), name: "S".into(), intervals: hours(text) };
    calendar.special_days.push(special("09:00-18:00 10:00-11:00 12:00-13:00"));
    calendar.special_days.push(special("09:00-12:00 12:00-24:00"));
    let of = IntervalsOf::SpecialDay(date("2026-07-01"));
    let overlap =
        |second| CalendarProblem::Overlap { of, first: hours("09:00-18:00")[0], second: hours(second)[0] };
    let expected = vec![
        CalendarProblem::UnknownZone { zone: "Europe/Atlantis".into() },
        CalendarProblem::EndsBeforeItStarts {
            of: IntervalsOf::Weekday(chrono::Weekday::Mon),
            interval: hours("17:00-09:00")[0],
        },
        CalendarProblem::NoWorkingTime {},
        CalendarProblem::HolidayTwice { date: date("2026-04-06") },
        CalendarProblem::SpecialDayTwice { date: date("2026-07-01") },
        CalendarProblem::HolidayAndSpecialDay { date: date("2026-12-24") },
        overlap("10:00-11:00"),
        overlap("12:00-13:00"),
    ];
    assert_eq!(calendar.check(), Err(expected.clone()));
    assert_eq!(CompiledCalendar::new(&calendar).unwrap_err(), expected);
    let json = serde_json::to_string(&expected).unwrap();
    assert_eq!(serde_json::from_str::<Vec<CalendarProblem>>(&json).unwrap(), expected);
    assert_eq!(expected[1].to_string(), "Mon: 17:00–09:00 ends before it starts");
}

#[test]
fn a_calendar_is_written_as_people_write_it() {
    let json = serde_json::to_value(amsterdam()).unwrap();
    assert_eq!(json["week"]["monday"], serde_json::json!([{"from": "09:00", "until": "17:00"}]));
    assert_eq!(json["holidays"][0]["date"], "2026-04-06");
    assert_eq!(serde_json::from_value::<Calendar>(json).unwrap(), amsterdam());
    assert_eq!(
        serde_json::to_value(Target::BusinessDays(2)).unwrap(),
        serde_json::json!({"business_days": 2})
    );
    for text in ["24:00", "00:00", "23:59"] {
        assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), text);
    }
    for text in ["24:01", "9:00", "12:60", "25:00", "12:0", "+1:00", "", "12:00:00", "é2:00"] {
        assert_eq!(text.parse::<TimeOfDay>(), Err(NotATimeOfDay(text.into())));
    }
}

#[test]
fn a_step_takes_the_calendar_of_its_person_then_its_group_then_its_journey_then_the_default() {
    let named = |key: &str| {
        let mut calendar = amsterdam();
        calendar.key = key.into();
        compiled(&calendar)
    };
    let mut calendars = Calendars::default();
    for key in ["person", "group", "journey"] {
        calendars.put(named(key));
    }
    let (ann, bob, legal) = (PersonId::from("ann"), PersonId::from("bob"), Some("legal"));
    let journey = CalendarKey::from("journey");
    let unknown = CalendarKey::from("unknown");
    calendars.give_person(ann.clone(), "person".into());
    calendars.give_person(bob.clone(), unknown.clone());
    calendars.give_group("legal", "group".into());
    let step = |person, group, journey| calendars.for_step(person, group, journey).key().as_str();
    assert_eq!(step(Some(&ann), legal, Some(&journey)), "person");
    assert_eq!(step(Some(&bob), legal, Some(&journey)), "group");
    assert_eq!(step(None, Some("sales"), Some(&journey)), "journey");
    assert_eq!(step(None, None, Some(&unknown)), "standard");
    assert_eq!(calendars.default_calendar().zone(), Tz::UTC);

    calendars.put(named("standard"));
    assert_eq!(calendars.for_step(None, None, None).zone(), Tz::Europe__Amsterdam);
    assert_eq!(
        calendars.for_step(None, None, None).working_ms(Timestamp(0), Timestamp(7 * DAY_MS)),
        40 * HOUR_MS
    );
}
