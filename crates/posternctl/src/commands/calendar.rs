//! Calendars: listed, shown, previewed, saved, and who keeps which.

use crate::cli::{CalendarAction, CalendarArgs, Cli, UseArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{CalendarDraft, CalendarPreviewView, CalendarSummary, CalendarView, Engine};
use postern_domain::CalendarKey;
use postern_domain::calendar::{CalendarOf, CalendarUse};
use serde::Serialize;
use std::path::Path;

pub async fn calendar(cli: &Cli, args: &CalendarArgs) -> Result<Exit, Stop> {
    let engine = profile::at_the_portal(cli).await?;
    let done = perform(cli, &engine, &args.action).await;
    engine.stop().await;
    done
}

async fn perform(cli: &Cli, engine: &Engine, action: &CalendarAction) -> Result<Exit, Stop> {
    match action {
        CalendarAction::List => list(cli, &engine.calendars().await?),
        CalendarAction::Show { key, version } => {
            let shown = match key {
                Some(key) => engine.calendar(&CalendarKey::new(key.as_str()), *version).await?,
                None => engine.standard_calendar().await?,
            };
            if cli.json {
                output::json(&shown)
            } else {
                output::document(&shown.document)
            }
            Ok(Exit::Ok)
        }
        CalendarAction::Preview { file } => {
            let preview = engine.preview_calendar(&draft(file)?).await?;
            if cli.json {
                output::json(&preview)
            } else {
                tell(&preview)
            }
            Ok(Exit::Ok)
        }
        CalendarAction::Save { file } => save(cli, engine, &draft(file)?).await,
        CalendarAction::Holidays { key, file, name, check } => {
            holidays(cli, engine, key, file, name.as_deref(), *check).await
        }
        CalendarAction::Uses { key } => uses(cli, engine, key.as_deref()).await,
        CalendarAction::Use(args) => keep(cli, engine, args).await,
    }
}

fn list(cli: &Cli, calendars: &[CalendarSummary]) -> Result<Exit, Stop> {
    if cli.json {
        output::json(&calendars);
        return Ok(Exit::Ok);
    }
    if calendars.is_empty() {
        output::note("No calendar yet: everybody works Monday to Friday, 09:00–17:00 UTC.");
        return Ok(Exit::Ok);
    }
    let rows: Vec<Vec<String>> = calendars
        .iter()
        .map(|calendar| {
            vec![
                output::plain(calendar.key.as_str()),
                calendar.version.to_string(),
                output::plain(&calendar.name),
                output::plain(&calendar.zone),
                output::plain(&calendar.kept_by.join(", ")),
            ]
        })
        .collect();
    output::table(&["KEY", "VERSION", "NAME", "ZONE", "KEPT BY"], &rows);
    Ok(Exit::Ok)
}

fn draft(file: &Path) -> Result<CalendarDraft, Stop> {
    Ok(CalendarDraft::Document(output::file(file)?))
}

/// A calendar that was saved, with what that moved.
#[derive(Serialize)]
struct Saved<'a> {
    #[serde(flatten)]
    calendar: &'a CalendarView,
    preview: &'a CalendarPreviewView,
}

async fn save(cli: &Cli, engine: &Engine, draft: &CalendarDraft) -> Result<Exit, Stop> {
    let preview = engine.preview_calendar(draft).await?;
    let calendar = engine.save_calendar(draft).await?;
    if cli.json {
        output::json(&Saved { calendar: &calendar, preview: &preview });
        return Ok(Exit::Ok);
    }
    tell(&preview);
    output::line(&format!("Saved {} as version {}.", output::plain(&calendar.form.key), calendar.version));
    Ok(Exit::Ok)
}

async fn holidays(
    cli: &Cli,
    engine: &Engine,
    key: &str,
    file: &Path,
    name: Option<&str>,
    check: bool,
) -> Result<Exit, Stop> {
    let draft = CalendarDraft::Form(engine.calendar(&CalendarKey::new(key), None).await?.form);
    let called = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let text = output::file(file)?;
    let done = engine.bring_in_holidays(&draft, &called, text, name.map(str::to_owned)).await?;
    if !cli.json {
        for line in done.days.iter().chain([&done.summary]) {
            output::line(&output::plain(line));
        }
    }
    if !done.changed {
        output::note(&format!("{} has them already.", output::plain(key)));
        return Ok(Exit::Ok);
    }
    let draft = CalendarDraft::Form(done.calendar.form.clone());
    if !check {
        return save(cli, engine, &draft).await;
    }
    if cli.json {
        output::json(&done);
    } else {
        tell(&engine.preview_calendar(&draft).await?);
    }
    Ok(Exit::Ok)
}

async fn uses(cli: &Cli, engine: &Engine, key: Option<&str>) -> Result<Exit, Stop> {
    let mut calendars = engine.calendars().await?;
    if let Some(key) = key {
        calendars.retain(|calendar| calendar.key.as_str() == key);
        if calendars.is_empty() {
            let message = format!("There is no calendar “{}”.", output::plain(key));
            return Err(Stop::new(Exit::NotFound, message));
        }
    }
    if cli.json {
        let uses = calendars.iter().flat_map(|calendar| {
            let key = &calendar.key;
            calendar.uses.iter().map(|of| CalendarUse { of: of.clone(), calendar: key.clone() })
        });
        output::json(&uses.collect::<Vec<_>>());
        return Ok(Exit::Ok);
    }
    let rows: Vec<Vec<String>> = calendars
        .iter()
        .flat_map(|calendar| {
            let key = calendar.key.as_str();
            calendar.kept_by.iter().map(|who| vec![output::plain(who), output::plain(key)])
        })
        .collect();
    if rows.is_empty() {
        output::note("Nobody keeps it.");
    } else {
        output::table(&["WHO", "KEEPS"], &rows);
    }
    Ok(Exit::Ok)
}

async fn keep(cli: &Cli, engine: &Engine, args: &UseArgs) -> Result<Exit, Stop> {
    let of = match (&args.group, &args.person) {
        (Some(group), _) => CalendarOf::Group(group.clone()),
        (_, Some(person)) => CalendarOf::Person(engine.find_person(person).await?.id),
        _ => CalendarOf::Everybody,
    };
    let keeps = CalendarUse { of, calendar: CalendarKey::new(args.key.as_str()) };
    let preview = engine.preview_calendar_use(&keeps).await?;
    if !args.check {
        engine.keep_calendar(&keeps).await?;
    }
    if cli.json {
        output::json(&preview);
        return Ok(Exit::Ok);
    }
    tell(&preview);
    if !args.check {
        output::line("Saved.");
    }
    Ok(Exit::Ok)
}

fn tell(preview: &CalendarPreviewView) {
    output::line(&preview.summary);
    for due in &preview.first {
        output::line(&format!(
            "  {} {}: {} → {}",
            output::plain(&due.reference),
            output::plain(&due.what),
            output::time_or_dash(due.before),
            output::time_or_dash(due.after)
        ));
    }
}
