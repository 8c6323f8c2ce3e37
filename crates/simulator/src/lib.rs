//! The simulator: the real engine and the real portal in one process and one virtual time, with a network and a life
//! that go wrong as a seed says, and a checker of what the sync protocol promises.
//!
//! Nothing that ships depends on this crate. It must not decide anything about items by itself, and it must never ask
//! the machine for time or randomness: a run is a function of its [`Plan`].
//! To add a fault: a variant of `wire::Fault` or [`plan::Step`], and its arm where they are played. To add a check: a
//! function in `checks/`. To add a bug that the checker must find: a line in `mutation/`.

mod book;
mod calls;
pub mod campaign;
mod cast;
mod checks;
mod dice;
mod draw;
mod files;
mod heal;
pub mod mutation;
mod network;
mod people;
pub mod plan;
mod portal_side;
mod process;
mod profile;
mod rounds;
mod rules;
pub mod run;
mod seam;
pub mod shrink;
mod steps;
mod template;
mod trace;
mod uploads;
mod violation;
pub mod wire;
mod wishes;
mod world;

pub use plan::Plan;
pub use template::Template;
pub use violation::{Check, Violation};
