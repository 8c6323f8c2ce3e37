//! The console's cache: one SQLite file that two processes may open at once.
//!
//! It holds what the portal sent (the *base*), what my unconfirmed commands make of it (the *overlay*), the commands
//! themselves (the *outbox*), the content that they name until the portal has it, and what is mine alone (preferences,
//! alerts). It never speaks to a network, never reads
//! a clock, and never decides anything: rules come from the domain crate.
//!
//! To add a queue: its predicate in `queue.rs`, its flag in `columns.rs` and its partial index in `tables.rs`.
//! To change the schema: a file in `migrations/`, or, for the item tables, a new [`ITEM_TABLES_VERSION`], which makes
//! the next sync load them anew.

mod alerts;
mod cache;
mod columns;
mod comparison;
mod content;
mod directory;
mod error;
mod filter_sql;
mod holding;
mod items;
mod journal;
mod keep;
mod lease;
mod list_row;
mod meta;
mod newer;
mod open;
mod outbox;
mod overlay;
mod preferences;
mod pull;
mod queue;
mod report;
mod restore;
mod sending;
mod staging;
mod superseding;
mod tables;
mod tally;
mod unnamed;
mod uploads;
mod wanted;
mod wipe;

pub use alerts::{AlertKind, StoredAlert};
pub use cache::Cache;
pub use columns::Columns;
pub use comparison::Comparison;
pub use content::{Content, ContentFolder, Incoming, Soundness, file_name};
pub use directory::Lookup;
pub use error::StoreError;
pub use items::CachedItem;
pub use journal::{JOURNAL_KEPT_MS, JournalRow};
pub use keep::Kept;
pub use lease::Lease;
pub use list_row::{ListRow, Mark};
pub use meta::Meta;
pub use outbox::{NewCommand, OutboxRow};
pub use overlay::{Predicted, effective, predict};
pub use pull::Pulled;
pub use queue::{Listing, Page, QueueKind, SortKey};
pub use report::{Aging, Grouping};
pub use sending::Settled;
pub use staging::{Load, Staging, Swapped};
pub use tables::ITEM_TABLES_VERSION;
pub use tally::QueueTally;
pub use uploads::Upload;
pub use wanted::Wanted;
pub use wipe::AtStake;

#[cfg(test)]
mod tests;
