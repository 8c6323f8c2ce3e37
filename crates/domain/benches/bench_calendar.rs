//! How fast due times are: the median of one due per kind of target, and 100,000 of them, beside the least that each
//! asks of chrono-tz in the same run: its start in local time, and its due from local time.
//! `cargo bench -p postern-domain --bench bench_calendar`.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate, TimeZone};
use chrono_tz::Tz;
use postern_domain::calendar::*;
use postern_domain::{HOUR_MS, MINUTE_MS, Timestamp};
use std::hint::black_box;
use std::time::{Duration, Instant};

const CLOCKS: usize = 100_000;
const ROUNDS: usize = 2_001;
/// Calls per measurement, so that reading the clock does not count.
const CALLS: usize = 50;

fn main() {
    let begun = Instant::now();
    let calendar = CompiledCalendar::new(&office()).unwrap();
    println!("compiling the first calendar of a zone: {:.2?}", begun.elapsed());
    let begun = Instant::now();
    black_box(CompiledCalendar::new(&office()).unwrap());
    println!("compiling the next: {:.2?}\n", begun.elapsed());

    let starts: Vec<Timestamp> = (0..CLOCKS).map(start).collect();
    let floor_one = median(&starts, |start| floor(calendar.zone(), start));
    let floor_all = all(&starts, |start| floor(calendar.zone(), start));
    println!("{:<44}{:>9}{:>7}{:>13}{:>7}", "", "median", "ratio", "100,000", "ratio");
    let row = |name: &str, one: f64, many: Duration| {
        println!(
            "{name:<44}{one:>6.0} ns{:>7.2}{:>10.2} ms{:>7.2}",
            one / floor_one,
            many.as_secs_f64() * 1000.0,
            many.as_secs_f64() / floor_all.as_secs_f64()
        );
    };
    row("floor: two local-time conversions", floor_one, floor_all);
    let targets = [
        Target::Hours(72),
        Target::BusinessMinutes(8 * 60),
        Target::BusinessMinutes(500 * 60),
        Target::BusinessDays(5),
        Target::BusinessDays(60),
    ];
    for (pauses, count) in [("no pause", 0), ("three pauses", 3)] {
        for target in targets {
            let due = |start: Timestamp| {
                let spans = pauses_after(start);
                calendar.due(start, target, &spans[..count]).at().map_or(0, Timestamp::ms)
            };
            row(&format!("{target:?}, {pauses}"), median(&starts, due), all(&starts, due));
        }
    }
    let ledger = |start: Timestamp| {
        let spans = pauses_after(start);
        let ledger = calendar.ledger(start, Target::BusinessDays(5), &spans, start);
        ledger.segments.len() as i64
    };
    row("ledger of BusinessDays(5), three pauses", median(&starts, ledger), all(&starts, ledger));
}

/// Lunch, a half day, and ten holidays a year for twenty years.
fn office() -> Calendar {
    let mut calendar = Calendar::standard("Europe/Amsterdam");
    let interval =
        |from: &str, until: &str| Interval { from: from.parse().unwrap(), until: until.parse().unwrap() };
    let day = vec![interval("09:00", "12:30"), interval("13:00", "17:30")];
    calendar.week.monday = day.clone();
    calendar.week.tuesday = day.clone();
    calendar.week.wednesday = day.clone();
    calendar.week.thursday = day;
    for year in 2020..2040 {
        for (month, day) in
            [(1, 1), (4, 6), (4, 27), (5, 5), (5, 14), (5, 25), (8, 15), (12, 25), (12, 26), (12, 31)]
        {
            let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            calendar.holidays.push(Holiday { date, name: "Holiday".to_owned() });
        }
        let date = NaiveDate::from_ymd_opt(year, 12, 24).unwrap();
        let intervals = vec![interval("09:00", "12:00")];
        calendar.special_days.push(SpecialDay { date, name: "Christmas Eve".to_owned(), intervals });
    }
    calendar
}

/// Spread over two years, the same in every run.
fn start(number: usize) -> Timestamp {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    Timestamp(1_760_000_000_000 + i64::try_from(mixed % (2 * 365 * 24 * 60)).unwrap() * MINUTE_MS)
}

fn pauses_after(start: Timestamp) -> [Span; 3] {
    [
        (5, 9, PauseReason::WaitingForClient),
        (30, 80, PauseReason::WaitingForClient),
        (70, 95, PauseReason::Exception),
    ]
    .map(|(from, until, why)| Span {
        from: start.plus_ms(from * HOUR_MS),
        until: Some(start.plus_ms(until * HOUR_MS)),
        why,
    })
}

fn floor(zone: Tz, start: Timestamp) -> i64 {
    let utc = DateTime::from_timestamp_millis(start.ms()).unwrap().naive_utc();
    let local = zone.from_utc_datetime(&utc).naive_local();
    let due = local + chrono::Days::new(1);
    zone.from_local_datetime(&due).earliest().map_or(0, |due| due.timestamp_millis())
}

/// Nanoseconds of one call.
fn median(starts: &[Timestamp], once: impl Fn(Timestamp) -> i64) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|round| {
            let begun = Instant::now();
            for call in 0..CALLS {
                black_box(once(black_box(starts[(round * CALLS + call) % starts.len()])));
            }
            begun.elapsed().as_secs_f64() * 1e9 / CALLS as f64
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn all(starts: &[Timestamp], once: impl Fn(Timestamp) -> i64) -> Duration {
    let begun = Instant::now();
    for &start in starts {
        black_box(once(black_box(start)));
    }
    begun.elapsed()
}
