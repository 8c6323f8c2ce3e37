//! Out of office: say it, list it, take it back, and ask who gets what.

use crate::cli::{AwayArgs, Cli, CoverageArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use chrono::{DateTime, NaiveDateTime, TimeZone};
use postern_console_core::{AbsenceDraft, AbsenceView, Engine};
use postern_domain::absence::{Delegation, DelegationScope, Severity};
use postern_domain::{AbsenceId, DAY_MS, Timestamp};

pub async fn away(cli: &Cli, args: &AwayArgs) -> Result<Exit, Stop> {
    if args.cancel.is_none() && args.from.is_none() {
        return list(cli, &profile::cached(cli).await?).await;
    }
    if cli.offline {
        return Err(Stop::new(Exit::Usage, "An absence is saved at the portal: leave out --offline."));
    }
    let engine = profile::signed_in(cli).await?;
    let done = change(cli, &engine, args).await;
    engine.stop().await;
    done
}

async fn change(cli: &Cli, engine: &Engine, args: &AwayArgs) -> Result<Exit, Stop> {
    let exit = match (&args.cancel, &args.from, &args.until) {
        (Some(id), _, _) => cancel(cli, engine, id).await?,
        (None, Some(from), Some(until)) => {
            let draft = draft(engine, args, from, until).await?;
            save(cli, engine, &draft, args.check).await?
        }
        _ => return Err(Stop::new(Exit::Usage, "Say from when and until when.")),
    };
    // The cache learns it with the directory; that it does not is no failure of what was asked.
    engine.sync_now().await.ok();
    Ok(exit)
}

async fn list(cli: &Cli, engine: &Engine) -> Result<Exit, Stop> {
    let absences = engine.absences().await?;
    if cli.json {
        output::json(&absences);
        return Ok(Exit::Ok);
    }
    if absences.is_empty() {
        output::note("Nobody is away, or has said that they will be.");
        return Ok(Exit::Ok);
    }
    let rows: Vec<Vec<String>> = absences
        .iter()
        .map(|absence| {
            vec![
                output::plain(&absence.person.name),
                absence.from.clone(),
                absence.until.clone(),
                absence.zone.clone(),
                output::plain(&absence.deputies.join(", ")),
                absence.id.to_string(),
            ]
        })
        .collect();
    output::table(&["WHO", "FROM", "UNTIL", "ZONE", "DECIDES INSTEAD", "ID"], &rows);
    Ok(Exit::Ok)
}

async fn draft(engine: &Engine, args: &AwayArgs, from: &str, until: &str) -> Result<AbsenceDraft, Stop> {
    let person = match &args.person {
        Some(person) => Some(engine.find_person(person).await?.id),
        None => None,
    };
    let mut delegations = Vec::new();
    for to in &args.to {
        let to = engine.find_person(to).await?.id;
        let client = match &args.client {
            Some(code) => Some(engine.find_client(code).await?),
            None => None,
        };
        let scope = DelegationScope { client, kind: args.kind.map(Into::into), amount_up_to: args.up_to };
        delegations.push(Delegation { to, scope });
    }
    Ok(AbsenceDraft {
        person,
        from: from.to_owned(),
        until: until.to_owned(),
        delegations,
        note: args.note.clone().unwrap_or_default(),
        ..AbsenceDraft::default()
    })
}

async fn save(cli: &Cli, engine: &Engine, draft: &AbsenceDraft, check: bool) -> Result<Exit, Stop> {
    let saved = engine.save_absence(draft, check).await?;
    if cli.json {
        output::json(&saved);
        return Ok(Exit::Ok);
    }
    for notice in &saved.notices {
        let sign = if notice.severity == Severity::Error { "error" } else { "note" };
        output::line(&format!("{sign}: {}", output::plain(&notice.sentence)));
    }
    if saved.saved {
        output::line(&format!("Saved: {}.", said(&saved.absence)));
    }
    let wrong = saved.notices.iter().any(|notice| notice.severity == Severity::Error);
    Ok(if wrong { Exit::Refused } else { Exit::Ok })
}

fn said(absence: &AbsenceView) -> String {
    let instead = if absence.deputies.is_empty() { "nobody".to_owned() } else { absence.deputies.join(", ") };
    format!(
        "{} is away from {} until {} ({}); {} decides instead",
        absence.person.name, absence.from, absence.until, absence.zone, instead
    )
}

async fn cancel(cli: &Cli, engine: &Engine, id: &str) -> Result<Exit, Stop> {
    let found = engine.absences().await?.into_iter().find(|absence| absence.id.as_str() == id);
    let Some(absence) = found else {
        return Err(Stop::new(Exit::NotFound, format!("There is no absence {id} that is not over.")));
    };
    let draft = AbsenceDraft {
        id: Some(AbsenceId::new(id)),
        from: absence.from.clone(),
        until: absence.until.clone(),
        delegations: absence.delegations.clone(),
        note: absence.note.clone(),
        cancelled: true,
        person: None,
    };
    let saved = engine.save_absence(&draft, false).await?;
    if cli.json {
        output::json(&saved);
    } else {
        output::line("Taken back.");
    }
    Ok(Exit::Ok)
}

pub async fn coverage(cli: &Cli, args: &CoverageArgs) -> Result<Exit, Stop> {
    let engine = profile::cached(cli).await?;
    let person = engine.find_person(&args.person).await?.id;
    let item = match &args.item {
        Some(reference) => Some(engine.find(reference).await?),
        None => None,
    };
    let from = match &args.from {
        Some(text) => instant(text)?,
        None => engine.now(),
    };
    let until = match &args.until {
        Some(text) => instant(text)?,
        None => from.plus_ms(14 * DAY_MS),
    };
    let spans = engine.coverage(&person, from, until, item.as_ref()).await?;
    if cli.json {
        output::json(&spans);
    } else {
        for span in &spans {
            let until = output::time(span.until);
            output::line(&format!(
                "{} – {until}  {}",
                output::time(span.from),
                output::plain(&span.sentence)
            ));
        }
    }
    Ok(if spans.iter().all(|span| span.covered) { Exit::Ok } else { Exit::Refused })
}

/// Local to this terminal, or with an offset.
fn instant(text: &str) -> Result<Timestamp, Stop> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Timestamp::from_ms(at.timestamp_millis()));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let at = local.and_then(|local| chrono::Local.from_local_datetime(&local).earliest());
    at.map(|at| Timestamp::from_ms(at.timestamp_millis())).ok_or_else(|| {
        Stop::new(Exit::Usage, format!("“{text}” is no date and time. Write 2026-12-24T09:00."))
    })
}
