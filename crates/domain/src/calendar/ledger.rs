//! A due time explained: what every stretch of time between start and due was.

use super::compiled::{CompiledCalendar, bounded};
use super::days::day_and_time;
use super::due::{Due, PauseReason, Span, Target, next_pause, pause_at};
use crate::ids::CalendarKey;
use crate::time::{DAY_MS, Timestamp};
use serde::{Deserialize, Serialize};

/// How a due time came about. Its segments tile the time from `start` to `due` (or to the moment that was asked for,
/// when that is later, or when there is no due) without gap or overlap. [`Ledger::lines`] says it in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Ledger {
    pub calendar: CalendarKey,
    pub calendar_version: u32,
    /// The IANA name of the calendar's zone.
    pub zone: String,
    pub target: Target,
    pub start: Timestamp,
    pub due: Due,
    pub segments: Vec<Segment>,
}

/// One stretch of time, half-open. Two that touch differ in `what`, or the due lies between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, rename = "LedgerSegment")]
pub struct Segment {
    pub from: Timestamp,
    pub until: Timestamp,
    pub what: What,
    /// Milliseconds that counted from the ledger's start to this segment's end.
    #[ts(type = "number")]
    pub counted_ms: i64,
}

/// Where several are true, the first of them is said: paused, holiday, closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "LedgerWhat")]
pub enum What {
    /// Wall time for a target in hours, else working time. After the due it counts on.
    Counted,
    Paused {
        why: PauseReason,
    },
    Closed,
    /// The whole local date, as far as it is not paused.
    Holiday {
        name: String,
    },
}

impl Segment {
    /// Milliseconds of wall time.
    pub fn length_ms(&self) -> i64 {
        self.until.since(self.from)
    }
}

impl CompiledCalendar {
    /// Explains [`CompiledCalendar::due`] for the same start, target and pauses, and what happened until `until`.
    pub fn ledger(&self, start: Timestamp, target: Target, pauses: &[Span], until: Timestamp) -> Ledger {
        let due = self.due(start, target, pauses);
        let begin = bounded(start);
        let due_at = due.at().map_or(begin, Timestamp::ms);
        let end = bounded(until).max(due_at);
        let mut segments: Vec<Segment> = Vec::new();
        let (mut at, mut counted) = (begin, 0);
        while at < end {
            let (what, change) = match pause_at(at, pauses) {
                Some(pause) => (What::Paused { why: pause.why }, pause.until.map_or(i64::MAX, Timestamp::ms)),
                None => {
                    let (what, change) = match target {
                        Target::Hours(_) => (What::Counted, i64::MAX),
                        Target::BusinessMinutes(_) | Target::BusinessDays(_) => self.scheduled(at),
                    };
                    (what, change.min(next_pause(at, pauses).unwrap_or(i64::MAX)))
                }
            };
            let mut until = change.min(end);
            if at < due_at {
                until = until.min(due_at);
            }
            if what == What::Counted {
                counted += until - at;
            }
            match segments.last_mut() {
                Some(last) if last.what == what && at != due_at => {
                    last.until = Timestamp(until);
                    last.counted_ms = counted;
                }
                _ => segments.push(Segment {
                    from: Timestamp(at),
                    until: Timestamp(until),
                    what,
                    counted_ms: counted,
                }),
            }
            at = until;
        }
        Ledger {
            calendar: self.key().clone(),
            calendar_version: self.version(),
            zone: self.zone().name().to_owned(),
            target,
            start,
            due,
            segments,
        }
    }

    /// What the calendar says of an instant, and until when at least it says that.
    fn scheduled(&self, at: i64) -> (What, i64) {
        let piece = self.zone.piece_at(at);
        let (day, time) = day_and_time(at + piece.offset);
        let holiday = self.days.exception(day).and_then(|exception| exception.holiday.as_ref());
        let (what, change) = match (holiday, self.days.plan(day).open_after(time)) {
            (Some(name), _) => (What::Holiday { name: name.clone() }, DAY_MS),
            (None, Some(open)) if open.from <= time => (What::Counted, open.until),
            (None, Some(open)) => (What::Closed, open.from),
            (None, None) => (What::Closed, DAY_MS),
        };
        (what, (at - time + change).min(piece.until))
    }
}
