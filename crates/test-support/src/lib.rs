//! For tests only: a clock that stands still, randomness that repeats, people and items to work with, a whole portal
//! in this process on a real socket, a network that fails when told to, a disk without room, and the permission matrix cell by cell.
//!
//! Nothing that ships may depend on this crate.

mod clock;
mod commands;
pub mod matrix;
mod people;
mod portal;
mod random;
mod small_disk;
mod transport;

pub use clock::FakeClock;
pub use commands::{envelope, seen, submission, submit};
pub use people::{PersonBuilder, acme, clerk, client, globex, person, project};
pub use portal::{PASSWORD, Session, TestPortal, http};
pub use random::SeededRandom;
pub use small_disk::SmallDisk;
pub use transport::{Fault, FaultyTransport, Identity, PORTAL_CERTIFICATE, RequestLine};
