//! `check`: damage, and work that nobody can do.

use super::exit::Exit;
use postern_portal_store::{Severity, Store};
use std::path::Path;

const FINDINGS: &str = "\
Errors are damage, and the exit code is then 5. Warnings alone leave it at 0: files that were never uploaded, and open
reviews that too few people can decide, because accounts are switched off, grants were taken away or nobody stands in.
Each says who, why, and the way out.";

#[derive(Debug, clap::Args)]
#[command(after_help = FINDINGS)]
pub struct Args {
    #[arg(long)]
    json: bool,
}

pub async fn run(data: &Path, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let findings = store.check().await?;
    store.close().await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else if findings.is_empty() {
        println!("All is well.");
    } else {
        for finding in &findings {
            let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
            println!("{severity}: {}\n  {}", finding.what, finding.advice);
        }
    }
    let is_damaged = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_damaged { Exit::Found } else { Exit::Done })
}
