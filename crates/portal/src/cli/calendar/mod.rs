//! `calendar`: working hours, holidays, and who keeps which.

mod holidays;

use super::command_line;
use super::exit::{Exit, Unclear};
use crate::administration::calendars;
use crate::environment::Environment;
use clap::Subcommand;
use postern_domain::CalendarKey;
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_portal_store::{DirectorySnapshot, Store, StoreError};
use postern_protocol::{CalendarChange, kept_by};
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
    /// Bring in the all-day events of an iCalendar file (.ics) as holidays, and publish. Brought in again under the same
    /// name, what is gone from the file goes, and what is called otherwise is renamed; holidays of your own stay.
    Holidays(holidays::Args),
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
        /// Only say which due times would move.
        #[arg(long)]
        check: bool,
    },
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let directory = store.directory().await?;
    match args.command {
        CalendarCommand::List => list(&directory),
        CalendarCommand::Show { key } => {
            let calendar = match key {
                Some(key) => newest(&directory, &key)?.clone(),
                None => Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") },
            };
            print!("{}", calendar.to_toml());
        }
        CalendarCommand::Preview { file } => {
            let change = CalendarChange::Publish(Box::new(read(&file)?));
            preview(&store, &directory, &change, environment).await?;
        }
        CalendarCommand::Publish { file } => {
            publish(&store, &directory, read(&file)?, environment).await?;
        }
        CalendarCommand::Holidays(args) => {
            if let Some(next) = holidays::brought_in(newest(&directory, &args.key)?, &args, environment)? {
                if args.check {
                    let change = CalendarChange::Publish(Box::new(next));
                    preview(&store, &directory, &change, environment).await?;
                } else {
                    publish(&store, &directory, next, environment).await?;
                }
            }
        }
        CalendarCommand::Use { key, everybody, group, person, check } => {
            let of = match (everybody, group, person) {
                (_, Some(group), _) => CalendarOf::Group(group),
                (_, _, Some(email)) => {
                    let person = store.person_by_email(&email).await?;
                    let unknown = || Unclear(format!("nobody has the address \"{email}\""));
                    CalendarOf::Person(person.ok_or_else(unknown)?.id)
                }
                _ => CalendarOf::Everybody,
            };
            let keeps = CalendarUse { of, calendar: CalendarKey::new(key) };
            preview(&store, &directory, &CalendarChange::Keep(keeps.clone()), environment).await?;
            if !check {
                store.use_calendar(&keeps, &command_line(), environment.now()).await?;
            }
        }
    }
    store.close().await;
    Ok(Exit::Done)
}

async fn publish(
    store: &Store,
    directory: &DirectorySnapshot,
    calendar: Calendar,
    environment: &Environment,
) -> anyhow::Result<()> {
    let change = CalendarChange::Publish(Box::new(calendar.clone()));
    preview(store, directory, &change, environment).await?;
    let published = store.publish_calendar(&calendar, &command_line(), environment.now()).await?;
    println!("Published {} as version {}.", published.key, published.version);
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Calendar> {
    let unclear = |error: &dyn std::fmt::Display| Unclear(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unclear(&error))?;
    Ok(Calendar::from_toml(&text).map_err(|error| unclear(&error))?)
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
        println!("{}\tkeeps\t{}", kept_by(&each.of, directory.people()), each.calendar);
    }
}

/// Says what would be due at another time.
async fn preview(
    store: &Store,
    directory: &DirectorySnapshot,
    change: &CalendarChange,
    environment: &Environment,
) -> anyhow::Result<()> {
    let preview = calendars::preview(store, directory, change, environment.now()).await;
    let preview = preview.map_err(|error| match error {
        StoreError::Unacceptable { what } => anyhow::Error::new(Unclear(what)),
        other => other.into(),
    })?;
    println!("{}", preview.summary());
    for due in &preview.first {
        println!("  {}", due.sentence());
    }
    Ok(())
}
