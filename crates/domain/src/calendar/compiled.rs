//! Working time between instants: the local timeline, piece by piece of constant offset.

use super::check::CalendarProblem;
use super::days::{Days, day_and_time};
use super::definition::Calendar;
use super::zone::{Adjusted, Zone};
use crate::ids::CalendarKey;
use crate::time::{DAY_MS, Timestamp};
use chrono_tz::Tz;

/// Nothing is due later than this after its start: twenty years, in milliseconds.
pub const HORIZON_MS: i64 = 20 * 366 * DAY_MS;

/// Instants further away than this are taken to be here, so that no sum overflows.
const EDGE_MS: i64 = i64::MAX / 8;

/// A calendar that passed its check, in the form that computes. All times are milliseconds.
#[derive(Clone, Debug)]
pub struct CompiledCalendar {
    key: CalendarKey,
    version: u32,
    tz: Tz,
    pub(super) zone: &'static Zone,
    pub(super) days: Days,
}

impl CompiledCalendar {
    /// Every problem of the calendar, when it has any. The first calendar of a zone in a process costs some
    /// milliseconds.
    pub fn new(calendar: &Calendar) -> Result<Self, Vec<CalendarProblem>> {
        Ok(Self::compile(calendar, calendar.checked_zone()?))
    }

    /// Of a calendar that is sound by construction.
    pub(super) fn compile(calendar: &Calendar, tz: Tz) -> Self {
        Self {
            key: calendar.key.clone(),
            version: calendar.version,
            tz,
            zone: Zone::of(tz),
            days: Days::new(calendar),
        }
    }

    pub fn key(&self) -> &CalendarKey {
        &self.key
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub fn zone(&self) -> Tz {
        self.tz
    }

    /// Whether the instant is working time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.open(bounded(at))
    }

    /// Milliseconds of working time from `from` (inclusive) to `until` (exclusive); 0 when `until` is the earlier one.
    pub fn working_ms(&self, from: Timestamp, until: Timestamp) -> i64 {
        self.worked(bounded(from), bounded(until))
    }

    /// The earliest instant by which `ms` of working time have passed since `start`; for 0 or less, the first working
    /// instant at or after `start`. `None` when that is more than [`HORIZON_MS`] after `start`.
    pub fn add_working_ms(&self, start: Timestamp, ms: i64) -> Option<Timestamp> {
        let start = bounded(start);
        let reached = match ms {
            ..=0 => self.first_open(start, start + HORIZON_MS),
            _ => self.after(start, ms, start + HORIZON_MS),
        };
        reached.map(Timestamp)
    }

    pub(super) fn open(&self, at: i64) -> bool {
        let (day, time) = day_and_time(at + self.zone.piece_at(at).offset);
        self.days.plan(day).open_after(time).is_some_and(|open| open.from <= time)
    }

    pub(super) fn worked(&self, from: i64, until: i64) -> i64 {
        if from >= until {
            return 0;
        }
        self.zone
            .pieces_from(from)
            .take_while(|piece| piece.from < until)
            .map(|piece| {
                let (from, until) = (piece.from.max(from), piece.until.min(until));
                self.days.worked(until + piece.offset) - self.days.worked(from + piece.offset)
            })
            .sum()
    }

    /// The earliest instant by which `ms` (at least 1) of working time have passed since `start`, if not after `limit`.
    pub(super) fn after(&self, start: i64, ms: i64, limit: i64) -> Option<i64> {
        let mut left = ms;
        for piece in self.zone.pieces_from(start).take_while(|piece| piece.from <= limit) {
            let from = self.days.worked(piece.from.max(start) + piece.offset);
            // Looking one day past the limit keeps the sums small where the last piece never ends.
            let here = self.days.worked(piece.until.min(limit + DAY_MS) + piece.offset) - from;
            if left <= here {
                let reached = self.days.reach(from + left) - piece.offset;
                return (reached <= limit).then_some(reached);
            }
            left -= here;
        }
        None
    }

    /// The first working instant at or after `start`, if before `limit`: where its first millisecond begins.
    pub(super) fn first_open(&self, start: i64, limit: i64) -> Option<i64> {
        self.after(start, 1, limit).map(|end| end - 1)
    }

    pub(super) fn local(&self, at: i64) -> i64 {
        at + self.zone.piece_at(at).offset
    }

    /// The due on the `n`-th working day after the local day of `first`, which is a working instant; `n` at least 1.
    pub(super) fn nth_day(&self, first: i64, n: u32, limit: i64) -> Option<i64> {
        let (mut day, time) = day_and_time(self.local(first));
        let last = limit.div_euclid(DAY_MS) + 1;
        let mut left = n;
        let mut piece = self.zone.piece_at(first);
        while left > 0 {
            day += 1;
            if day > last {
                return None;
            }
            if self.days.plan(day).total == 0 {
                continue;
            }
            // A day without a change of offset has all its intervals; months pass between the others.
            let midnight = day * DAY_MS;
            if piece.local_from() <= midnight && midnight + DAY_MS <= piece.local_until() {
                left -= 1;
            } else {
                left -= u32::from(self.has_working_time(day));
                piece = self.zone.piece_at(midnight - piece.offset);
            }
        }
        Some(self.on_day(day, time)).filter(|&due| due <= limit)
    }

    /// Whether the date has working time. One that the zone skips, as Apia skipped 30 December 2011, has none.
    fn has_working_time(&self, day: i64) -> bool {
        let midnight = day * DAY_MS;
        self.zone
            .pieces_of_local(midnight, midnight + DAY_MS)
            .any(|piece| self.days.worked(piece.local_from()) < self.days.worked(piece.local_until()))
    }

    /// On a working day: at `time`; when that is not working time, where the day's last working time before it ends;
    /// when there is none before it, where the day's first begins.
    fn on_day(&self, day: i64, time: i64) -> i64 {
        let midnight = day * DAY_MS;
        let (at, adjusted) = self.zone.instant(midnight + time);
        if adjusted != Adjusted::Skipped && self.open(at) {
            return at;
        }
        let mut opening = None;
        let mut closing = None;
        for piece in self.zone.pieces_of_local(midnight, midnight + DAY_MS) {
            let from = self.days.worked(piece.local_from());
            if from < self.days.worked(piece.local_until()) {
                opening = opening.or(Some(self.days.reach(from + 1) - 1 - piece.offset));
            }
            let until = self.days.worked(piece.until.min(at) + piece.offset);
            if piece.from < at && from < until {
                closing = Some(self.days.reach(until) - piece.offset);
            }
        }
        closing.or(opening).unwrap_or(at)
    }
}

pub(super) fn bounded(at: Timestamp) -> i64 {
    at.ms().clamp(-EDGE_MS, EDGE_MS)
}
