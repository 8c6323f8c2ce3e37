//! `check`: damage, and work that nobody can do.

use super::exit::Exit;
use postern_portal_store::{Finding, Miscount, Severity, Store};
use std::path::Path;

const FINDINGS: &str = "\
Errors are damage, and the exit code is then 5. Warnings alone leave it at 0: files that were never uploaded, and open
reviews that too few people can decide, because accounts are switched off, grants were taken away or nobody stands in.
Each says who, why, and the way out.

The portal tells each console how many items it should hold, by counts that it keeps of them. Where those are wrong,
consoles load everything anew and are none the better for it. --repair-counts counts all items anew in one transaction,
also while the portal runs, and says what was wrong. Nothing else is changed.";

#[derive(Debug, clap::Args)]
#[command(after_help = FINDINGS)]
pub struct Args {
    #[arg(long)]
    json: bool,
    /// Before the check, count anew what consoles are told to hold, and say what was wrong.
    #[arg(long)]
    repair_counts: bool,
}

/// What `--repair-counts --json` prints.
#[derive(serde::Serialize)]
struct Report<'a> {
    repaired: &'a [Miscount],
    findings: &'a [Finding],
}

pub async fn run(data: &Path, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let repaired = if args.repair_counts { Some(store.repair_counts().await?) } else { None };
    let findings = store.check().await?;
    store.close().await;
    match (args.json, &repaired) {
        (true, None) => println!("{}", serde_json::to_string_pretty(&findings)?),
        (true, Some(repaired)) => {
            let report = Report { repaired, findings: &findings };
            println!("{}", serde_json::to_string_pretty(&report)?);
        }
        (false, _) => tell(repaired.as_deref(), &findings),
    }
    let is_damaged = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_damaged { Exit::Found } else { Exit::Done })
}

fn tell(repaired: Option<&[Miscount]>, findings: &[Finding]) {
    match repaired {
        None => {}
        Some([]) => println!("The counts are right; nothing was changed."),
        Some(wrong) => {
            println!("Counted anew. Until now:");
            wrong.iter().for_each(|miscount| println!("  {miscount}"));
        }
    }
    if findings.is_empty() {
        println!("All is well.");
    }
    for finding in findings {
        let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
        println!("{severity}: {}\n  {}", finding.what, finding.advice);
    }
}
