//! Bugs on the way between a console and its portal.

use super::portal::push_of;
use super::{Mutation, comparison, done};
use crate::calls::{PORTAL, path_of};
use crate::wire::Answer;
use crate::world::World;
use anyhow::Context as _;
use bytes::Bytes;
use postern_console_core::transport::Request;
use postern_domain::CommandId;
use postern_protocol::{
    BootstrapPart, Change, ChangePage, Cursor, Handshake, HandshakeReply, HandshakeVerdict, Outcome, Push,
    PushReply, paths,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub async fn request(
    mutation: Mutation,
    world: &mut World,
    who: usize,
    request: &mut Request,
) -> anyhow::Result<()> {
    match mutation {
        Mutation::NewIdOnRetry => push(request, |push| rename(world, push)),
        Mutation::EpochIgnored => {
            let epoch = world.portal.store().head().await?.epoch;
            cursor(request, |cursor| cursor.epoch = epoch)
        }
        Mutation::ScopeIgnored => {
            let directory = world.portal.store().directory().await?;
            let Some(profile) = world.profiles.get(who) else { return Ok(()) };
            let generation = directory.scope_generation(&profile.person);
            cursor(request, |cursor| cursor.scope_generation = generation)
        }
        Mutation::PageTakenForLast => {
            request.url = request.url.replace("&limit=500", "&limit=1");
            Ok(())
        }
        _ => Ok(()),
    }
}

fn push(request: &mut Request, change: impl FnOnce(&mut Push)) -> anyhow::Result<()> {
    if let Some(mut push) = push_of(request) {
        change(&mut push);
        request.body = Some(serde_json::to_vec(&push)?);
    }
    Ok(())
}

fn cursor(request: &mut Request, change: impl FnOnce(&mut Cursor)) -> anyhow::Result<()> {
    let Some(rest) = path_of(request).strip_prefix(paths::CHANGES) else { return Ok(()) };
    let Some((text, rest)) = rest.strip_prefix("?cursor=").and_then(|rest| rest.split_once('&')) else {
        return Ok(());
    };
    let mut cursor: Cursor = text.parse().context("a cursor on its way")?;
    change(&mut cursor);
    request.url = format!("{PORTAL}{}?cursor={cursor}&{rest}", paths::CHANGES);
    Ok(())
}

fn rename(world: &mut World, push: &mut Push) {
    for envelope in &mut push.commands {
        let id = envelope.id.to_string();
        let times = world.memory.sent.entry(id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let other = format!("{id}-again{times}");
            world.memory.renamed.insert(other.clone(), id);
            envelope.id = CommandId(other);
        }
    }
}

pub async fn answer(
    mutation: Mutation,
    world: &mut World,
    who: usize,
    request: &Request,
    answer: Option<Answer>,
) -> anyhow::Result<Option<Answer>> {
    let path = path_of(request).to_owned();
    let Some(mut answer) = answer else {
        return Ok(match (mutation, push_of(request)) {
            (Mutation::SilenceTakenForDone, Some(push)) => Some(all_done(&push)?),
            _ => None,
        });
    };
    if let (Mutation::CaptivePageTakenForDone, Some(push), "text/html; charset=utf-8") =
        (mutation, push_of(request), answer.content_type.as_str())
    {
        return Ok(Some(all_done(&push)?));
    }
    if answer.status != 200 {
        return Ok(Some(answer));
    }
    if path == paths::COMMANDS {
        alter(&mut answer, |reply| outcomes(mutation, world, reply))?;
    } else if path.starts_with(paths::CHANGES) {
        let head = world.portal.store().head().await?;
        let altered = &mut world.memory.altered;
        alter(&mut answer, |page: &mut ChangePage| {
            // What should be held would find it out within the same round, and everything would be loaded.
            if page.expected.is_some() && altered.remove(&who) {
                page.expected = None;
            }
            patches(mutation, head.seq, page);
        })?;
    } else if path == paths::HANDSHAKE {
        let known = request.body.as_deref().and_then(|body| serde_json::from_slice::<Handshake>(body).ok());
        alter(&mut answer, |reply| greeting(mutation, known, reply))?;
    } else if path.starts_with(paths::BOOTSTRAP) && path.contains("versions=true") {
        comparison::versions(mutation, world, who, &mut answer).await?;
    } else if path.starts_with(paths::BOOTSTRAP) {
        bootstrap(mutation, world, who, &mut answer)?;
    } else if path == paths::NAMED {
        alter(&mut answer, |page| comparison::named(mutation, page))?;
    }
    Ok(Some(answer))
}

/// Rewrites an answer that came whole.
fn alter<T: Serialize + DeserializeOwned>(
    answer: &mut Answer,
    change: impl FnOnce(&mut T),
) -> anyhow::Result<()> {
    if answer.cut_at.is_none()
        && let Ok(mut reply) = serde_json::from_slice(&answer.body)
    {
        change(&mut reply);
        answer.body = Bytes::from(serde_json::to_vec(&reply)?);
    }
    Ok(())
}

fn all_done(push: &Push) -> anyhow::Result<Answer> {
    let outcomes = push.commands.iter().map(|envelope| done(envelope.id.as_str(), envelope.seq)).collect();
    Ok(Answer {
        status: 200,
        content_type: "application/json".to_owned(),
        request_id: None,
        retry_after: None,
        upload: None,
        body: Bytes::from(serde_json::to_vec(&PushReply { outcomes })?),
        cut_at: None,
    })
}

fn outcomes(mutation: Mutation, world: &mut World, reply: &mut PushReply) {
    for outcome in &mut reply.outcomes {
        match (mutation, &outcome.outcome) {
            (Mutation::NewIdOnRetry, _) => {
                if let Some(id) = world.memory.renamed.get(outcome.id.as_str()) {
                    outcome.id = CommandId(id.clone());
                }
            }
            (Mutation::RefusalTakenForDone, Outcome::Refused { .. })
            | (Mutation::ConflictTakenForDone, Outcome::Conflict { .. }) => {
                outcome.outcome = Outcome::Applied { version: 1 };
            }
            _ => {}
        }
    }
    if let (Mutation::OutcomesSwapped, [one, other, ..]) = (mutation, reply.outcomes.as_mut_slice()) {
        std::mem::swap(&mut one.outcome, &mut other.outcome);
    }
}

fn patches(mutation: Mutation, head: i64, page: &mut ChangePage) {
    match mutation {
        Mutation::PatchSkipped if page.changes.len() > 1 => {
            page.changes.remove(0);
        }
        Mutation::PageTakenForLast => {
            page.more = false;
            page.cursor.seq = head;
        }
        Mutation::HoldingNotCompared => page.expected = None,
        // What should be held would find it out, and everything would be loaded.
        Mutation::LeaveDropped => {
            page.changes.retain(|change| !matches!(change, Change::Leave { .. }));
            page.expected = None;
        }
        Mutation::DirectoryDropped => page.directory = None,
        _ => {}
    }
}

fn greeting(mutation: Mutation, known: Option<Handshake>, reply: &mut HandshakeReply) {
    if matches!(mutation, Mutation::EpochIgnored | Mutation::NothingReplayed) {
        if reply.verdict == HandshakeVerdict::ClientAhead {
            reply.verdict = HandshakeVerdict::Ok;
        }
        if let Some(epoch) = known.and_then(|known| known.epoch) {
            reply.epoch = epoch;
        }
    }
}

fn bootstrap(mutation: Mutation, world: &mut World, who: usize, answer: &mut Answer) -> anyhow::Result<()> {
    let whole = String::from_utf8_lossy(&answer.body).into_owned();
    let items = |text: &str| {
        let items = text.lines().filter(|line| line.starts_with("{\"part\":\"item\""));
        items.map(str::to_owned).collect::<Vec<_>>()
    };
    match mutation {
        Mutation::CutBootstrapTaken => {
            let Some(length) = answer.cut_at else { return Ok(()) };
            let part = whole.get(..length).unwrap_or_default();
            let Some((lines, _)) = part.rsplit_once('\n') else { return Ok(()) };
            if is_last_line(lines.lines().next_back().unwrap_or_default()) {
                return Ok(());
            }
            world.memory.altered.insert(who);
            let end = BootstrapPart::End { items: items(lines).len() as u64, expected: None };
            answer.body = Bytes::from(format!("{lines}\n{}\n", serde_json::to_string(&end)?));
            answer.cut_at = None;
        }
        Mutation::PauseTakenForEnd if answer.cut_at.is_none() => {
            let Some((lines, pause)) = whole.trim_end().rsplit_once('\n') else { return Ok(()) };
            let Ok(BootstrapPart::Pause { items }) = serde_json::from_str(pause) else { return Ok(()) };
            let end = serde_json::to_string(&BootstrapPart::End { items, expected: None })?;
            answer.body = Bytes::from(format!("{lines}\n{end}\n"));
        }
        Mutation::BootstrapCursorTooNew
            if answer.cut_at.is_none() && !whole.contains("{\"part\":\"pause\"") =>
        {
            let now = items(&whole);
            let Some(person) = world.profiles.get(who).map(|profile| profile.person.clone()) else {
                return Ok(());
            };
            let Some(before) = world.memory.bootstraps.insert(person, now) else { return Ok(()) };
            world.memory.altered.insert(who);
            let begin = whole.lines().next().unwrap_or_default();
            let end =
                serde_json::to_string(&BootstrapPart::End { items: before.len() as u64, expected: None })?;
            let lines = before.join("\n");
            answer.body = Bytes::from(format!("{begin}\n{lines}\n{end}\n"));
        }
        _ => {}
    }
    Ok(())
}

/// Whether a line of a load says that nothing comes after it.
fn is_last_line(line: &str) -> bool {
    ["{\"part\":\"end\"", "{\"part\":\"pause\""].iter().any(|start| line.starts_with(start))
}
