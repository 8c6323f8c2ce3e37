//! The first thing after a death: the console starts again.

use crate::act::Action;
use crate::checks;
use crate::stage::Stage;
use anyhow::{Result, ensure};
use postern_journeys::portal::PASSWORD;

/// The console starts again, on the profile that was in use.
pub async fn after(stage: &mut Stage, action: Action) -> Result<()> {
    if action == Action::FirstStart {
        return after_first_start(stage).await;
    }
    let looked = stage.console().run(&["outbox", "--json", "--offline"]);
    ensure!(matches!(looked.code, 0 | 3 | 4 | 5), "{} {}", looked.out, looked.err);
    checks::console(stage).await
}

/// Whatever a first start left, the next one makes a whole console of it.
async fn after_first_start(stage: &mut Stage) -> Result<()> {
    let profile = stage.new_profile();
    let console = stage.console_in(profile.clone());
    let said = console.login(&stage.portal.address(), &stage.me.email, PASSWORD);
    ensure!(said.code == 0, "the second start: {} {}", said.out, said.err);
    let said = console.run(&["sync"]);
    ensure!(said.code == 0, "the second load: {} {}", said.out, said.err);
    let cache = checks::Cache::read(&profile).await?;
    ensure!(cache.base.len() >= stage.world.references.len(), "the second load is not whole");
    std::fs::remove_dir_all(&profile)?;
    Ok(())
}
