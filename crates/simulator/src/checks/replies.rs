//! What leaves the portal, looked at while it leaves.

use super::files;
use crate::calls::path_of;
use crate::violation::{Check, broken};
use crate::wire::Answer;
use crate::world::World;
use postern_console_core::transport::Request;
use postern_domain::{Item, ItemId, Person, may_view, permits_place};
use postern_protocol::{BootstrapPart, Change, ChangePage, Handshake, Outcome, Push, PushReply, paths};

/// What has to be known from before a request.
#[derive(Default)]
pub struct Before {
    seq: i64,
}

pub async fn before_request(world: &mut World, who: usize, request: &Request) -> anyhow::Result<Before> {
    if path_of(request) == paths::HANDSHAKE {
        diverges_only_where_its_disk_did(world, who, request)?;
    }
    files::asked(world, who, request);
    if path_of(request) != paths::COMMANDS {
        return Ok(Before::default());
    }
    Ok(Before { seq: world.portal.store().head().await?.seq })
}

/// A console finds that it does not hold what it should: that is a bug of one of the two sides, unless its disk lost a
/// row.
fn diverges_only_where_its_disk_did(world: &World, who: usize, request: &Request) -> anyhow::Result<()> {
    let greeting: Handshake = serde_json::from_slice(request.body.as_deref().unwrap_or_default())?;
    let Some(diverged) = greeting.diverged else { return Ok(()) };
    match world.profiles.get(who) {
        Some(profile) if !profile.rotten => {
            broken(Check::Divergence, format!("c{who} holds something else than it should: {diverged:?}"))
        }
        _ => Ok(()),
    }
}

/// No row goes to somebody who may not see it; no command is applied by somebody who may not do it today.
pub async fn answer(
    world: &mut World,
    who: usize,
    request: &Request,
    answer: &Answer,
    before: Before,
) -> anyhow::Result<()> {
    files::answered(world, who, request, answer).await?;
    if answer.status != 200 {
        return Ok(());
    }
    let path = path_of(request);
    if path == paths::COMMANDS {
        files::content_came_first(world, who, request, answer).await?;
        return permitted_today(world, who, request, answer, before).await;
    }
    let items = if path.starts_with(paths::CHANGES) || path == paths::NAMED {
        in_page(answer)?
    } else if path.starts_with(paths::BOOTSTRAP) {
        in_bootstrap(answer)?
    } else {
        return Ok(());
    };
    let named = if path.starts_with(paths::BOOTSTRAP) { in_versions(answer)? } else { Vec::new() };
    if items.is_empty() && named.is_empty() {
        return Ok(());
    }
    let Some(person) = today(world, who).await? else { return Ok(()) };
    for (id, version) in named {
        let current = item(world, &id).await?;
        let is_right = current.is_some_and(|item| item.version == version && may_view(&person, &item));
        if !is_right || person.disabled {
            let what =
                format!("{id} is named to {}, who may not see it, or not in version {version}", person.id);
            return broken(Check::Scope, what);
        }
    }
    match items.iter().find(|item| person.disabled || !may_view(&person, item)) {
        Some(item) => {
            broken(Check::Scope, format!("{} is sent to {}, who may not see it", item.id, person.id))
        }
        None => Ok(()),
    }
}

fn in_page(answer: &Answer) -> anyhow::Result<Vec<Item>> {
    // Most pages are empty.
    if !answer.body.windows(8).any(|part| part == b"\"upsert\"") {
        return Ok(Vec::new());
    }
    let page: ChangePage = serde_json::from_slice(&answer.body)?;
    Ok(page
        .changes
        .into_iter()
        .filter_map(|change| match change {
            Change::Upsert { item } => Some(*item),
            Change::Leave { .. } => None,
        })
        .collect())
}

fn in_bootstrap(answer: &Answer) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for line in answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if line.starts_with(b"{\"part\":\"item\"")
            && let BootstrapPart::Item { item } = serde_json::from_slice(line)?
        {
            items.push(*item);
        }
    }
    Ok(items)
}

/// What a load of versions alone names.
fn in_versions(answer: &Answer) -> anyhow::Result<Vec<(ItemId, u64)>> {
    let mut named = Vec::new();
    for line in answer.body.split(|byte| *byte == b'\n') {
        if line.starts_with(b"{\"part\":\"versions\"")
            && let BootstrapPart::Versions { of } = serde_json::from_slice(line)?
        {
            named.extend(of);
        }
    }
    Ok(named)
}

async fn permitted_today(
    world: &mut World,
    who: usize,
    request: &Request,
    answer: &Answer,
    before: Before,
) -> anyhow::Result<()> {
    let reply: PushReply = serde_json::from_slice(&answer.body)?;
    let push: Push = serde_json::from_slice(request.body.as_deref().unwrap_or_default())?;
    let Some(person) = today(world, who).await? else { return Ok(()) };
    for (envelope, outcome) in push.commands.iter().zip(&reply.outcomes) {
        if !matches!(outcome.outcome, Outcome::Applied { .. }) || outcome.at_seq <= before.seq {
            continue;
        }
        let action = envelope.command.action();
        let Some(item) = item(world, &envelope.item).await? else { continue };
        if let Err(denial) = permits_place(&person, action, item.place()) {
            let what = format!("{action:?} of {} on {} was applied: {denial:?}", person.id, item.id);
            return broken(Check::TodaysGrants, what);
        }
    }
    Ok(())
}

async fn item(world: &mut World, id: &ItemId) -> anyhow::Result<Option<Item>> {
    Ok(world.portal.store().item(id).await?)
}

/// The person of a console, with today's grants.
pub async fn today(world: &mut World, who: usize) -> anyhow::Result<Option<Person>> {
    let Some(profile) = world.profiles.get(who) else { return Ok(None) };
    let directory = world.portal.store().directory().await?;
    Ok(directory.people().get(&profile.person).cloned())
}
