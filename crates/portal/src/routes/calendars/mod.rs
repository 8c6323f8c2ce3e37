//! Business calendars: for staff to read, and what portal admins do to them.

pub mod holidays;
pub mod keep;
pub mod list;
pub mod preview;
pub mod publish;
pub mod read;
