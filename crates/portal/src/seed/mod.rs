//! Seed: a believable organisation from a number, at any size, to try the product with.
//!
//! `generate` and what it uses are pure: no clock, no I/O, and no chance but the seed's. They drive the domain's own
//! `decide` and `apply`, so that every history is one that could have happened. `fill` writes it into an empty store,
//! `command` is what the command line calls.
//! To add a turn of events: an interlude in `life/meanwhile.rs`, or a step beside it, that gives a [`Command`].
//!
//! Items come in the order in which they were handed over, so that every client's references count up. The audit trail
//! follows the items: each one's lines stand together, in order of time; lines of different items do not interleave.
//!
//! [`Command`]: postern_domain::Command

pub mod args;
mod calendar;
mod command;
mod dice;
mod documents;
mod fill;
mod generate;
mod journeys;
mod life;
mod names;
mod organisation;
mod report;
mod wording;

pub use args::Args as SeedArgs;
pub(crate) use command::run;
pub use command::{Left, SeedFailed, Seeded, seed};
pub use documents::Document;
pub use fill::{CHECKPOINT, Failed, Interruption, SeedError, fill};
pub use generate::{Items, Order};
pub use life::Lived;
pub use organisation::Organisation;
pub use report::{AccountLine, Report};
