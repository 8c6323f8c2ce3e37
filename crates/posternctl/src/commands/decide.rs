//! Decisions: saved first, then sent, then waited for.

use super::show::found;
use crate::cli::{Cli, Command, Decision};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{
    ActOptions, ActResult, Engine, FailureCode, OutboxState, Request, SessionView, Settlement, Target,
};
use postern_domain::{CommandId, ItemId, StepKey, Visibility};
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
    #[serde(skip)]
    exit: Exit,
}

pub async fn decide(cli: &Cli, command: &Command) -> Result<Exit, Stop> {
    let on = on(command)?;
    let engine = if cli.offline { profile::offline(cli).await? } else { profile::signed_in(cli).await? };
    let done = carry_out(cli, &engine, command, on).await;
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
    }
    lines.iter().map(|line| line.exit).max().unwrap_or(Exit::Ok)
}

async fn carry_out(cli: &Cli, engine: &Engine, command: &Command, on: &Decision) -> Result<Vec<Line>, Stop> {
    let ids = match found(engine, &on.refs).await {
        Err(stop) if stop.exit == Exit::NotFound && !cli.offline => {
            // It may have come since the last sync.
            engine.sync_now().await.ok();
            found(engine, &on.refs).await?
        }
        other => other?,
    };
    let request = request(engine, command).await?;
    let targets: Vec<Target> = ids.into_iter().map(|id| Target { id, seen: None }).collect();
    let given = engine.act(&targets, &request, ActOptions { hold_ms: 0 }).await?;
    let commands: HashMap<ItemId, CommandId> = engine.commands_of(&given.batch).await?.into_iter().collect();
    if !cli.offline {
        wait(engine, commands.values(), Duration::from_secs(on.timeout)).await?;
    }
    lines(cli, engine, &given, &commands).await
}

fn on(command: &Command) -> Result<&Decision, Stop> {
    match command {
        Command::Approve { on, .. }
        | Command::Override { on, .. }
        | Command::RequestChanges { on, .. }
        | Command::Claim { on, .. }
        | Command::Complete { on }
        | Command::Reassign { on, .. }
        | Command::Escalate { on, .. }
        | Command::Comment { on, .. } => Ok(on),
        _ => Err(Stop::new(Exit::Internal, "This is not a decision.")),
    }
}

async fn request(engine: &Engine, command: &Command) -> Result<Request, Stop> {
    Ok(match command {
        Command::Approve { comment, outputs, .. } => {
            Request::Approve { comment: comment.clone(), outputs: outputs.iter().cloned().collect() }
        }
        Command::Override { reason, outputs, step, .. } => Request::Override {
            reason: reason.clone(),
            outputs: outputs.iter().cloned().collect(),
            step: step.as_deref().map(StepKey::from),
        },
        Command::RequestChanges { reason, .. } => Request::RequestChanges { reason: reason.clone() },
        Command::Claim { step, .. } => Request::Claim { step: step.as_deref().map(StepKey::from) },
        Command::Complete { .. } => Request::Complete {},
        Command::Reassign { to, reason, step, .. } => Request::Reassign {
            to: engine.find_person(to).await?.id,
            reason: reason.clone(),
            step: step.as_deref().map(StepKey::from),
        },
        Command::Escalate { reason, .. } => Request::Escalate { reason: reason.clone() },
        Command::Comment { body, client_visible, .. } => Request::Comment {
            visibility: if *client_visible { Visibility::Client } else { Visibility::Internal },
            body: body.clone(),
        },
        _ => return Err(Stop::new(Exit::Internal, "This is not a decision.")),
    })
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
            None => ("refused", result.message.clone(), Exit::Refused),
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
            exit,
        });
    }
    Ok(lines)
}
