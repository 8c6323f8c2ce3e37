//! One file for each family of commands.

pub mod attach;
pub mod audit;
pub mod away;
pub mod calendar;
pub mod decide;
pub mod file;
pub mod journey;
pub mod keep;
pub mod new_item;
pub mod outbox;
pub mod queue;
pub mod session;
pub mod shell;
pub mod show;
