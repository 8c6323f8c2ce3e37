//! The console's engine: cache, outbox, sync, alerts, and the views that a front end shows.
//!
//! The desktop window and `posternctl` are two front ends of this one engine. It never waits for the network to answer
//! a question, and never calls something confirmed that the portal has not confirmed. It draws nothing and decides
//! nothing: rules come from the domain crate. Clock, ids, randomness, secrets and network are handed in as [`Deps`];
//! only `system.rs` reaches for the real ones.
//!
//! Content of attachments goes its own way, in `files/`: no command waits for another item's.
//!
//! To add something a person can do: a variant of [`views::Request`], its command in `act/form.rs`, its words in
//! the domain's `explain/`. To add a queue: see the store crate, then `queries/list.rs`.

mod act;
mod administration;
mod alerts;
mod away;
mod deps;
mod engine;
mod failure;
mod files;
mod keep;
mod portal;
mod queries;
pub mod secrets;
mod session;
mod sync;
mod system;
mod tokens;
pub mod transport;
pub mod views;

pub use act::ActOptions;
pub use alerts::Alert;
pub use deps::{Chance, Clock, Deps};
pub use engine::Engine;
pub use failure::failure;
pub use postern_console_store::{JOURNAL_KEPT_MS, file_name};
pub use queries::Settlement;
pub use sync::SyncReport;
pub use system::default_profile;
pub use views::*;
