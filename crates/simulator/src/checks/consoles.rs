//! What consoles show, against what the portal has.

use crate::violation::{Check, broken};
use crate::world::World;
use anyhow::Context as _;
use postern_domain::{Item, may_view};
use postern_protocol::Month;
use std::collections::BTreeMap;

/// A round came to its end, and nothing happened since at the portal: the console shows what there is, unless its disk
/// has lost some of it.
pub async fn shows_what_is_there(world: &mut World, who: usize) -> anyhow::Result<()> {
    let head = world.portal.store().head().await?;
    let Some(profile) = world.profiles.get_mut(who).filter(|profile| !profile.rotten) else { return Ok(()) };
    match profile.cursor().await? {
        Some(cursor) if !head.told().is_news_to(&cursor) => equal_views(world, who).await,
        _ => Ok(()),
    }
}

/// The base of a console is what the portal shows its person now, of closed items those of the months that it keeps: the
/// same items, equal to the last field.
pub async fn equal_views(world: &mut World, who: usize) -> anyhow::Result<()> {
    let items = world.portal_items().await?;
    let directory = world.portal.store().directory().await?;
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let person = directory.people().get(&profile.person).context("a person of the cast")?;
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT i.id, d.doc FROM items i JOIN item_docs d ON d.row = i.row WHERE i.layer = 0")
            .fetch_all(&mut profile.watcher)
            .await?;
    let mut cached: BTreeMap<String, String> = rows.into_iter().collect();
    let kept_since: Option<Month> = profile.fact("closed_since").await?.and_then(|month| month.parse().ok());
    for item in items {
        let shown = cached.remove(item.id.as_str());
        let is_old = |since: Month| item.phase.is_terminal() && Month::of(item.entered_at) < since;
        if kept_since.is_some_and(is_old) {
            if shown.is_some() {
                let what = format!("c{who} still has {}, closed before the months that it keeps", item.id);
                return broken(Check::EqualViews, what);
            }
            continue;
        }
        match (may_view(person, &item), shown) {
            (false, Some(_)) => {
                return broken(
                    Check::Scope,
                    format!("c{who} has {}, which {} may not see", item.id, person.id),
                );
            }
            (true, None) => return broken(Check::EqualViews, format!("c{who} does not have {}", item.id)),
            (true, Some(doc)) => same(who, &item, &doc)?,
            (false, None) => {}
        }
    }
    if let Some((id, _)) = cached.into_iter().next() {
        return broken(Check::EqualViews, format!("c{who} has {id}, which is nowhere"));
    }
    let generation = profile.cursor().await?.map(|cursor| cursor.scope_generation);
    if generation != Some(directory.scope_generation(&person.id)) {
        return broken(Check::Scope, format!("c{who} is at scope generation {generation:?}"));
    }
    people_are_known(world, who).await
}

fn same(who: usize, item: &Item, doc: &str) -> anyhow::Result<()> {
    let cached: Item = serde_json::from_str(doc)?;
    if &cached == item {
        return Ok(());
    }
    let what =
        format!("{} is at version {} on c{who} and {} at the portal", item.id, cached.version, item.version);
    broken(Check::EqualViews, what)
}

/// Who works here, and what they may do, is the same on both sides.
async fn people_are_known(world: &mut World, who: usize) -> anyhow::Result<()> {
    let directory = world.portal.store().directory().await?;
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let Some(person) = directory.people().get(&profile.person) else { return Ok(()) };
    let expected = directory.for_person(person).people;
    let docs: Vec<String> = sqlx::query_scalar("SELECT doc FROM directory WHERE family = 'person'")
        .fetch_all(&mut profile.watcher)
        .await?;
    let mut cached: Vec<postern_domain::Person> =
        docs.iter().map(|doc| serde_json::from_str(doc)).collect::<Result<_, _>>()?;
    cached.sort_by(|one, other| one.id.cmp(&other.id));
    let mut expected = expected;
    expected.sort_by(|one, other| one.id.cmp(&other.id));
    if cached == expected {
        return Ok(());
    }
    broken(Check::EqualViews, format!("c{who} knows other people than the portal"))
}

/// What was predicted is gone with the command that it was predicted for, and every item is shown once.
pub async fn no_overlay_left(world: &mut World, who: usize) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let left: Option<String> = sqlx::query_scalar(
        "SELECT id FROM items WHERE layer = 1 AND id NOT IN (SELECT item FROM outbox) LIMIT 1",
    )
    .fetch_optional(&mut profile.watcher)
    .await?;
    if let Some(id) = left {
        return broken(Check::Overlay, format!("c{who} still shows a prediction of {id}"));
    }
    let wrong: Option<String> =
        sqlx::query_scalar("SELECT id FROM items GROUP BY id HAVING SUM(live) <> 1 LIMIT 1")
            .fetch_optional(&mut profile.watcher)
            .await?;
    match wrong {
        Some(id) => broken(Check::Overlay, format!("c{who} does not show {id} once")),
        None => Ok(()),
    }
}

/// Every file on the device is named by an item that is here, or by a command that came to nothing yet. What named it may
/// have been lost by the disk: then nobody was told that it left.
pub async fn no_unnamed_content(world: &mut World, who: usize) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let docs: Vec<String> = sqlx::query_scalar(
        "SELECT doc FROM items JOIN item_docs USING (row) WHERE layer = 0
         UNION ALL SELECT command FROM outbox",
    )
    .fetch_all(&mut profile.watcher)
    .await?;
    let files = crate::files::names(&profile.folder.join("files"))?;
    let is_named = |name: &String| docs.iter().any(|doc| doc.contains(name.as_str()));
    match files.iter().find(|name| !is_named(name) && !world.files.orphans.contains(*name)) {
        Some(name) => broken(Check::Scope, format!("c{who} still has {name}, which nothing here names")),
        None => Ok(()),
    }
}

/// Nothing of the portal's is left on this device.
pub async fn shows_nothing(world: &mut World, who: usize) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let left: Option<String> =
        sqlx::query_scalar("SELECT id FROM items LIMIT 1").fetch_optional(&mut profile.watcher).await?;
    if let Some(id) = left {
        return broken(Check::Scope, format!("c{who} still shows {id} to somebody who was shut out"));
    }
    let unsent = profile.unsent().await?;
    let files = crate::files::names(&profile.folder.join("files"))?;
    match files.iter().find(|name| !unsent.contains(name)) {
        Some(name) => broken(Check::Scope, format!("c{who} still has {name}, which is not theirs alone")),
        None => Ok(()),
    }
}
