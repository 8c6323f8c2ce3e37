//! A time zone as pieces of constant offset, and instants from times that people wrote without a zone.

use crate::time::{DAY_MS, HOUR_MS, Timestamp};
use chrono::{DateTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// 1970-01-01 and 2101-01-01 in UTC.
const FIRST_MS: i64 = 0;
const LAST_MS: i64 = 4_133_980_800_000;
/// No zone is further from UTC than this.
const WIDEST_OFFSET_MS: i64 = 16 * HOUR_MS;

/// Time from `from` until `until` (milliseconds, half-open), in which local time is UTC plus `offset`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub from: i64,
    pub until: i64,
    pub offset: i64,
}

impl Piece {
    pub fn local_from(self) -> i64 {
        self.from.saturating_add(self.offset)
    }

    pub fn local_until(self) -> i64 {
        self.until.saturating_add(self.offset)
    }
}

/// The pieces of one zone, in order, without gap: the first begins and the last ends beyond all time.
#[derive(Debug)]
pub(super) struct Zone {
    starts: Vec<i64>,
    offsets: Vec<i64>,
}

impl Zone {
    /// The pieces of `tz`, worked out once in a process: that takes some milliseconds.
    pub fn of(tz: Tz) -> &'static Self {
        static ZONES: [OnceLock<Zone>; TZ_VARIANTS.len()] = [const { OnceLock::new() }; TZ_VARIANTS.len()];
        ZONES[tz as usize].get_or_init(|| Self::sampled(tz))
    }

    fn sampled(tz: Tz) -> Self {
        let mut zone = Self { starts: vec![i64::MIN], offsets: vec![offset_ms(tz, FIRST_MS)] };
        let mut offset = zone.offsets[0];
        let mut day = FIRST_MS;
        while day < LAST_MS {
            let next = day + DAY_MS;
            let then = offset_ms(tz, next);
            if then != offset {
                let (mut before, mut after) = (day, next);
                while after - before > 1 {
                    let middle = before + (after - before) / 2;
                    if offset_ms(tz, middle) == offset {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                zone.starts.push(after);
                zone.offsets.push(then);
                offset = then;
            }
            day = next;
        }
        zone
    }

    /// The piece that `at` lies in.
    pub fn piece_at(&self, at: i64) -> Piece {
        self.piece(self.index_at(at))
    }

    fn index_at(&self, at: i64) -> usize {
        self.starts.partition_point(|&start| start <= at).saturating_sub(1)
    }

    fn piece(&self, index: usize) -> Piece {
        Piece {
            from: self.starts[index],
            until: self.starts.get(index + 1).copied().unwrap_or(i64::MAX),
            offset: self.offsets[index],
        }
    }

    /// From the piece that `at` lies in to the last.
    pub fn pieces_from(&self, at: i64) -> impl Iterator<Item = Piece> + '_ {
        (self.index_at(at)..self.starts.len()).map(|index| self.piece(index))
    }

    /// The pieces in which local times between `from` and `until` (half-open) occur, each cut down to them.
    pub fn pieces_of_local(&self, from: i64, until: i64) -> impl Iterator<Item = Piece> + '_ {
        self.pieces_from(from.saturating_sub(WIDEST_OFFSET_MS))
            .take_while(move |piece| piece.from < until.saturating_add(WIDEST_OFFSET_MS))
            .map(move |piece| Piece {
                from: piece.from.max(from.saturating_sub(piece.offset)),
                until: piece.until.min(until.saturating_sub(piece.offset)),
                offset: piece.offset,
            })
            .filter(|piece| piece.from < piece.until)
    }
}

fn offset_ms(tz: Tz, at: i64) -> i64 {
    let utc = DateTime::from_timestamp_millis(at).unwrap_or_default().naive_utc();
    i64::from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1000
}

/// The instant that somebody meant by a local time without an offset, and what had to be decided to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct LocalInstant {
    pub at: Timestamp,
    pub adjusted: Adjusted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "LocalAdjusted")]
pub enum Adjusted {
    /// The time occurs exactly once.
    None,
    /// Clocks were put forward over it: the first instant after the gap.
    Skipped,
    /// Clocks were put back over it, so that it occurs twice: the earlier of the two.
    Repeated,
}

/// The instant of a local time in `zone`; fractions of a millisecond are cut off.
pub fn local_instant(zone: Tz, local: NaiveDateTime) -> LocalInstant {
    let (at, adjusted) = Zone::of(zone).instant(local.and_utc().timestamp_millis());
    LocalInstant { at: Timestamp(at), adjusted }
}

impl Zone {
    /// See [`local_instant`]; `local` in milliseconds since 1970-01-01T00:00 local time.
    pub fn instant(&self, local: i64) -> (i64, Adjusted) {
        let mut found = self.pieces_of_local(local, local.saturating_add(1));
        match (found.next(), found.next()) {
            (Some(first), None) => (first.from, Adjusted::None),
            (Some(first), Some(_)) => (first.from, Adjusted::Repeated),
            (None, _) => {
                let mut later = self.pieces_from(local.saturating_sub(WIDEST_OFFSET_MS));
                let after = later.find(|piece| piece.local_from() > local);
                (after.map_or(local, |piece| piece.from), Adjusted::Skipped)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_every_zone_agree_with_the_zone() {
        // A step that meets every season and hour of the day over the years.
        const STEP_MS: i64 = 1_009 * HOUR_MS + 7 * 60_000;
        for tz in TZ_VARIANTS {
            let zone = Zone::of(tz);
            let mut at = FIRST_MS;
            while at < 2_300_000_000_000 {
                assert_eq!(zone.piece_at(at).offset, offset_ms(tz, at), "{tz} at {at}");
                at += STEP_MS;
            }
        }
    }

    #[test]
    fn a_piece_begins_in_the_millisecond_in_which_the_offset_changes() {
        for tz in [Tz::Europe__Amsterdam, Tz::Australia__Lord_Howe, Tz::Pacific__Apia, Tz::Africa__Casablanca]
        {
            let zone = Zone::of(tz);
            assert!(zone.starts.len() > 20);
            for index in 1..zone.starts.len() {
                let start = zone.starts[index];
                assert_eq!(offset_ms(tz, start), zone.offsets[index]);
                assert_eq!(offset_ms(tz, start - 1), zone.offsets[index - 1]);
            }
        }
    }

    #[test]
    fn no_offset_changes_after_the_last_year_that_is_known() {
        for tz in [Tz::Europe__Amsterdam, Tz::America__New_York, Tz::Africa__Casablanca] {
            for month in 0..120 {
                let at = LAST_MS + month * 30 * DAY_MS;
                assert_eq!(offset_ms(tz, at), offset_ms(tz, LAST_MS), "{tz}");
            }
        }
    }
}
