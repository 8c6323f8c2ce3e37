//! Out of office: who is away when, who decides instead, and what to say of it before it is saved.
//!
//! [`cover`] is the one rule: who sits in a person's seat for this work at this instant. [`seats`] asks it for every
//! reviewer of a review, [`simulate`] for a stretch of time, [`warnings_before_saving`] looks for what will go wrong,
//! and [`explain`] says all of it in sentences. What `cover` leaves uncovered is a hole that people see and fill; no
//! rule here hands it to somebody whom nobody named.
//!
//! Nothing here asks the clock: instants come in as arguments. To add a reason why work is uncovered: a variant in
//! [`Hole`], its place in `cover.rs`, its sentence in `explain/`.

mod cover;
mod dead_ends;
pub mod explain;
mod local;
mod record;
mod region;
mod registry;
mod seats;
mod simulate;
mod validate;
mod warnings;

pub use cover::{Cover, Hole, MAX_CHAIN, Question, cover};
pub use local::{LocalDateTime, NotLocalDateTime, Shift};
pub use record::{Absence, AbsenceProblem, Delegation, DelegationScope, Work};
pub use region::{AmountBounds, Amounts, Clients, WorkRegion};
pub use registry::Absences;
pub use seats::{Seat, distinct_people, seats};
pub use simulate::{CoverageSpan, SeatsSpan, simulate, simulate_seats};
pub use validate::{MAX_DELEGATIONS, MAX_NOTE};
pub use warnings::{Severity, Warning, WindowEnd, may_be_saved, warnings_before_saving};
