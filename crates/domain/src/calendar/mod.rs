//! The clock of a review: business calendars, targets, pauses, due times, and the ledger that explains a due time.
//!
//! Everything follows from one sentence. An instant is working time if and only if its local wall-clock time in the
//! calendar's zone lies in one of that local date's intervals. An hour that the zone skips therefore holds no working
//! time, and an hour that it repeats counts twice where it lies in an interval.
//!
//! [`Calendar`] is what people edit and what is stored; [`CompiledCalendar`] computes. Zones are known from 1970 to the
//! end of 2100; instants outside have the offset of the nearer end.
//! To add a kind of target: a variant in [`Target`], its rule in `due.rs`, its words in `words.rs`, and its own slow
//! reference in the property tests.

mod check;
mod compiled;
mod days;
mod definition;
mod document;
mod due;
mod ledger;
mod registry;
mod week;
mod words;
mod zone;

pub use check::{CalendarProblem, IntervalsOf};
pub use compiled::{CompiledCalendar, HORIZON_MS};
pub use definition::{Calendar, Holiday, SpecialDay};
pub use document::{NotHours, hours_in_words, read_hours};
pub use due::{Clock, Due, PauseReason, Span, Target};
pub use ledger::{Ledger, Segment, What};
pub use registry::{CalendarOf, CalendarUse, Calendars};
pub use week::{Interval, NotATimeOfDay, TimeOfDay, Week};
pub use words::LedgerLine;
pub use zone::{Adjusted, LocalInstant, local_instant};
