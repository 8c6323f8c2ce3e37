//! What the device keeps.

use crate::cli::{Cli, KeepArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};

pub async fn keep(cli: &Cli, args: &KeepArgs) -> Result<Exit, Stop> {
    let engine = profile::open(cli).await?;
    let chosen = if args.everything { Some(None) } else { args.months.map(Some) };
    if let Some(months) = chosen {
        engine.set_keep(months).await?;
        if !cli.offline {
            engine.sync_now().await?;
        }
    }
    let kept = engine.kept().await?;
    engine.stop().await;
    if cli.json {
        output::json(&kept);
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
            row("Size", format!("{:.1} MB", kept.bytes / 1_048_576.0)),
        ],
    );
    Ok(Exit::Ok)
}
