//! Decisions against what was decided about: the trail is played back to the moment before each of them.

use super::commands::Results;
use crate::violation::{Check, broken};
use crate::world::World;
use postern_domain::{Command, CommandId, ContentDigest, Immaterial, Item, ItemId, Recorded, apply};
use std::collections::BTreeMap;

pub async fn decided_on_what_was_seen(world: &mut World, portal: &Results) -> anyhow::Result<()> {
    let mut bound: BTreeMap<ItemId, BTreeMap<CommandId, Command>> = BTreeMap::new();
    for made in world.profiles.iter().flat_map(|profile| profile.book.made()) {
        if is_bound(&made.command) && portal.outcomes.contains_key(&made.id) {
            bound.entry(made.item.clone()).or_default().insert(made.id.clone(), made.command.clone());
        }
    }
    let directory = world.portal.store().directory().await?;
    for (id, commands) in bound {
        let lines: Vec<String> =
            sqlx::query_scalar("SELECT recorded FROM audit WHERE item = $1 ORDER BY seq")
                .bind(id.as_str())
                .fetch_all(world.portal.watcher())
                .await?;
        let mut state: Option<Item> = None;
        let mut last: Option<CommandId> = None;
        for line in &lines {
            let recorded: Recorded = serde_json::from_str(line)?;
            let is_first = recorded.command != last;
            if let (true, Some(command), Some(item)) = (is_first, &recorded.command, &state)
                && let Some(given) = commands.get(command)
                && let Some(journey) = directory.journey(&item.journey)
            {
                fits(command, given, item, &ContentDigest::of(item, &Immaterial::under(journey)))?;
            }
            last.clone_from(&recorded.command);
            let next = apply(state.take(), &id, &recorded);
            state = next.ok();
        }
    }
    Ok(())
}

fn is_bound(command: &Command) -> bool {
    matches!(
        command,
        Command::Approve { .. }
            | Command::Override { .. }
            | Command::RequestChanges { .. }
            | Command::Reassign { .. }
            | Command::Claim { .. }
    )
}

fn fits(id: &CommandId, command: &Command, item: &Item, content: &ContentDigest) -> anyhow::Result<()> {
    let fits = match command {
        Command::Approve { seen, .. }
        | Command::Override { seen, .. }
        | Command::RequestChanges { seen, .. } => &seen.content == content && seen.round == item.round,
        Command::Reassign { assignment_version, .. } | Command::Claim { assignment_version, .. } => {
            *assignment_version == item.assignment_version
        }
        _ => true,
    };
    if fits {
        return Ok(());
    }
    broken(Check::SeenContent, format!("{id} decided about {} as it was not when it was looked at", item.id))
}
