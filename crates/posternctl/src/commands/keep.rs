//! What the device keeps.

use super::session::sync_with;
use crate::cli::{Cli, KeepArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::FileRules;

pub async fn keep(cli: &Cli, args: &KeepArgs) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    let chosen = if args.everything { Some(None) } else { args.months.map(Some) };
    if let Some(months) = chosen {
        engine.set_keep(months).await?;
        if !cli.offline {
            sync_with(&engine).await?;
        }
    }
    let before = engine.file_rules().await?;
    let files = FileRules {
        keep_offline: args.fetch_files.unwrap_or(before.keep_offline),
        largest: args.largest_file.unwrap_or(before.largest),
        limit: args.room_for_files.unwrap_or(before.limit),
    };
    if files != before {
        engine.set_file_rules(&files).await?;
    }
    let kept = engine.kept().await?;
    let size = engine.files_size().await?;
    engine.stop().await;
    if cli.json {
        output::json(&serde_json::json!({ "items": kept, "files": { "rules": files, "bytes": size } }));
        return Ok(Exit::Ok);
    }
    let closed = match kept.months {
        None => "all".to_owned(),
        Some(months) => format!("of {months} months"),
    };
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    output::table(
        &["", ""],
        &[
            row("Open items", "all".to_owned()),
            row("Closed items", closed),
            row("Closed since", output::time_or_dash(kept.closed_since)),
            row("Items here", kept.items.to_string()),
            row("At the portal only", kept.elsewhere.to_string()),
            row("Size", output::size(kept.bytes as u64)),
            row(
                "Files fetched ahead",
                match files.keep_offline {
                    true => format!("of my turn, up to {} each", output::size(files.largest)),
                    false => "none".to_owned(),
                },
            ),
            row("Files here", format!("{} of {}", output::size(size), output::size(files.limit))),
        ],
    );
    Ok(Exit::Ok)
}
