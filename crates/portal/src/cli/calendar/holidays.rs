//! `calendar holidays`: the holidays of a file, brought in again and again.

use crate::cli::exit::Unclear;
use crate::environment::Environment;
use crate::holidays::{self, BroughtIn};
use chrono::{DateTime, Datelike as _, Months, NaiveDate};
use postern_domain::calendar::Calendar;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whose holidays they are.
    pub key: String,
    /// The .ics file.
    file: PathBuf,
    /// What to call them [default: what the file calls itself, else its name]. Another file under the same name takes the
    /// place of the one before.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// So many years from this one on.
    #[arg(long, default_value_t = 3)]
    years: u32,
    /// Only say what would change, and which due times would move.
    #[arg(long)]
    pub check: bool,
}

/// The calendar with the file's holidays; none where it has them already. Says what is new and what is gone.
pub fn brought_in(
    calendar: &Calendar,
    args: &Args,
    environment: &Environment,
) -> anyhow::Result<Option<Calendar>> {
    let unclear = |error: &dyn std::fmt::Display| Unclear(format!("{}: {error}", args.file.display()));
    let text = std::fs::read_to_string(&args.file).map_err(|error| unclear(&error))?;
    let today = DateTime::from_timestamp_millis(environment.now().ms()).unwrap_or_default().date_naive();
    let from = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let until = from.checked_add_months(Months::new(12 * args.years)).unwrap_or(from);
    let read = holidays::read(&text, from, until).map_err(|error| unclear(&error))?;
    for left_out in &read.left_out {
        println!("left out: {left_out}");
    }
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = args.name.clone().or_else(|| read.called.clone()).or(stem).unwrap_or_default();
    let BroughtIn { calendar: next, new, gone, renamed } =
        holidays::bring_in(calendar, &name, read.holidays, (from, until));
    for (sign, days) in [("new", &new), ("gone", &gone), ("renamed", &renamed)] {
        for day in days {
            println!("{sign}: {} {}", day.date, day.name);
        }
    }
    println!(
        "{name}: {} holidays are new, {} are gone, {} are called otherwise.",
        new.len(),
        gone.len(),
        renamed.len()
    );
    if next == *calendar {
        println!("{} has them already.", calendar.key);
        return Ok(None);
    }
    Ok(Some(next))
}
