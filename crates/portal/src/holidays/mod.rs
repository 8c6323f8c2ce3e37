//! Holidays from iCalendar files.

mod bring_in;
mod read;

use bring_in::bring_in;
use chrono::{DateTime, Datelike as _, Months, NaiveDate};
use postern_domain::Timestamp;
use postern_protocol::{BroughtIn, HolidayFile};

/// The calendar with the file's holidays, from the beginning of the year of `now` on.
///
/// # Errors
/// A sentence, when it is no iCalendar file.
pub fn from_file(file: &HolidayFile, now: Timestamp) -> Result<BroughtIn, String> {
    let today = DateTime::from_timestamp_millis(now.ms()).unwrap_or_default().date_naive();
    let from = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let months = file.years.checked_mul(12).unwrap_or(u32::MAX);
    let until = from.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
    let read = read::read(&file.text, from, until)?;
    let called = file.name.clone().or(read.called).unwrap_or_else(|| file.file.clone());
    let brought_in = bring_in(&file.calendar, &called, read.holidays, (from, until));
    Ok(BroughtIn { left_out: read.left_out, ..brought_in })
}
