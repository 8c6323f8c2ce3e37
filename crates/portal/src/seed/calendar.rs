//! When people work, and when clients hand over.

use super::dice::Dice;
use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;
use postern_domain::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};

/// Working hours begin at half past eight, local time.
const MORNING_MS: i64 = 8 * HOUR_MS + 30 * MINUTE_MS;
/// And end at six.
const EVENING_MS: i64 = 18 * HOUR_MS;

/// What share of a day's hand-overs comes in each hour from eight on, local time: a late morning and an afternoon peak.
const BY_HOUR: [u32; 11] = [5, 10, 13, 12, 6, 7, 12, 12, 10, 6, 2];
const FIRST_HOUR: i64 = 8;
/// What share of a week's hand-overs comes on each day, Monday first.
const BY_WEEKDAY: [f64; 7] = [1.15, 1.2, 1.1, 1.05, 0.8, 0.03, 0.02];

/// Milliseconds that local time is ahead of UTC.
pub fn offset_ms(zone: Tz, at: Timestamp) -> i64 {
    let utc = DateTime::from_timestamp_millis(at.ms()).unwrap_or_default().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000
}

/// Days since 1970-01-01, a Thursday; Monday is 0.
fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The instant itself if it lies in working hours; else some time on the next working morning.
pub fn working(at: Timestamp, zone: Tz, dice: &mut Dice) -> Timestamp {
    let offset = offset_ms(zone, at);
    let local = at.ms() + offset;
    let (mut day, time) = (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS));
    if weekday(day) < 5 && (MORNING_MS..EVENING_MS).contains(&time) {
        return at;
    }
    if time >= EVENING_MS {
        day += 1;
    }
    while weekday(day) >= 5 {
        day += 1;
    }
    Timestamp(day * DAY_MS + MORNING_MS + dice.first_hours_ms() - offset)
}

/// A moment of `day` (days since 1970, local) at which a client in `zone` hands something over.
pub fn moment(day: i64, zone: Tz, dice: &mut Dice) -> Timestamp {
    let hour = FIRST_HOUR + dice.weighted(BY_HOUR.iter().copied()) as i64;
    let local = day * DAY_MS + hour * HOUR_MS + dice.between(0, HOUR_MS / 1_000 - 1) * 1_000;
    Timestamp(local - offset_ms(zone, Timestamp(local)))
}

/// How many items come on which day; the days are in order and the counts add up to what was asked for.
pub struct Rhythm {
    pub days: Vec<(i64, usize)>,
}

impl Rhythm {
    /// `items` hand-overs in the `days` days up to `now`: more of them year by year, with weeks and seasons, and a
    /// busy time in the last three weeks.
    pub fn new(items: usize, days: i64, now: Timestamp, home: Tz, dice: &mut Dice) -> Self {
        let local = now.ms() + offset_ms(home, now);
        let today = local.div_euclid(DAY_MS);
        let weights: Vec<f64> = (0..days)
            .map(|index| {
                let day = today - days + 1 + index;
                let growth = 0.75 + 0.5 * index as f64 / days as f64;
                let season = if days - index <= 21 { 1.35 } else { 1.0 };
                let mood = 0.85 + 0.3 * dice.unit();
                let so_far = if day == today { passed(local.rem_euclid(DAY_MS)) } else { 1.0 };
                BY_WEEKDAY[weekday(day) as usize] * growth * season * mood * so_far
            })
            .collect();
        let total: f64 = weights.iter().sum();
        let (mut sum, mut given) = (0.0, 0);
        let days = weights
            .iter()
            .enumerate()
            .map(|(index, weight)| {
                sum += weight;
                let last = index + 1 == weights.len();
                let upto =
                    if last { items } else { ((items as f64 * sum / total).round() as usize).min(items) };
                let count = upto - given;
                given = upto;
                (today - weights.len() as i64 + 1 + index as i64, count)
            })
            .collect();
        Self { days }
    }
}

/// What share of a day's hand-overs has come by this time of the day.
fn passed(time_ms: i64) -> f64 {
    let by_hour = |(hour, weight): (usize, &u32)| {
        let started = time_ms - (FIRST_HOUR + hour as i64) * HOUR_MS;
        f64::from(*weight) * (started as f64 / HOUR_MS as f64).clamp(0.0, 1.0)
    };
    BY_HOUR.iter().enumerate().map(by_hour).sum::<f64>() / f64::from(BY_HOUR.iter().sum::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRIDAY_EVENING: Timestamp = Timestamp(1_750_442_400_000); // 2025-06-20 18:00 UTC

    #[test]
    fn nobody_works_at_night_or_at_the_weekend() {
        let zone = chrono_tz::Europe::Amsterdam;
        for stream in 0..50 {
            let mut dice = Dice::new(1, stream);
            let at = working(FRIDAY_EVENING, zone, &mut dice);
            let local = at.ms() + offset_ms(zone, at);
            assert_eq!(weekday(local.div_euclid(DAY_MS)), 0, "on Monday");
            assert!((MORNING_MS..EVENING_MS).contains(&local.rem_euclid(DAY_MS)));
        }
    }

    #[test]
    fn the_counts_of_all_days_add_up() {
        for items in [0, 1, 7, 2_000, 123_456] {
            let mut dice = Dice::new(3, 0);
            let rhythm = Rhythm::new(items, 182, FRIDAY_EVENING, chrono_tz::Europe::Amsterdam, &mut dice);
            assert_eq!(rhythm.days.iter().map(|(_, count)| count).sum::<usize>(), items);
        }
    }

    #[test]
    fn weekends_are_quiet() {
        let mut dice = Dice::new(3, 0);
        let rhythm = Rhythm::new(20_000, 182, FRIDAY_EVENING, chrono_tz::Europe::Amsterdam, &mut dice);
        let weekend: usize =
            rhythm.days.iter().filter(|(day, _)| weekday(*day) >= 5).map(|(_, count)| count).sum();
        assert!(weekend < 400, "{weekend}");
    }
}
