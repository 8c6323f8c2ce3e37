//! What leaves a console, looked at before the network has it.

use crate::calls::{Lane, path_of};
use crate::violation::{Check, broken};
use crate::world::World;
use postern_console_core::transport::{Method, Request};
use postern_domain::{Command, CommandId};
use postern_protocol::{Push, paths};
use std::collections::BTreeMap;

/// How long a lease lasts.
const LEASE_MS: i64 = 45_000;
/// After so long, a command that has not left asks its author again.
const TWO_WEEKS_MS: i64 = 14 * 24 * 3_600_000;

/// A process waits with a new request in this lane.
pub async fn leaves(world: &mut World, who: usize, which: usize, lane: Lane) -> anyhow::Result<()> {
    let process = world.profiles.get(who).and_then(|profile| profile.processes.get(which)?.as_ref());
    let Some(process) = process else { return Ok(()) };
    match lane {
        Lane::Sync => {
            let Some(push) = process.seam.push() else { return Ok(()) };
            sender_has_the_lease(world, who, which, lane).await?;
            nothing_stale_leaves(world, who, which, &push).await
        }
        Lane::Upload if process.seam.newest(lane).is_some_and(|method| method == Method::Patch) => {
            sender_has_the_lease(world, who, which, lane).await
        }
        Lane::Upload => Ok(()),
    }
}

fn sends(request: &Request) -> bool {
    path_of(request) == paths::COMMANDS
}

/// Who sends has the lease, and nobody else of the profile is at it while theirs lasts.
async fn sender_has_the_lease(world: &mut World, who: usize, which: usize, lane: Lane) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let lease: Option<String> = sqlx::query_scalar("SELECT holder FROM lease WHERE one = 1")
        .fetch_optional(&mut profile.watcher)
        .await?;
    let Some(process) = profile.processes.get_mut(which).and_then(Option::as_mut) else { return Ok(()) };
    let now = process.now();
    if process.repeats(lane) {
        // The same once more with a fresh token, by a process that stood still: it cannot know what happened to its
        // lease meanwhile, and may write nothing without it.
        return Ok(());
    }
    if lease.as_ref() != Some(&process.holder) {
        let what = format!("c{who}: {} sends while {lease:?} has the lease", process.holder);
        return broken(Check::OneSender, what);
    }
    if lane == Lane::Upload {
        return Ok(());
    }
    process.sent_at = Some(now);
    let other = profile.processes.get(1 - which).and_then(Option::as_ref);
    let at_it = other.filter(|other| {
        let since = other.sent_at.map_or(-1, |sent| now.since(sent));
        other.seam.has(sends) && (0..LEASE_MS).contains(&since)
    });
    match at_it {
        Some(_) => broken(Check::OneSender, format!("two processes of c{who} send at the same time")),
        None => Ok(()),
    }
}

/// What was decided two weeks ago does not leave before its author has looked at it again; of what left before, only what
/// became of it is asked. A restored portal is told again what it had applied.
async fn nothing_stale_leaves(
    world: &mut World,
    who: usize,
    which: usize,
    push: &Push,
) -> anyhow::Result<()> {
    let directory = world.portal.store().directory().await?;
    let (left, restored) = (&world.left, world.restored);
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    // Who is shut out hands over everything, to be refused and kept.
    let person = directory.people().get(&profile.person);
    let is_shut_out = person.is_none_or(|person| person.disabled || !person.is_staff());
    let process = profile.processes.get(which).and_then(Option::as_ref);
    if is_shut_out || process.is_none_or(|process| process.repeats(Lane::Sync)) {
        return Ok(());
    }
    let now = profile.now();
    let sent = |id: &CommandId| {
        let envelope = push.commands.iter().find(|envelope| &envelope.id == id);
        let may_leave = |known: bool| known || (restored && left.contains(id));
        envelope.is_some_and(|envelope| !may_leave(envelope.only_if_known))
    };
    let stale = profile.book.made().iter().find(|made| {
        let is_comment = matches!(made.command, Command::Comment { .. });
        !is_comment && sent(&made.id) && now.since(made.wanted_at) > TWO_WEEKS_MS
    });
    match stale {
        Some(made) => {
            let days = now.since(made.wanted_at) / (24 * 3_600_000);
            broken(Check::StaleAsked, format!("{} of c{who} leaves after {days} days, unasked", made.id))
        }
        None => Ok(()),
    }
}

/// How often each command of a push was tried, this time included.
pub async fn tries(world: &mut World, who: usize, push: &Push) -> anyhow::Result<BTreeMap<CommandId, i64>> {
    let mut tries = BTreeMap::new();
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(tries) };
    for envelope in &push.commands {
        let known: Option<i64> = sqlx::query_scalar("SELECT tries FROM outbox WHERE command_id = $1")
            .bind(envelope.id.as_str())
            .fetch_optional(&mut profile.watcher)
            .await?;
        tries.extend(known.map(|known| (envelope.id.clone(), known)));
    }
    Ok(tries)
}

/// A push met nobody: nothing counts as sent that was not before, and can be taken back by whoever wants to.
pub async fn stays_unsent(
    world: &mut World,
    who: usize,
    which: usize,
    before: &BTreeMap<CommandId, i64>,
) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let holder: Option<String> = sqlx::query_scalar("SELECT holder FROM lease WHERE one = 1")
        .fetch_optional(&mut profile.watcher)
        .await?;
    let process = profile.processes.get(which).and_then(Option::as_ref);
    // Who has died, or lost the lease to another process, writes nothing any more.
    if process.is_none_or(|process| holder.as_ref() != Some(&process.holder)) {
        return Ok(());
    }
    for (id, before) in before {
        let after: Option<i64> =
            sqlx::query_scalar("SELECT tries FROM outbox WHERE command_id = $1 AND outcome_kind IS NULL")
                .bind(id.as_str())
                .fetch_optional(&mut profile.watcher)
                .await?;
        if after.is_some_and(|after| after >= *before) {
            return broken(Check::Unsent, format!("{id} of c{who} never left, and counts as sent"));
        }
    }
    Ok(())
}
