//! Holidays from iCalendar files.

mod bring_in;
mod read;

use bring_in::bring_in;
use chrono::{DateTime, Datelike as _, Months, NaiveDate};
use postern_domain::Timestamp;
use postern_protocol::{BroughtIn, HolidayFile};

/// Holidays that repeat for ever are written down for so many years and no more.
const MOST_YEARS: u32 = 30;

/// The calendar with the file's holidays, from the beginning of the year of `now` on.
///
/// # Errors
/// A sentence, when it is no iCalendar file.
pub fn from_file(file: &HolidayFile, now: Timestamp) -> Result<BroughtIn, String> {
    let today = DateTime::from_timestamp_millis(now.ms()).unwrap_or_default().date_naive();
    let from = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let months = Months::new(12 * file.years.min(MOST_YEARS));
    let until = from.checked_add_months(months).unwrap_or(from);
    let read = read::read(&file.text, from, until)?;
    let called = file.name.clone().or(read.called).unwrap_or_else(|| file.file.clone());
    let brought_in = bring_in(&file.calendar, &called, read.holidays, (from, until));
    Ok(BroughtIn { left_out: read.left_out, ..brought_in })
}
