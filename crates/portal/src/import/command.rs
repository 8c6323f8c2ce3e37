//! What `postern-portal import` does around the importing: the data folder, the password, progress, Ctrl-C, the report.

use super::args::Args as ImportArgs;
use super::{ImportError, Mapping, Position, Reading, Ready, Taken, import, last_instant, read};
use crate::auth::{PasswordCost, hash_password};
use crate::cli::exit::{Exit, Unclear};
use crate::environment::Environment;
use crate::founding::open_or_found;
use crate::import::people::Book;
use crate::import::read::Finished;
use indicatif::{ProgressBar, ProgressStyle};
use postern_domain::Timestamp;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// # Errors
/// Where the mapping or the log does not fit, or the store fails; then nothing was changed.
pub async fn run(data: &Path, environment: &Environment, args: ImportArgs) -> anyhow::Result<Exit> {
    let mapping = Mapping::read(&args.mapping)?;
    let as_of = args.as_of.as_deref().map(instant).transpose()?;
    let now = environment.now();
    let shift_ms = match (args.shift_to_now, as_of) {
        (false, _) => 0,
        (true, Some(as_of)) => now.since(as_of),
        (true, None) => last_instant(&args.file, &mapping)?.map_or(0, |last| now.since(last)),
    };
    let mut reading = Reading { file: args.file.clone(), mapping, as_of, shift_ms, taken: Taken::default() };
    let position = Position::default();
    let progress = progress(&args.file, &position);
    if args.dry_run {
        let finished =
            tokio::task::spawn_blocking(move || read(reading, &position, |_: Ready| true)).await??;
        progress.finish_and_clear();
        return tell(&args, &finished);
    }
    let organisation = args.organisation.as_deref().unwrap_or(&reading.mapping.name);
    let (store, new_folder) = open_or_found(data, environment, organisation).await?;
    let directory = store.directory().await?;
    reading.taken = Taken {
        emails: directory.people().iter().map(|person| person.email.clone()).collect(),
        client_codes: directory.clients.values().map(|client| client.code.clone()).collect(),
    };
    let hash = args
        .password
        .as_deref()
        .map(|password| hash_password(password, PasswordCost::Full, environment))
        .transpose()?;
    let imported = tokio::select! {
        imported = import(&store, reading, position, hash.as_deref(), now) => imported,
        _ = tokio::signal::ctrl_c() => Err(ImportError::Stopped),
    };
    progress.finish_and_clear();
    match imported {
        Ok(finished) => {
            store.refresh_norms().await?;
            store.close().await;
            tell(&args, &finished)
        }
        Err(error) => {
            store.close().await;
            if let Some(folder) = new_folder {
                folder.take_back();
            }
            Err(match error {
                // Of what only the store can explain, its own advice says more.
                ImportError::Store(error) => error.into(),
                error => anyhow::Error::new(error)
                    .context("nothing was imported, and the data folder is as it was"),
            })
        }
    }
}

fn instant(text: &str) -> Result<Timestamp, Unclear> {
    Timestamp::parse_rfc3339(text).map_err(|error| {
        Unclear(format!("--as-of “{text}” is no instant ({error}); write it like 2018-06-01T00:00:00Z"))
    })
}

fn progress(file: &Path, position: &Position) -> ProgressBar {
    let size = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    let style =
        ProgressStyle::with_template("importing {bar:30} {bytes}/{total_bytes} {elapsed}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(size).with_style(style);
    let (shown, position) = (bar.clone(), position.clone());
    tokio::spawn(async move {
        while !shown.is_finished() {
            shown.set_position(position.bytes());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    bar
}

#[derive(Serialize)]
struct Account<'a> {
    email: &'a str,
    name: &'a str,
    roles: Vec<postern_domain::Role>,
    time_zone: &'a str,
    suggested: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    accounts: Vec<Account<'a>>,
    items: u64,
    report: &'a super::Report,
}

fn tell(args: &ImportArgs, finished: &Finished) -> anyhow::Result<Exit> {
    let accounts = finished.people.iter().filter(|person| person.is_staff()).map(|person| Account {
        email: &person.email,
        name: &person.name,
        roles: Book::roles(person),
        time_zone: &person.time_zone,
        suggested: finished.suggested.contains(&person.id),
    });
    let told = Told { accounts: accounts.collect(), items: finished.report.items, report: &finished.report };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        print!("{}", in_words(&told));
    }
    Ok(Exit::Done)
}

fn in_words(told: &Told<'_>) -> String {
    use std::fmt::Write as _;
    let report = told.report;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {} events in {} cases", report.file, report.events, report.cases);
    for (activity, count) in &report.imported {
        let _ = writeln!(text, "  {count:>9}  {activity}");
    }
    for (activity, count) in &report.unmapped {
        let _ = writeln!(text, "  {count:>9}  {activity} (not in the mapping; kept as a note)");
    }
    if report.after_the_cut > 0 {
        let _ = writeln!(text, "  {:>9}  after the cut, left out", report.after_the_cut);
    }
    let _ = writeln!(text, "accounted for: {} of {} events", report.accounted_for(), report.events);
    for (kind, irregular) in &report.irregular {
        let _ = writeln!(
            text,
            "irregular: {} × {kind} (first at line {})",
            irregular.count, irregular.first_line
        );
    }
    let phases: Vec<String> = report.phases.iter().map(|(phase, count)| format!("{count} {phase}")).collect();
    let _ = writeln!(text, "{} items, {} open: {}", report.items, report.open(), phases.join(", "));
    let _ = writeln!(text, "{} clients, {} people; staff accounts:", report.clients, report.people);
    for account in &told.accounts {
        let _ = writeln!(text, "  {}  {}", account.email, account.name);
    }
    text
}
