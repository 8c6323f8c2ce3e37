//! `calendar holidays`: the holidays of a file, brought in again and again.

use crate::cli::exit::Unclear;
use crate::environment::Environment;
use crate::holidays;
use postern_domain::calendar::Calendar;
use postern_protocol::HolidayFile;
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
    /// So many years from this one on, at most 30.
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
    let file = HolidayFile {
        calendar: Box::new(calendar.clone()),
        text: std::fs::read_to_string(&args.file).map_err(|error| unclear(&error))?,
        file: args.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
        name: args.name.clone(),
        years: args.years,
    };
    let brought_in = holidays::from_file(&file, environment.now()).map_err(|error| unclear(&error))?;
    for line in brought_in.sentences() {
        println!("{line}");
    }
    println!("{}", brought_in.summary());
    if brought_in.calendar == *calendar {
        println!("{} has them already.", calendar.key);
        return Ok(None);
    }
    Ok(Some(brought_in.calendar))
}
