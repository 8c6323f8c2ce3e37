//! `backup` and `restored`.

use super::exit::Exit;
use crate::environment::Environment;
use postern_portal_store::Store;
use std::path::{Path, PathBuf};

const RESTORING: &str = "\
To restore: stop the portal, copy the backup's content into an empty data directory, run `postern-portal --data DIR \
restored`, then start the portal. Consoles start over from what the backup holds and send again what it misses.
The backup holds audit.key: keep it as safe as the portal itself.";

#[derive(Debug, clap::Args)]
#[command(after_long_help = RESTORING)]
pub struct Args {
    /// Where to put the copy: a directory that holds no portal. It becomes a data directory of its own.
    target: PathBuf,
    #[arg(long)]
    json: bool,
}

pub async fn run(data: &Path, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let report = store.backup(&args.target).await?;
    store.close().await;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!(
            "{} holds a copy of {}: a database of {} bytes and {} files ({} copied now).",
            args.target.display(),
            data.display(),
            report.database_bytes,
            report.files,
            report.files_copied
        );
    }
    Ok(Exit::Done)
}

pub async fn restored(data: &Path, environment: &Environment) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    store.roll_epoch(&environment.epoch()).await?;
    store.close().await;
    println!("Consoles will start over from what {} holds, and send again what it misses.", data.display());
    Ok(Exit::Done)
}
