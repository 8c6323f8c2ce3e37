//! Real processes on real files that die at any moment: by `kill -9`, by a power cut. After each death everything is
//! started again, and nothing that was ever said to be saved may be missing, doubled or half there.
//!
//! `cargo xtask crash` plays many, the tests here a few. Nothing of the product is linked but what the journeys link.
//! To let a console die doing something else: an [`act::Action`], and what must hold afterwards in `checks/`.

pub mod act;
pub mod aftermath;
pub mod births;
pub mod book;
pub mod checks;
pub mod kills;
pub mod power;
pub mod power_cuts;
pub mod stage;
pub mod tally;
pub mod upload;
pub mod volume;
