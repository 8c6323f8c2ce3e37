//! What the cache promises, one test per promise.

mod fixtures;

mod alerts;
mod atomic;
mod bootstrap;
mod comparison;
mod errors;
mod outbox;
mod overlay;
mod queues;
mod restore;
mod search;
mod two_processes;
mod uploads;
mod wiping;
