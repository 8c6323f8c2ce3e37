//! Holidays from iCalendar files.

mod bring_in;
mod read;

pub use bring_in::{BroughtIn, bring_in};
pub use read::read;
