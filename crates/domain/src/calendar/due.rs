//! When something is due: targets, and the pauses that stop their clock.

use super::compiled::{CompiledCalendar, HORIZON_MS, bounded};
use crate::ids::CalendarKey;
use crate::time::{HOUR_MS, MINUTE_MS, Timestamp};
use serde::{Deserialize, Serialize};

/// How long something may take.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "DueTarget")]
pub enum Target {
    /// Hours of wall time, whatever the calendar says.
    Hours(u32),
    /// Minutes of working time. 0 is the first working instant.
    BusinessMinutes(u32),
    /// From the local time of the first working instant to the same time on the n-th working day after it: at the end
    /// of the working time before, when that is not working time there, or at the opening, when there is none before.
    /// 0 is the first working instant.
    BusinessDays(u32),
}

/// Why a clock stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PauseReason {
    WaitingForClient,
    Exception,
}

/// A pause, half-open. Without `until` it still goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, rename = "PauseSpan")]
pub struct Span {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    pub why: PauseReason,
}

/// The answer to "when is it due?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Due {
    At(Timestamp),
    /// A pause that still goes on keeps the due open.
    Paused {
        /// From when on the clock has stood still without a break, not before the start.
        since: Timestamp,
        /// Why, of the pause that still goes on.
        why: PauseReason,
        /// What is left once the clock runs again: milliseconds of wall time for `hours`, else of working time.
        #[ts(type = "number")]
        remaining_ms: i64,
    },
    /// Not within [`HORIZON_MS`] of the start.
    Beyond,
}

impl Due {
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Paused { .. } | Self::Beyond => None,
        }
    }
}

/// What a review carries to have its due time computed again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, rename = "DueClock")]
pub struct Clock {
    pub calendar: CalendarKey,
    pub calendar_version: u32,
    pub target: Target,
    pub started_at: Timestamp,
}

impl Clock {
    /// By any calendar: the caller chooses the one that `calendar` and `calendar_version` name, or its successor.
    pub fn due(&self, calendar: &CompiledCalendar, pauses: &[Span]) -> Due {
        calendar.due(self.started_at, self.target, pauses)
    }
}

#[derive(Clone, Copy)]
enum Pace {
    Wall,
    Working,
}

impl CompiledCalendar {
    /// When what started at `start` is due. Pauses may overlap and come in any order.
    ///
    /// Paused time does not count towards hours and business minutes. A due in business days moves by the working time
    /// that was paused between the start and the due, again and again until none is left. While a pause goes on there
    /// is a due only where it does not fall after the pause's beginning.
    pub fn due(&self, start: Timestamp, target: Target, pauses: &[Span]) -> Due {
        let start = bounded(start);
        let limit = start + HORIZON_MS;
        match target {
            Target::Hours(hours) => {
                self.count(Pace::Wall, start, start, i64::from(hours) * HOUR_MS, limit, pauses)
            }
            Target::BusinessMinutes(minutes) => {
                self.count(Pace::Working, start, start, i64::from(minutes) * MINUTE_MS, limit, pauses)
            }
            Target::BusinessDays(0) => self.count(Pace::Working, start, start, 0, limit, pauses),
            Target::BusinessDays(days) => self.due_in_days(start, days, limit, pauses),
        }
    }

    fn due_in_days(&self, start: i64, days: u32, limit: i64, pauses: &[Span]) -> Due {
        let due = self.first_open(start, limit).and_then(|first| self.nth_day(first, days, limit));
        let Some(due) = due else { return Due::Beyond };
        let paused = self.paused(start, due, pauses);
        match standstill(start, pauses) {
            Some(standstill) if standstill.open_from < due => standstill.due(paused),
            _ if paused == 0 => Due::At(Timestamp(due)),
            // To let as much unpaused working time pass as was paused before is the same as to move by what was
            // paused, then by what was paused in that move, and so on.
            _ => self.count(Pace::Working, start, due, paused, limit, pauses),
        }
    }

    /// Lets `ms` of unpaused time pass from `from`. For 0, the first instant at which unpaused time goes on.
    fn count(&self, pace: Pace, start: i64, from: i64, ms: i64, limit: i64, pauses: &[Span]) -> Due {
        // The end of one millisecond, less that millisecond, is where time goes on.
        let mut left = ms.max(1);
        let excess = left - ms;
        let mut at = from;
        loop {
            match running_from(at, pauses) {
                Some(running) => at = running,
                None => {
                    let remaining_ms = left - excess;
                    return standstill(start, pauses).map_or(Due::Beyond, |still| still.due(remaining_ms));
                }
            }
            let reached = match pace {
                Pace::Wall => at.checked_add(left).filter(|&reached| reached <= limit),
                Pace::Working if at > limit => None,
                Pace::Working => self.after(at, left, limit),
            };
            match (reached, next_pause(at, pauses)) {
                (reached, Some(next)) if next <= limit && reached.is_none_or(|reached| reached > next) => {
                    left -= match pace {
                        Pace::Wall => next - at,
                        Pace::Working => self.worked(at, next),
                    };
                    at = next;
                }
                (Some(reached), _) => return Due::At(Timestamp(reached - excess)),
                (None, _) => return Due::Beyond,
            }
        }
    }

    /// The working time between two instants in which at least one pause lies.
    fn paused(&self, from: i64, until: i64, pauses: &[Span]) -> i64 {
        let mut sum = 0;
        let mut at = from;
        while at < until {
            let running = running_from(at, pauses).unwrap_or(until).min(until);
            sum += self.worked(at, running);
            at = next_pause(running, pauses).unwrap_or(until);
        }
        sum
    }
}

fn covers(pause: &Span, at: i64) -> bool {
    pause.from.ms() <= at && pause.until.is_none_or(|until| at < until.ms())
}

/// The pause that names what happens at `at`: of those that cover it, the one that began first.
pub(super) fn pause_at(at: i64, pauses: &[Span]) -> Option<&Span> {
    pauses.iter().filter(|pause| covers(pause, at)).min_by_key(|pause| (pause.from, pause.why))
}

/// The first instant at or after `at` that is not paused; `None` when a pause still goes on then.
fn running_from(at: i64, pauses: &[Span]) -> Option<i64> {
    let mut at = at;
    while let Some(pause) = pauses.iter().find(|pause| covers(pause, at)) {
        at = pause.until?.ms();
    }
    Some(at)
}

/// Where the next pause after `at` begins.
pub(super) fn next_pause(at: i64, pauses: &[Span]) -> Option<i64> {
    pauses.iter().map(|pause| pause.from.ms()).filter(|&from| from > at).min()
}

/// A clock that stands still now, because of a pause that goes on.
struct Standstill {
    since: i64,
    open_from: i64,
    why: PauseReason,
}

impl Standstill {
    fn due(&self, remaining_ms: i64) -> Due {
        Due::Paused { since: Timestamp(self.since), why: self.why, remaining_ms }
    }
}

fn standstill(start: i64, pauses: &[Span]) -> Option<Standstill> {
    let open = pauses.iter().filter(|pause| pause.until.is_none());
    let open = open.min_by_key(|pause| (pause.from, pause.why))?;
    let mut since = open.from.ms();
    let leads_in = |pause: &&Span, since: i64| {
        pause.from.ms() < since && pause.until.is_some_and(|until| until.ms() >= since)
    };
    while let Some(before) = pauses.iter().find(|pause| leads_in(pause, since)) {
        since = before.from.ms();
    }
    Some(Standstill { since: since.max(start), open_from: open.from.ms(), why: open.why })
}
