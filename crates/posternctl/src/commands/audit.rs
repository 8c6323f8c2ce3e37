//! What happened to items, in sentences: the portal's trail, or offline the history that the cache holds.

use crate::cli::{Cli, Refs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{AuditLineView, Engine, Failure, FailureCode, HistoryLine, SessionView};
use serde_json::{Value, json};

pub async fn audit(cli: &Cli, refs: &Refs) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    let online = !cli.offline && matches!(engine.session().await?, SessionView::SignedIn { .. });
    if !online && !cli.offline {
        return Err(Stop::new(Exit::NotSignedIn, profile::not_signed_in(None)));
    }
    let mut documents = Vec::new();
    for (index, reference) in refs.refs.iter().enumerate() {
        if index > 0 && !cli.json {
            output::line("");
        }
        documents.push(if online {
            of_portal(cli, &engine, reference).await?
        } else {
            of_cache(cli, &engine, reference).await?
        });
    }
    if cli.json {
        output::json(&documents);
    }
    Ok(Exit::Ok)
}

async fn of_portal(cli: &Cli, engine: &Engine, reference: &str) -> Result<Value, Stop> {
    let lines = engine.audit(reference).await.map_err(|failure| unseen(reference, failure))?;
    if !cli.json {
        let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
        output::line(&format!("{} — {} audit lines of the portal", output::plain(reference), rows.len()));
        output::table(&["SEQ", "WHEN", "ON THE DEVICE", "WHO", "HASH", "WHAT"], &rows);
    }
    Ok(json!({ "reference": reference, "source": "portal", "lines": lines }))
}

fn cells(told: &AuditLineView) -> Vec<String> {
    let line = &told.line;
    let hash = line.hash.get(..12).unwrap_or(&line.hash).to_owned();
    vec![
        line.seq.to_string(),
        output::time(line.recorded.at),
        output::time_or_dash(line.recorded.device_at),
        output::plain(&told.who),
        hash,
        said(&told.text, told.detail.as_deref()),
    ]
}

async fn of_cache(cli: &Cli, engine: &Engine, reference: &str) -> Result<Value, Stop> {
    let id = engine.find(reference).await?;
    let view = engine.item(&id).await?;
    if !cli.json {
        output::note("Offline: this is the history that the cache holds, without the portal's hashes.");
        let cells = |line: &HistoryLine| {
            let pending = if line.pending { " (pending)" } else { "" };
            let text = format!("{}{pending}", said(&line.text, line.detail.as_deref()));
            vec![output::time(line.at), output::plain(&line.who), text]
        };
        let rows: Vec<Vec<String>> = view.history.iter().map(cells).collect();
        output::table(&["WHEN", "WHO", "WHAT"], &rows);
    }
    Ok(json!({ "reference": reference, "source": "cache", "lines": view.history }))
}

fn said(text: &str, detail: Option<&str>) -> String {
    let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
    output::plain(&format!("{text}{detail}"))
}

/// The portal does not repeat what it was asked for; of several references, the person needs to know which.
fn unseen(reference: &str, failure: Failure) -> Stop {
    let not_found = failure.code == FailureCode::NotFound;
    let mut stop = Stop::from(failure);
    if not_found {
        stop.message = format!("Not among the items that you may see: {}.", output::plain(reference));
    }
    stop
}
