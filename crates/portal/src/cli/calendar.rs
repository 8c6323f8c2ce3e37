//! `calendar`: working hours, holidays, and who keeps which.

use super::command_line;
use super::exit::{Exit, Unclear};
use crate::environment::Environment;
use crate::holidays;
use chrono::{DateTime, Datelike as _, Months, NaiveDate};
use clap::Subcommand;
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse, CompiledCalendar, Due, moved};
use postern_domain::{CalendarKey, Item, pauses};
use postern_portal_store::{DirectorySnapshot, Store};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: CalendarCommand,
}

#[derive(Debug, Subcommand)]
enum CalendarCommand {
    /// List the calendars and who keeps them.
    List,
    /// Print a calendar as a document to edit; without a key, a standard week to begin with.
    Show { key: Option<String> },
    /// Check a document, and say which due times would move if it were published.
    Preview { file: PathBuf },
    /// Publish a document as its calendar's next version. What is due by it moves within seconds.
    Publish { file: PathBuf },
    /// Add the all-day events of an iCalendar file (.ics) as holidays, and publish.
    Holidays {
        key: String,
        file: PathBuf,
        /// So many years from this one on.
        #[arg(long, default_value_t = 3)]
        years: u32,
    },
    /// Say who keeps a calendar.
    Use {
        key: String,
        /// Everybody for whom nothing else is said.
        #[arg(long, required_unless_present_any = ["group", "person"], conflicts_with_all = ["group", "person"])]
        everybody: bool,
        /// Everybody in this group who has no calendar of their own.
        #[arg(long, conflicts_with = "person")]
        group: Option<String>,
        /// One person, by e-mail address.
        #[arg(long, value_name = "EMAIL")]
        person: Option<String>,
    },
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let directory = store.directory().await?;
    let (by, now) = (command_line(), environment.now());
    match args.command {
        CalendarCommand::List => list(&directory),
        CalendarCommand::Show { key } => {
            let calendar = match key {
                Some(key) => newest(&directory, &key)?.clone(),
                None => Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") },
            };
            print!("{}", toml::to_string(&calendar)?);
        }
        CalendarCommand::Preview { file } => preview(&store, &directory, &read(&file)?).await?,
        CalendarCommand::Publish { file } => {
            let calendar = read(&file)?;
            preview(&store, &directory, &calendar).await?;
            let published = store.publish_calendar(&calendar, &by, now).await?;
            println!("Published {} as version {}.", published.key, published.version);
        }
        CalendarCommand::Holidays { key, file, years } => {
            let calendar = with_holidays(newest(&directory, &key)?, &file, years, environment)?;
            preview(&store, &directory, &calendar).await?;
            let published = store.publish_calendar(&calendar, &by, now).await?;
            println!("Published {} as version {}.", published.key, published.version);
        }
        CalendarCommand::Use { key, everybody, group, person } => {
            let of = match (everybody, group, person) {
                (_, Some(group), _) => CalendarOf::Group(group),
                (_, _, Some(email)) => {
                    let person = store.person_by_email(&email).await?;
                    let unknown = || Unclear(format!("nobody has the address \"{email}\""));
                    CalendarOf::Person(person.ok_or_else(unknown)?.id)
                }
                _ => CalendarOf::Everybody,
            };
            store.use_calendar(&CalendarUse { of, calendar: CalendarKey::new(key) }, &by, now).await?;
        }
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> anyhow::Result<Calendar> {
    let unclear = |error: &dyn std::fmt::Display| Unclear(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unclear(&error))?;
    Ok(toml::from_str(&text).map_err(|error| unclear(&error))?)
}

fn newest<'a>(directory: &'a DirectorySnapshot, key: &str) -> anyhow::Result<&'a Calendar> {
    let found = directory.newest_calendar(&CalendarKey::new(key));
    found.ok_or_else(|| Unclear(format!("there is no calendar {key}; `calendar list` names them")).into())
}

fn list(directory: &DirectorySnapshot) {
    if directory.calendars.is_empty() {
        println!("No calendar yet: everybody works Monday to Friday, 09:00–17:00 UTC.");
    }
    for calendar in &directory.calendars {
        println!("{}\t{}\t{}\t{}", calendar.key, calendar.version, calendar.name, calendar.zone);
    }
    for each in &directory.calendar_uses {
        let who = match &each.of {
            CalendarOf::Everybody => "everybody".to_owned(),
            CalendarOf::Group(group) => format!("group {group}"),
            CalendarOf::Person(id) => directory.people().name(id).to_owned(),
        };
        println!("{who}\tkeeps\t{}", each.calendar);
    }
}

/// Says which due times move.
async fn preview(store: &Store, directory: &DirectorySnapshot, calendar: &Calendar) -> anyhow::Result<()> {
    const SHOWN: usize = 20;
    let compiled = CompiledCalendar::new(calendar).map_err(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Unclear(format!("the calendar {}: {}", calendar.key, said.join("; ")))
    })?;
    let Some(before) = directory.organisation.calendars.get(&calendar.key) else {
        println!("{} is new: nothing moves until somebody keeps it.", calendar.key);
        return Ok(());
    };
    let (mut running, mut moving) = (0_u64, 0_u64);
    let mut shown = Vec::new();
    store
        .for_each_item(|item: Item| {
            let spans = pauses(&item);
            let clocks = item
                .reviews
                .iter()
                .filter_map(|review| Some((review.step.clone(), review.clock.clone()?, spans.as_slice())));
            running += item.reviews.len() as u64;
            for each in moved(before, &compiled, clocks) {
                moving += 1;
                if shown.len() < SHOWN {
                    let (before, after) = (said(each.before), said(each.after));
                    shown.push(format!("  {} {}: {before} → {after}", item.reference, each.id));
                }
            }
        })
        .await?;
    println!("Of {running} open steps, {moving} would be due at another time.");
    shown.iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn said(due: Due) -> String {
    due.at().map_or_else(|| "not set".to_owned(), |at| at.to_rfc3339())
}

fn with_holidays(
    calendar: &Calendar,
    file: &Path,
    years: u32,
    environment: &Environment,
) -> anyhow::Result<Calendar> {
    let unclear = |error: &dyn std::fmt::Display| Unclear(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unclear(&error))?;
    let today = DateTime::from_timestamp_millis(environment.now().ms()).unwrap_or_default().date_naive();
    let from = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let until = from.checked_add_months(Months::new(12 * years)).unwrap_or(from);
    let read = holidays::read(&text, from, until).map_err(|error| unclear(&error))?;
    for left_out in &read.left_out {
        println!("left out: {left_out}");
    }
    let mut next = calendar.clone();
    let known = |calendar: &Calendar, date| {
        calendar.holidays.iter().any(|holiday| holiday.date == date)
            || calendar.special_days.iter().any(|day| day.date == date)
    };
    let before = next.holidays.len();
    for holiday in read.holidays {
        if !known(&next, holiday.date) {
            next.holidays.push(holiday);
        }
    }
    println!("{} holidays are new.", next.holidays.len() - before);
    Ok(next)
}
