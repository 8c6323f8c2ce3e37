//! Postern's rules: items, journeys, reviews, permission, due times, figures.
//!
//! Pure: no I/O, no clock, no randomness, no async. `decide` turns a command into events or a typed refusal, `apply`
//! turns an event into the next state; the console predicts with them and the portal enforces with them.
//! To add a command: a variant in [`Command`] and [`Action`], its permission in `permission.rs`, its rule in
//! `decide/`, its event in [`Event`] with the effect in `apply.rs`, and a line in the transition table tests.

pub mod absence;
mod apply;
pub mod calendar;
mod command;
mod decide;
mod digest;
mod event;
pub mod explain;
pub mod filter;
mod ids;
mod item;
pub mod journey;
pub mod metrics;
mod norm;
mod organisation;
mod people;
mod permission;
mod refusal;
mod review;
mod time;

pub use apply::{Inconsistent, apply, replay};
pub use command::*;
pub use decide::{
    LadderRung, MAX_TEXT, MAX_TITLE, NOBODY_TO_DECIDE, Ruling, ShortHanded, Situation, Unable, decide,
    eligible, ladder, ledger, may_stand_in, pauses, short_handed, stage_opening, whole_ledger,
};
pub use digest::{ContentDigest, Immaterial};
pub use event::*;
pub use ids::*;
pub use item::*;
pub use journey::*;
pub use norm::*;
pub use organisation::*;
pub use people::*;
pub use permission::{may_arrange, may_set_absence, may_take_delegated, may_view, permits, permits_place};
pub use refusal::*;
pub use review::*;
pub use time::*;
