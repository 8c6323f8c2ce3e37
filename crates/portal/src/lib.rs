//! The portal: HTTP in front of the store, sign-in, jobs, and the commands of `postern-portal`.
//!
//! It decides nothing about items: commands go to the store, which asks the domain. It must not send a row to
//! anybody without `may_view`, nor a cause of a failure to anybody at all: causes are logged. Clock and randomness
//! come from one [`Environment`], so that tests choose them.
//! To add a route: its path into `postern_protocol::paths`, its handler into `routes/<resource>/<verb>.rs`, a line in
//! `routes/mod.rs`, and a file in `tests/`.

mod administration;
mod admission;
mod auth;
pub mod automation;
pub mod cli;
mod config;
mod environment;
mod founding;
mod holidays;
pub mod import;
mod jobs;
mod problem;
mod progress;
mod projection;
mod routes;
pub mod seed;
mod server;
mod state;
mod system;
mod uploads;

pub use auth::{PasswordCost, hash_password};
pub use config::{Config, ConfigError};
pub use environment::{Clock, Environment, Random};
pub use server::{Portal, QuietPortal, RunningPortal, StartError};
