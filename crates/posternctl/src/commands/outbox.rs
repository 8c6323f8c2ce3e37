//! The outbox.

use super::decide::{Line, assert_still, settle, told};
use super::session::sync_with;
use crate::cli::{Cli, OutboxAction, OutboxArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{ActOptions, Engine, OutboxLine, OutboxState};
use postern_domain::{CommandId, explain};
use serde::Serialize;
use std::io::IsTerminal as _;

pub async fn outbox(cli: &Cli, args: &OutboxArgs) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    match &args.action {
        None if args.history => return history(cli, &engine).await,
        None => {}
        Some(OutboxAction::Decide { id, yes, seen, timeout }) => {
            let done = decide_again(cli, &engine, id, *yes, seen.as_deref(), *timeout).await;
            engine.stop().await;
            return Ok(told(cli, &done?));
        }
        Some(OutboxAction::Discard { ids, yes }) => {
            let lines = chosen(&engine, ids).await?;
            ask(*yes, &discarding(&lines))?;
            for line in lines {
                engine.discard(&line.command).await?;
            }
        }
        Some(OutboxAction::Retry { ids }) => {
            for line in chosen(&engine, ids).await? {
                engine.retry(&line.command).await?;
            }
            if !cli.offline {
                // Of another process's uploads that one speaks; what became of each file stands in the outbox.
                let _ = engine.upload_now().await;
                sync_with(&engine).await?;
            }
        }
    }
    engine.stop().await;
    let lines = engine.outbox().await?;
    if cli.json {
        output::json(&lines);
    } else {
        print(&lines);
    }
    let attention = lines.iter().any(|line| matches!(line.state, OutboxState::Conflict | OutboxState::Stale));
    let refused = lines.iter().any(|line| {
        matches!(line.state, OutboxState::Refused | OutboxState::Quarantined | OutboxState::UploadStopped)
    });
    Ok(match (attention, refused, lines.is_empty()) {
        (true, _, _) => Exit::Conflict,
        (false, true, _) => Exit::Refused,
        (false, false, false) => Exit::Pending,
        (false, false, true) => Exit::Ok,
    })
}

/// Shows a conflict, asks, and gives the same anew on what was shown.
async fn decide_again(
    cli: &Cli,
    engine: &Engine,
    id: &str,
    yes: bool,
    digest: Option<&str>,
    timeout: u64,
) -> Result<Vec<Line>, Stop> {
    let line = chosen(engine, &[id.to_owned()]).await?.remove(0);
    let Some(conflict) = &line.conflict else {
        let message = "This change is in no conflict: use `posternctl outbox retry`, or discard it.";
        return Err(Stop::new(Exit::Usage, message));
    };
    let Some(seen) = conflict.again.seen.clone().filter(|_| conflict.again.accepted) else {
        return Err(Stop::new(Exit::Refused, conflict.again.message.clone()));
    };
    if let Some(digest) = digest {
        assert_still(&line.reference, &seen, digest)?;
    }
    if !cli.json {
        side_by_side(&line);
    }
    ask(yes, &format!("{} {} as it is now?", line.what, output::plain(&line.reference)))?;
    let given = engine.decide_again(&line.command, seen, ActOptions { hold_ms: 0 }).await?;
    settle(cli, engine, &given, timeout).await
}

fn discarding(lines: &[OutboxLine]) -> String {
    let each: Vec<String> =
        lines.iter().map(|line| format!("{} {}", line.what, output::plain(&line.reference))).collect();
    format!("Give up {}?", explain::list(&each, "and"))
}

/// Asks on the terminal, unless that was answered beforehand.
fn ask(yes: bool, question: &str) -> Result<(), Stop> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        let message = format!("{question} There is no terminal to ask on: say --yes.");
        return Err(Stop::new(Exit::Usage, message));
    }
    output::note(&format!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).ok();
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Stop::new(Exit::Usage, "Nothing was done.")),
    }
}

async fn history(cli: &Cli, engine: &Engine) -> Result<Exit, Stop> {
    engine.stop().await;
    let lines = engine.journal(500).await?;
    if cli.json {
        output::json(&lines);
        return Ok(Exit::Ok);
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                end(&line.command),
                output::plain(&line.reference),
                output::short(&line.what, 32),
                in_json(line.end),
                output::time(line.ended_at),
                output::plain(&line.why),
                output::short(line.detail.as_deref().unwrap_or_default(), 48),
            ]
        })
        .collect();
    output::table(&["ID", "REF", "CHANGE", "END", "ENDED", "WHY", "SAID"], &rows);
    Ok(Exit::Ok)
}

/// The lines meant: a command's id, or the end of one that means one change only.
async fn chosen(engine: &Engine, ids: &[String]) -> Result<Vec<OutboxLine>, Stop> {
    let lines = engine.outbox().await?;
    ids.iter()
        .map(|wanted| {
            let meant: Vec<&OutboxLine> = lines
                .iter()
                .filter(|line| !wanted.is_empty() && line.command.as_str().ends_with(wanted.as_str()))
                .collect();
            match meant.as_slice() {
                [one] => Ok((*one).clone()),
                [] => Err(Stop::new(
                    Exit::NotFound,
                    format!("No change in the outbox is called {}.", output::plain(wanted)),
                )),
                _ => Err(Stop::new(
                    Exit::Usage,
                    format!("More than one change ends in {}: give more of it.", output::plain(wanted)),
                )),
            }
        })
        .collect()
}

/// As it reads in JSON.
fn in_json(name: impl Serialize) -> String {
    serde_json::to_value(name).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// What is enough of a command's id to name it here.
fn end(command: &CommandId) -> String {
    let id = command.as_str();
    id.get(id.len().saturating_sub(8)..).unwrap_or(id).to_owned()
}

fn print(lines: &[OutboxLine]) {
    if lines.is_empty() {
        output::line("Everything is confirmed.");
        return;
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            vec![
                end(&line.command),
                output::plain(&line.reference),
                output::short(&line.what, 32),
                in_json(line.state),
                output::time(line.made_at),
                output::plain(&line.why),
            ]
        })
        .collect();
    output::table(&["ID", "REF", "CHANGE", "STATE", "MADE", "WHY"], &rows);
    for line in lines.iter().filter(|line| line.conflict.is_some()) {
        side_by_side(line);
    }
}

/// What its author saw, what they made of it, and what is there now.
fn side_by_side(line: &OutboxLine) {
    let Some(conflict) = &line.conflict else { return };
    output::line("");
    output::line(&format!("{} {}: {}", output::plain(&line.reference), line.what, conflict.summary));
    let rows: Vec<Vec<String>> = conflict
        .differences
        .iter()
        .map(|part| {
            let [base, mine, theirs] =
                [&part.base, &part.mine, &part.theirs].map(|text| output::short(text, 40));
            vec![output::plain(&part.what), base, mine, theirs]
        })
        .collect();
    output::table(&["", "YOU SAW", "WITH YOURS", "NOW"], &rows);
    for happened in &conflict.since {
        let (when, text) = (output::time(happened.at), output::plain(&happened.text));
        output::line(&format!("{when}  {} {text}", output::plain(&happened.who)));
    }
    let again = output::plain(&conflict.again.message);
    match conflict.again.accepted {
        true => output::line(&format!("The same again would do: {again}")),
        false => output::line(&format!("The same cannot be done any more: {again}")),
    }
}
