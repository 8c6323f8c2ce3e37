//! What must hold after a death: at once, and when everything has come to rest.

mod rest;
mod tables;

pub use rest::at_rest;
pub use tables::{Cache, Ledger};

use crate::stage::Stage;
use anyhow::{Result, ensure};

/// After a console died: its database is whole, and every command that it said was saved is in it.
pub async fn console(stage: &Stage) -> Result<()> {
    let cache = Cache::read(&stage.profile()).await?;
    for command in stage.world.book.acknowledged.keys() {
        ensure!(cache.knows(command), "{command} was said to be saved and is not in the console any more");
    }
    Ok(())
}

/// After a portal died and came back: its database is whole, its trail verifies, its files are what their names say,
/// and it knows every outcome that it ever gave.
pub async fn portal(stage: &mut Stage) -> Result<()> {
    stage.portal.run(&["check"]).map_err(|error| anyhow::anyhow!("postern-portal check: {error}"))?;
    stage.portal.run(&["audit", "verify"]).map_err(|error| anyhow::anyhow!("audit verify: {error}"))?;
    let ledger = Ledger::of(stage).await?;
    let cache = Cache::read(&stage.profile()).await?;
    for (command, kind) in cache.outcomes() {
        let known = ledger.outcomes.get(command);
        ensure!(
            known.is_some_and(|known| same_outcome(known, kind)),
            "the console was told {kind} about {command}, and the portal knows {known:?}"
        );
    }
    for sha256 in &stage.world.book.uploads {
        ensure!(ledger.files.contains(sha256), "the portal said that it has {sha256}, and does not know it");
    }
    for (text, reference) in &stage.world.book.confirmed {
        let times = ledger.times_said(text, reference);
        ensure!(times == 1, "“{text}” was confirmed, and stands {times} times on {reference}");
    }
    Ok(())
}

/// The cache and the portal have a word of their own for one of them.
pub(crate) fn same_outcome(portal: &str, console: &str) -> bool {
    portal == console || (portal == "already_satisfied" && console == "satisfied")
}
