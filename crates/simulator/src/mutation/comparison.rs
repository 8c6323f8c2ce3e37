//! Bugs in comparing what is held with what should be, after somebody's grants have changed.

use super::Mutation;
use crate::wire::Answer;
use crate::world::World;
use bytes::Bytes;
use postern_domain::ItemId;
use postern_protocol::{BootstrapPart, ChangePage};
use std::collections::BTreeSet;

/// A load of versions alone.
pub async fn versions(
    mutation: Mutation,
    world: &mut World,
    who: usize,
    answer: &mut Answer,
) -> anyhow::Result<()> {
    let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    // A captive network may have answered in the portal's place.
    let Ok(mut parts) = lines.map(serde_json::from_slice).collect::<Result<Vec<BootstrapPart>, _>>() else {
        return Ok(());
    };
    match mutation {
        Mutation::LeavingForgotten if answer.cut_at.is_none() => {
            parts.pop();
            let known = named_in(&parts);
            let held = held(world, who).await?;
            let of = held.into_iter().filter(|(id, _)| !known.contains(id)).collect();
            parts.push(BootstrapPart::Versions { of });
        }
        // Nothing of what it names has come.
        Mutation::ComparisonCutTaken => parts.truncate(1),
        _ => return Ok(()),
    }
    let items = named_in(&parts).len() as u64;
    parts.push(BootstrapPart::End { items, expected: None });
    let lines: Vec<String> = parts.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    answer.body = Bytes::from(lines.join("\n"));
    answer.cut_at = None;
    Ok(())
}

/// A page of items that were asked for by their names.
pub fn named(mutation: Mutation, page: &mut ChangePage) {
    if mutation == Mutation::NamedItemDropped && !page.changes.is_empty() {
        page.changes.remove(0);
    }
}

fn named_in(parts: &[BootstrapPart]) -> BTreeSet<ItemId> {
    let versions = parts.iter().filter_map(|part| match part {
        BootstrapPart::Versions { of } => Some(of),
        _ => None,
    });
    versions.flatten().map(|(id, _)| id.clone()).collect()
}

/// What the base of a console holds.
async fn held(world: &mut World, who: usize) -> anyhow::Result<Vec<(ItemId, u64)>> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(Vec::new()) };
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT id, version FROM items WHERE layer = 0")
        .fetch_all(&mut profile.watcher)
        .await?;
    Ok(rows.into_iter().map(|(id, version)| (ItemId(id), version.unsigned_abs())).collect())
}
