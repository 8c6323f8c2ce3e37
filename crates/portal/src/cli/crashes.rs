//! `crashes`: commands on which the portal failed, so that somebody finds out why.

use super::exit::Exit;
use postern_portal_store::{Crash, Store};
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long)]
    json: bool,
}

pub async fn run(data: &Path, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let crashes = store.crashes().await?;
    store.close().await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&crashes)?);
    } else if crashes.is_empty() {
        println!("The portal has failed on no command.");
    }
    for crash in crashes.iter().filter(|_| !args.json) {
        println!("{}", line(crash));
    }
    Ok(Exit::Done)
}

fn line(crash: &Crash) -> String {
    let state = if crash.is_quarantined { "put aside" } else { "sent again" };
    let times = if crash.times == 1 { "once".to_owned() } else { format!("{} times", crash.times) };
    let known = |what: &Option<String>| what.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "{}  {}  {times}  {state}  {}  {}\n    {}",
        crash.command,
        crash.last_at,
        known(&crash.reference),
        known(&crash.email),
        crash.report
    )
}
