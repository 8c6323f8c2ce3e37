//! Decisions: saved first, then sent, then waited for.

use super::show::found;
use crate::cli::{Cli, Deed};
use crate::exit::{Exit, Stop};
use crate::instant::instant;
use crate::{output, profile};
use postern_console_core::{
    ActItemResult, ActOptions, ActResult, Engine, FailureCode, OutboxState, Request, SessionView, Settlement,
    Target,
};
use postern_domain::{CommandId, ItemId, Seen, StepKey, Visibility};
use serde::Serialize;
use std::collections::HashMap;
use std::time::Duration;

/// How often another process's progress is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// What one item's decision came to.
#[derive(Serialize)]
pub(super) struct Line {
    reference: String,
    item: ItemId,
    command: Option<CommandId>,
    state: &'static str,
    message: String,
    /// What a change of content does to what was decided before.
    effects: Vec<String>,
    #[serde(skip)]
    exit: Exit,
}

pub async fn decide(cli: &Cli, deed: &Deed) -> Result<Exit, Stop> {
    let engine = if cli.offline { profile::offline(cli).await? } else { profile::signed_in(cli).await? };
    let done = carry_out(cli, &engine, deed).await;
    engine.stop().await;
    let lines = done?;
    Ok(told(cli, &lines))
}

/// Prints what became of each and returns the worst.
pub(super) fn told(cli: &Cli, lines: &[Line]) -> Exit {
    if cli.json {
        output::json(&lines);
    } else {
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| {
                vec![output::plain(&line.reference), line.state.to_owned(), output::plain(&line.message)]
            })
            .collect();
        output::table(&["REF", "RESULT", ""], &rows);
        for line in lines {
            for effect in &line.effects {
                output::line(&format!("  {}: {}", output::plain(&line.reference), output::plain(effect)));
            }
        }
    }
    lines.iter().map(|line| line.exit).max().unwrap_or(Exit::Ok)
}

async fn carry_out(cli: &Cli, engine: &Engine, deed: &Deed) -> Result<Vec<Line>, Stop> {
    let on = deed.on();
    let ids = match found(engine, &on.refs).await {
        Err(stop) if stop.exit == Exit::NotFound && !cli.offline => {
            // It may have come since the last sync.
            engine.sync_now().await.ok();
            found(engine, &on.refs).await?
        }
        other => other?,
    };
    let request = request(engine, deed).await?;
    let mut targets = Vec::with_capacity(ids.len());
    for id in ids {
        targets.push(match deed.seen() {
            Some(digest) => still(engine, id, digest).await?,
            None => Target { id, seen: None },
        });
    }
    if matches!(deed, Deed::SetFields { check: true, .. }) {
        return Ok(engine.predict(&targets, &request).await?.iter().map(checked).collect());
    }
    give(cli, engine, &targets, &request, on.timeout).await
}

/// An item whose content must be what its decider looked at.
async fn still(engine: &Engine, id: ItemId, digest: &str) -> Result<Target, Stop> {
    let view = engine.item(&id).await?;
    assert_still(&view.row.reference, &view.seen, digest)?;
    Ok(Target { id, seen: Some(view.seen) })
}

pub(super) fn assert_still(reference: &str, seen: &Seen, digest: &str) -> Result<(), Stop> {
    if !digest.is_empty() && seen.content.0.starts_with(digest) {
        return Ok(());
    }
    let (reference, now) = (output::plain(reference), seen.content.short());
    let message = format!(
        "{reference} is not what you looked at any more: its content is {now} now. Nothing was done; look at it with `posternctl show {reference}`."
    );
    Err(Stop::new(Exit::Conflict, message))
}

/// Gives one request, sends it unless the network must not be touched, and says what became of it.
pub(super) async fn give(
    cli: &Cli,
    engine: &Engine,
    targets: &[Target],
    request: &Request,
    timeout: u64,
) -> Result<Vec<Line>, Stop> {
    let given = engine.act(targets, request, ActOptions { hold_ms: 0 }).await?;
    settle(cli, engine, &given, timeout).await
}

/// Sends what was given unless the network must not be touched, and says what became of it.
pub(super) async fn settle(
    cli: &Cli,
    engine: &Engine,
    given: &ActResult,
    timeout: u64,
) -> Result<Vec<Line>, Stop> {
    let commands: HashMap<ItemId, CommandId> = engine.commands_of(&given.batch).await?.into_iter().collect();
    if !cli.offline {
        wait(engine, commands.values(), Duration::from_secs(timeout)).await?;
    }
    lines(cli, engine, given, &commands).await
}

async fn request(engine: &Engine, deed: &Deed) -> Result<Request, Stop> {
    let step = |key: &Option<String>| key.as_deref().map(StepKey::from);
    let person = async |wanted: &Option<String>| match wanted {
        Some(wanted) => engine.find_person(wanted).await.map(|person| Some(person.id)),
        None => Ok(None),
    };
    Ok(match deed {
        Deed::Approve { comment, outputs, .. } => {
            Request::Approve { comment: comment.clone(), outputs: outputs.iter().cloned().collect() }
        }
        Deed::Override { reason, outputs, step: key, .. } => Request::Override {
            reason: reason.clone(),
            outputs: outputs.iter().cloned().collect(),
            step: step(key),
        },
        Deed::RequestChanges { reason, .. } => Request::RequestChanges { reason: reason.clone() },
        Deed::Resubmit { comment, .. } => Request::Resubmit { comment: comment.clone() },
        Deed::Claim { step: key, .. } => Request::Claim { step: step(key) },
        Deed::Complete { .. } => Request::Complete {},
        Deed::Withdraw { reason, .. } => Request::Withdraw { reason: reason.clone() },
        Deed::Reopen { reason, .. } => Request::Reopen { reason: reason.clone() },
        Deed::Reassign { to, reason, step: key, from, .. } => Request::Reassign {
            to: engine.find_person(to).await?.id,
            reason: reason.clone(),
            step: step(key),
            from: person(from).await?,
        },
        Deed::Escalate { reason, to, .. } => {
            Request::Escalate { reason: reason.clone(), to: person(to).await? }
        }
        Deed::DeEscalate { reason, .. } => Request::DeEscalate { reason: reason.clone() },
        Deed::RaiseException { category, reason, .. } => {
            Request::RaiseException { category: category.clone(), reason: reason.clone() }
        }
        Deed::ResolveException { reason, to, stage, .. } => {
            Request::ResolveException { to: to.exit(stage.as_deref()), reason: reason.clone() }
        }
        Deed::Comment { body, client_visible, .. } => Request::Comment {
            visibility: if *client_visible { Visibility::Client } else { Visibility::Internal },
            body: body.clone(),
        },
        Deed::SetFields { title, description, fields, .. } => Request::SetFields {
            title: title.clone(),
            description: description.clone(),
            fields: fields.iter().cloned().collect(),
        },
        Deed::SetDue { at, .. } => Request::SetDue { due_at: at.as_deref().map(instant).transpose()? },
        Deed::SetPriority { to, .. } => Request::SetPriority { priority: (*to).into() },
    })
}

/// What would come of it.
pub(super) fn checked(result: &ActItemResult) -> Line {
    Line {
        reference: result.reference.clone(),
        item: result.id.clone(),
        command: None,
        state: if result.accepted { "would_apply" } else { "refused" },
        message: why(result),
        effects: result.effects.clone(),
        exit: if result.accepted { Exit::Ok } else { Exit::Refused },
    }
}

/// Of a form, all that is wrong with it, and not the first alone.
fn why(result: &ActItemResult) -> String {
    let problems: Vec<&str> = result.problems.iter().map(|problem| problem.sentence.as_str()).collect();
    if result.accepted || problems.is_empty() { result.message.clone() } else { problems.join(" ") }
}

/// Uploads and sends, or lets the window do so, until every command has its outcome or the time is over. That the portal cannot be
/// reached is no failure: the commands are saved.
pub(super) async fn wait(
    engine: &Engine,
    commands: impl Iterator<Item = &CommandId>,
    longest: Duration,
) -> Result<(), Stop> {
    let commands: Vec<&CommandId> = commands.collect();
    let waiting = async {
        loop {
            let mut pending = false;
            for command in &commands {
                pending |= matches!(engine.settlement(command).await?, Settlement::Pending { .. });
            }
            if !pending || stopped(engine, &commands).await? {
                return Ok(());
            }
            // What became of each file stands in the outbox.
            engine.upload_now().await.ok();
            match engine.sync_now().await {
                // What waits for something else is not asked for all the time.
                Ok(report) if report.pushed == 0 => tokio::time::sleep(LOOK).await,
                Ok(_) => {}
                Err(_) if engine.syncs_elsewhere().await => tokio::time::sleep(LOOK).await,
                Err(failure) if matches!(failure.code, FailureCode::Offline | FailureCode::Throttled) => {
                    output::note(&format!("posternctl: {}", failure.message));
                    return Ok(());
                }
                Err(failure) => return Err(Stop::from(failure)),
            }
        }
    };
    tokio::time::timeout(longest, waiting).await.unwrap_or(Ok(()))
}

/// Whether a command waits for its author, and for nothing else.
async fn stopped(engine: &Engine, commands: &[&CommandId]) -> Result<bool, Stop> {
    let lines = engine.outbox().await?;
    let mut mine = lines.iter().filter(|line| commands.contains(&&line.command));
    Ok(mine.any(|line| line.state == OutboxState::UploadStopped))
}

pub(super) async fn lines(
    cli: &Cli,
    engine: &Engine,
    given: &ActResult,
    commands: &HashMap<ItemId, CommandId>,
) -> Result<Vec<Line>, Stop> {
    let signed_out = matches!(engine.session().await?, SessionView::SignedOut { .. });
    let mut lines = Vec::new();
    for result in &given.results {
        let command = commands.get(&result.id).cloned();
        let (state, message, exit) = match &command {
            None if result.accepted => ("already", result.message.clone(), Exit::Ok),
            None => ("refused", why(result), Exit::Refused),
            Some(command) => match engine.settlement(command).await? {
                Settlement::Applied => ("applied", result.message.clone(), Exit::Ok),
                Settlement::AlreadySatisfied { why } => ("already", why, Exit::Ok),
                Settlement::Refused { why } | Settlement::Quarantined { why } => {
                    ("refused", why, Exit::Refused)
                }
                Settlement::Conflict { why } => ("conflict", why, Exit::Conflict),
                Settlement::Discarded => ("discarded", String::new(), Exit::Refused),
                Settlement::Pending { why } if stopped(engine, &[command]).await? => {
                    ("stopped", why, Exit::Refused)
                }
                Settlement::Pending { .. } if cli.offline => {
                    ("queued", "Saved; it is sent with the next contact.".to_owned(), Exit::Pending)
                }
                Settlement::Pending { why } => {
                    ("pending", why, if signed_out { Exit::NotSignedIn } else { Exit::Pending })
                }
            },
        };
        lines.push(Line {
            reference: result.reference.clone(),
            item: result.id.clone(),
            command,
            state,
            message,
            effects: result.effects.clone(),
            exit,
        });
    }
    Ok(lines)
}
