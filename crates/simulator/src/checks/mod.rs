//! The model checker: what must be so during a run, and when everything has come to rest.

mod commands;
mod consoles;
mod files;
mod history;
mod leaving;
mod replies;

pub use commands::lanes_are_held;
pub use consoles::{shows_nothing, shows_what_is_there};
pub use files::{proxies_refuse, sha256, unsent_content_is_kept};
pub use leaving::{leaves, stays_unsent, tries};
pub use replies::{answer, before_request};

use crate::violation::{Check, broken};
use crate::world::World;
use anyhow::Context as _;

/// Everything that must hold at rest.
pub async fn at_rest(world: &mut World) -> anyhow::Result<()> {
    trail_verifies(world).await?;
    let portal = commands::Results::read(world).await?;
    commands::applied_once(world, &portal)?;
    for who in 0..world.profiles.len() {
        commands::one_outcome_each(world, who, &portal).await?;
        commands::in_order(world, who, &portal)?;
        consoles::equal_views(world, who).await?;
        consoles::no_overlay_left(world, who).await?;
        consoles::no_unnamed_content(world, who).await?;
    }
    history::decided_on_what_was_seen(world, &portal).await?;
    files::at_rest(world).await
}

async fn trail_verifies(world: &mut World) -> anyhow::Result<()> {
    let verified = world.portal.store().verify_audit(|_progress| {}).await.context("the audit trail")?;
    match verified {
        Ok(_report) => Ok(()),
        Err(difference) => broken(Check::AuditReplay, difference.to_string()),
    }
}
