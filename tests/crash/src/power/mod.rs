//! A disk that loses power. The [`recorder`] writes down what programs do to a folder; [`disk`] says what of that a disk
//! may hold afterwards: all that was synced, and of the rest whatever chance decides, down to single sectors.

mod commits;
mod disk;
mod log;
mod recorder;

pub use commits::{commit, committed};
pub use disk::{Disk, Honesty};
pub use log::{Operation, read};
pub use recorder::{Recorded, Recorder};
