//! The engine against a whole portal in this process, over a real socket, through a network that fails when told to.
#![allow(clippy::unwrap_used)]

mod hands;
mod harness;
mod holding;

mod acting;
mod administration;
mod alerts;
mod away;
mod conflicts;
mod content;
mod disagreements;
mod faults;
mod files;
mod files_kept;
mod scope;
mod sessions;
mod sharing;
mod shut_out;
mod views;
