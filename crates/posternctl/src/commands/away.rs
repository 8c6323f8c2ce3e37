//! Out of office: say it, list it, take it back, and ask who gets what.

use crate::cli::{AwayArgs, Cli, CoverageArgs, DeputyArg};
use crate::exit::{Exit, Stop};
use crate::instant::instant;
use crate::{output, profile};
use postern_console_core::{AbsenceDraft, AbsenceView, CoverageAbout, CoverageView, Engine};
use postern_domain::absence::{Delegation, DelegationScope, Severity};
use postern_domain::{AbsenceId, DAY_MS, Kind};
use serde::Serialize;

pub async fn away(cli: &Cli, args: &AwayArgs) -> Result<Exit, Stop> {
    let changes = [&args.cancel, &args.edit, &args.back, &args.from, &args.until];
    if changes.iter().all(|change| change.is_none()) {
        return list(cli, &profile::cached(cli).await?).await;
    }
    if cli.offline && !args.check {
        return Err(Stop::new(
            Exit::Usage,
            "An absence is saved at the portal: leave out --offline, or only --check it.",
        ));
    }
    let engine = if cli.offline { profile::cached(cli).await? } else { profile::signed_in(cli).await? };
    let done = change(cli, &engine, args).await;
    engine.stop().await;
    done
}

async fn change(cli: &Cli, engine: &Engine, args: &AwayArgs) -> Result<Exit, Stop> {
    let draft = if let Some(id) = &args.cancel {
        AbsenceDraft { cancelled: true, ..engine.absence_draft(&AbsenceId::new(id.as_str())).await? }
    } else if let Some(id) = &args.back {
        edited(engine, args, engine.early_return(&AbsenceId::new(id.as_str())).await?).await?
    } else if let Some(id) = &args.edit {
        edited(engine, args, engine.absence_draft(&AbsenceId::new(id.as_str())).await?).await?
    } else if args.from.is_some() && args.until.is_some() {
        edited(engine, args, AbsenceDraft::default()).await?
    } else {
        return Err(Stop::new(Exit::Usage, "Say from when and until when."));
    };
    let exit = save(cli, engine, &draft, args.check).await?;
    if !cli.offline {
        // The cache learns it with the directory; that it does not is no failure of what was asked.
        engine.sync_now().await.ok();
    }
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

/// A draft with what the command line says in the place of what stands there.
async fn edited(engine: &Engine, args: &AwayArgs, draft: AbsenceDraft) -> Result<AbsenceDraft, Stop> {
    let person = match &args.person {
        Some(person) => Some(engine.find_person(person).await?.id),
        None => draft.person,
    };
    let mut delegations = Vec::new();
    for deputy in &args.to {
        delegations.push(delegation(engine, args, deputy).await?);
    }
    Ok(AbsenceDraft {
        person,
        from: args.from.clone().unwrap_or(draft.from),
        until: args.until.clone().unwrap_or(draft.until),
        delegations: if args.to.is_empty() { draft.delegations } else { delegations },
        note: args.note.clone().unwrap_or(draft.note),
        ..AbsenceDraft { id: draft.id, ..AbsenceDraft::default() }
    })
}

/// Their own limits, or, for who has none, those of all.
async fn delegation(engine: &Engine, args: &AwayArgs, deputy: &DeputyArg) -> Result<Delegation, Stop> {
    let to = engine.find_person(&deputy.person).await?.id;
    let own = deputy.is_limited();
    let code = if own { &deputy.client } else { &args.client };
    let client = match code {
        Some(code) => Some(engine.find_client(code).await?),
        None => None,
    };
    let kind = match (&deputy.kind, own) {
        (Some(kind), _) => Some(kind_of(kind)?),
        (None, true) => None,
        (None, false) => args.kind.map(Into::into),
    };
    let amount_up_to = if own { deputy.up_to } else { args.up_to };
    Ok(Delegation { to, scope: DelegationScope { client, kind, amount_up_to } })
}

fn kind_of(name: &str) -> Result<Kind, Stop> {
    Kind::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        Stop::new(
            Exit::Usage,
            format!("“{}” is no kind. There are {}.", output::plain(name), known.join(", ")),
        )
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
    if saved.here {
        output::note("Checked on this device, by what it knew at the last sync; saving needs the portal.");
    }
    match (saved.saved, draft.cancelled) {
        (true, true) => output::line("Taken back."),
        (true, false) => output::line(&format!("Saved: {}.", said(&saved.absence))),
        (false, _) if saved.notices.is_empty() => output::line("Nothing stands against it."),
        (false, _) => {}
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

pub async fn coverage(cli: &Cli, args: &CoverageArgs) -> Result<Exit, Stop> {
    let engine = profile::cached(cli).await?;
    let person = engine.find_person(&args.person).await?.id;
    let about = about(&engine, args).await?;
    let from = match &args.from {
        Some(text) => instant(text)?,
        None => engine.now(),
    };
    let until = match &args.until {
        Some(text) => instant(text)?,
        None => from.plus_ms(14 * DAY_MS),
    };
    let answers = engine.coverage(&person, from, until, &about).await?;
    if cli.json {
        let told = answers
            .iter()
            .flat_map(|answer| answer.spans.iter().map(|span| ScopedSpan { scope: &answer.scope, span }));
        output::json(&told.collect::<Vec<_>>());
    } else {
        for (index, answer) in answers.iter().enumerate() {
            if index > 0 {
                output::line("");
            }
            output::line(&format!("{}:", output::plain(&answer.scope)));
            for span in &answer.spans {
                let (from, until) = (output::time(span.from), output::time(span.until));
                output::line(&format!("  {from} – {until}  {}", output::plain(&span.sentence)));
            }
        }
    }
    let covered = answers.iter().flat_map(|answer| &answer.spans).all(|span| span.covered);
    Ok(if covered { Exit::Ok } else { Exit::Refused })
}

/// A stretch of time, with the work that it is about.
#[derive(Serialize)]
struct ScopedSpan<'a> {
    scope: &'a str,
    #[serde(flatten)]
    span: &'a CoverageView,
}

async fn about(engine: &Engine, args: &CoverageArgs) -> Result<CoverageAbout, Stop> {
    let item = match &args.item {
        Some(reference) => Some(engine.find(reference).await?),
        None => None,
    };
    let client = match &args.client {
        Some(code) => Some(engine.find_client(code).await?),
        None => None,
    };
    Ok(CoverageAbout { item, client, kind: args.kind.map(Into::into), amount: args.amount })
}
