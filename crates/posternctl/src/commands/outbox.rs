//! The outbox.

use crate::cli::{Cli, OutboxAction, OutboxArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{Engine, OutboxLine, OutboxState};
use postern_domain::CommandId;

pub async fn outbox(cli: &Cli, args: &OutboxArgs) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    match &args.action {
        None => {}
        Some(OutboxAction::Discard { ids }) => {
            for id in chosen(&engine, ids).await? {
                engine.discard(&id).await?;
            }
        }
        Some(OutboxAction::Retry { ids }) => {
            for id in chosen(&engine, ids).await? {
                engine.retry(&id).await?;
            }
            if !cli.offline {
                engine.upload_now().await?;
                engine.sync_now().await?;
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
    let attention = lines.iter().any(|line| line.state == OutboxState::Conflict);
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

/// The commands meant: an id, or the end of one that means one change only.
async fn chosen(engine: &Engine, ids: &[String]) -> Result<Vec<CommandId>, Stop> {
    let lines = engine.outbox().await?;
    ids.iter()
        .map(|wanted| {
            let meant: Vec<&OutboxLine> = lines
                .iter()
                .filter(|line| !wanted.is_empty() && line.command.as_str().ends_with(wanted.as_str()))
                .collect();
            match meant.as_slice() {
                [one] => Ok(one.command.clone()),
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
fn state(state: OutboxState) -> String {
    serde_json::to_value(state).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

fn print(lines: &[OutboxLine]) {
    if lines.is_empty() {
        output::line("Everything is confirmed.");
        return;
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let id = line.command.as_str();
            let end = id.len().saturating_sub(8);
            vec![
                id.get(end..).unwrap_or(id).to_owned(),
                output::plain(&line.reference),
                output::short(&line.what, 32),
                state(line.state),
                output::time(line.made_at),
                output::plain(&line.why),
            ]
        })
        .collect();
    output::table(&["ID", "REF", "CHANGE", "STATE", "MADE", "WHY"], &rows);
    for line in lines {
        for difference in line.conflict.iter().flat_map(|conflict| &conflict.differences) {
            output::line(&format!(
                "  {} {}: you saw “{}”, now it is “{}”",
                output::plain(&line.reference),
                output::plain(&difference.what),
                output::short(&difference.seen, 60),
                output::short(&difference.current, 60)
            ));
        }
    }
}
