//! Business calendars, for staff.

pub mod list;
pub mod read;
