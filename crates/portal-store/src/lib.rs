//! The portal's database: one organisation, one file (SQLite today).
//!
//! Holds what the portal knows and keeps it consistent: a command's effect, outcome, audit lines and the console's
//! last sequence number commit in one transaction. It knows no HTTP, no clock and no randomness: instants, ids and
//! keys come from the caller. It decides nothing by itself either: [`Rules`] are the domain's.
//! Every statement has one text with `$1` placeholders; what differs between databases is in `dialect.rs`.
//! To add an aggregate: its table in `migrations/`, its statements and `impl Store` in a file of its own.

mod absences;
mod advice;
mod appended;
mod audit;
mod backup;
mod bootstrap;
mod bulk;
mod calendars;
mod changes;
mod check;
mod clients;
mod columns;
mod commands;
mod consoles;
mod devices;
mod dialect;
mod directory;
mod error;
mod evidence;
mod files;
mod head;
mod items;
mod journeys;
mod many;
mod migrations;
mod norms;
mod people;
mod places;
mod reader;
mod references;
mod results;
mod sessions;
mod short_handed;
mod signing;
mod store;
mod wakes;

pub use absences::Saved;
pub use audit::{AuditFilter, AuditReport, Difference, Progress};
pub use backup::BackupReport;
pub use bootstrap::{Bootstrap, BootstrapBegin, BootstrapStart, BootstrapWish};
pub use bulk::Bulk;
pub use changes::{Changes, Since};
pub use check::{Finding, Severity};
pub use commands::{CommandError, Order, Rules, Source};
pub use consoles::ConsoleState;
pub use devices::Device;
pub use directory::DirectorySnapshot;
pub use error::StoreError;
pub use evidence::Evidence;
pub use files::{StoredFile, sync_folder};
pub use head::HeadRow;
pub use journeys::Publication;
pub use people::{Account, PersonChange};
pub use places::Miscount;
pub use reader::ReadBy;
pub use results::Crash;
pub use sessions::{Authenticated, NewTokens, RefreshRefused};
pub use short_handed::ShortHandedReview;
pub use store::{Founding, Store, StoreOptions};
pub use wakes::Chore;
