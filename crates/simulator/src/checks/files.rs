//! Content: whole before its command, kept until it is sent, and telling nobody of itself.

use super::replies::today;
use crate::calls::PORTAL;
use crate::cast;
use crate::files::named;
use crate::violation::{Check, broken};
use crate::wire::Answer;
use crate::world::World;
use postern_console_core::transport::{Method, Request};
use postern_domain::{Command, Item, Person, PersonId, Refusal, may_view};
use postern_protocol::{Outcome, Push, PushReply, SignIn, SignedIn, file_path, paths};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

pub fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// Writes down who sends content.
pub fn asked(world: &mut World, who: usize, request: &Request) {
    let Some(profile) = world.profiles.get(who) else { return };
    if request.method == Method::Patch
        && let Some(sha256) = named(request)
    {
        world.files.sent.insert((profile.person.clone(), sha256.to_owned()));
    }
}

/// What does not take even a small part of a file may make its upload stop.
pub fn proxies_refuse(world: &mut World, who: usize, request: &Request, answer: Option<&Answer>) {
    if request.method == Method::Patch
        && answer.is_some_and(|answer| answer.status == 413)
        && let (Some(sha256), Some(profile)) = (named(request), world.profiles.get_mut(who))
    {
        profile.spoilt.insert(sha256.to_owned());
    }
}

/// What the portal has of an upload is how its content begins, and what it tells of it is for who sent it or sees it.
pub async fn answered(
    world: &mut World,
    who: usize,
    request: &Request,
    answer: &Answer,
) -> anyhow::Result<()> {
    let Some(sha256) = named(request) else { return Ok(()) };
    if request.method == Method::Patch {
        begins_alike(world, sha256)?;
    }
    let Some(state) = answer.upload.filter(|_| answer.status == 204) else { return Ok(()) };
    let Some(person) = today(world, who).await? else { return Ok(()) };
    let key = (person.id.clone(), sha256.to_owned());
    if !state.complete {
        if state.offset > 0 && !world.files.sent.contains(&key) {
            let what = format!("{} learns of {sha256}, which somebody else sends", person.id);
            return broken(Check::ContentPrivate, what);
        }
        return Ok(());
    }
    if !is_whole(world, sha256) {
        return broken(Check::ContentWhole, format!("the portal says that it has all of {sha256}"));
    }
    if request.method == Method::Patch {
        world.files.brought.insert(key);
        return Ok(());
    }
    if world.files.brought.contains(&key) {
        return Ok(());
    }
    if !is_in_sight(&world.portal_items().await?, &person, sha256) {
        let what = format!("{} learns of {sha256}, and neither brought it nor sees it", person.id);
        return broken(Check::ContentPrivate, what);
    }
    world.files.shown.insert(key);
    Ok(())
}

/// What came of an upload is the beginning of its content: nothing twice, nothing left out.
fn begins_alike(world: &World, sha256: &str) -> anyhow::Result<()> {
    let Some(content) = world.files.contents.get(sha256) else { return Ok(()) };
    if world.files.garbled.contains(sha256) {
        return Ok(());
    }
    let Ok(entries) = std::fs::read_dir(world.portal.data().join("files/partial")) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(sha256)
            && !content.starts_with(&std::fs::read(entry.path())?)
        {
            let what = format!("what the portal has of the upload {sha256} is not how it begins");
            return broken(Check::ContentWhole, what);
        }
    }
    Ok(())
}

/// The portal has all of it, and it is what its name says.
fn is_whole(world: &World, sha256: &str) -> bool {
    let at_portal = world.portal.store().file_path(sha256).and_then(|path| std::fs::read(path).ok());
    at_portal.is_some() && at_portal.as_ref() == world.files.contents.get(sha256)
}

fn is_in_sight(items: &[Item], person: &Person, sha256: &str) -> bool {
    let names = |item: &&Item| {
        item.attachments.iter().flat_map(|known| &known.versions).any(|version| version.sha256 == sha256)
    };
    !person.disabled && items.iter().filter(names).any(|item| may_view(person, item))
}

/// A command that names content meets all of it at the portal.
pub async fn content_came_first(
    world: &mut World,
    who: usize,
    request: &Request,
    answer: &Answer,
) -> anyhow::Result<()> {
    if world.files.contents.is_empty() {
        return Ok(());
    }
    let reply: PushReply = serde_json::from_slice(&answer.body)?;
    let push: Push = serde_json::from_slice(request.body.as_deref().unwrap_or_default())?;
    for (envelope, outcome) in push.commands.iter().zip(&reply.outcomes) {
        let Command::AttachVersion { sha256, .. } = &envelope.command else { continue };
        match &outcome.outcome {
            Outcome::Applied { .. } if !is_whole(world, sha256) => {
                let what = format!("{} was applied before its file was there", envelope.id);
                return broken(Check::ContentFirst, what);
            }
            Outcome::Refused { refusal: Refusal::BadFile } => {
                if !world.files.excused.contains(&envelope.id) && !could_not_come(world, who, sha256).await? {
                    let what = format!("{} came to the portal before its file", envelope.id);
                    return broken(Check::ContentFirst, what);
                }
                world.say(format_args!("the file of {} cannot be there any more", envelope.id));
                world.files.excused.insert(envelope.id.clone());
            }
            _ => {}
        }
    }
    Ok(())
}

/// A portal that was set back has lost content, which the console does not know yet or does not have any more; or its
/// author saw the content when it was to go up, and does not see it any more.
async fn could_not_come(world: &mut World, who: usize, sha256: &str) -> anyhow::Result<bool> {
    let epoch = world.portal.store().head().await?.epoch;
    let items = world.portal_items().await?;
    let Some(person) = today(world, who).await? else { return Ok(true) };
    let was_shown = world.files.shown.contains(&(person.id.clone(), sha256.to_owned()));
    if was_shown && !is_in_sight(&items, &person, sha256) {
        return Ok(true);
    }
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(true) };
    let knows = profile.fact("epoch").await?.is_some_and(|known| known == epoch);
    let is_here = profile.folder.join("files").join(sha256).exists();
    Ok(world.restored && (!knows || !is_here))
}

/// No eviction and no wipe takes what is nowhere else.
pub async fn unsent_content_is_kept(world: &mut World, who: usize) -> anyhow::Result<()> {
    if world.files.contents.is_empty() {
        return Ok(());
    }
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    for sha256 in profile.unsent().await? {
        let length = world.files.contents.get(&sha256).map(|content| content.len() as u64);
        let there = std::fs::metadata(profile.folder.join("files").join(&sha256)).ok();
        if !profile.spoilt.contains(&sha256) && there.map(|found| found.len()) != length {
            let what = format!("c{who} has not sent {sha256}, and does not have it any more");
            return broken(Check::ContentKept, what);
        }
    }
    Ok(())
}

/// All content that items name is whole; and whoever asks gets what they may see, and learns of nothing else.
pub async fn at_rest(world: &mut World) -> anyhow::Result<()> {
    if world.files.contents.is_empty() {
        return Ok(());
    }
    let items = world.portal_items().await?;
    for item in &items {
        for version in item.attachments.iter().flat_map(|known| &known.versions) {
            let size = world.files.contents.get(&version.sha256).map(|content| content.len() as u64);
            if size != Some(version.size) || !is_whole(world, &version.sha256) {
                let what = format!("{} names {}, which is not whole", item.id, version.sha256);
                return broken(Check::ContentWhole, what);
            }
        }
    }
    let people: BTreeSet<PersonId> = world.profiles.iter().map(|profile| profile.person.clone()).collect();
    for person in people {
        gets_what_is_in_sight(world, &items, &person).await?;
    }
    Ok(())
}

async fn gets_what_is_in_sight(world: &World, items: &[Item], person: &PersonId) -> anyhow::Result<()> {
    let directory = world.portal.store().directory().await?;
    let Some(person) = directory.people().get(person) else { return Ok(()) };
    let token = sign_in(world, person).await?;
    for (sha256, content) in &world.files.contents {
        let seen = is_in_sight(items, person, sha256);
        let known = seen || world.files.brought.contains(&(person.id.clone(), sha256.clone()));
        let told = world.portal.answer(&ask(Method::Head, sha256, &token)).await?;
        if told.upload.is_some_and(|state| state.complete) && !known {
            let what = format!("{} learns of {sha256}, and neither brought it nor sees it", person.id);
            return broken(Check::ContentPrivate, what);
        }
        let got = world.portal.answer(&ask(Method::Get, sha256, &token)).await?;
        let is_right = match got.status {
            200 | 206 => seen && content.starts_with(&got.body),
            404 => !seen,
            _ => false,
        };
        if !is_right {
            let what = format!("{} asks for {sha256} and gets {} (in sight: {seen})", person.id, got.status);
            return broken(Check::ContentPrivate, what);
        }
    }
    Ok(())
}

/// The first bytes tell whether it is given.
fn ask(method: Method, sha256: &str, token: &str) -> Request {
    Request {
        method,
        url: format!("{PORTAL}{}", file_path(sha256)),
        bearer: Some(token.to_owned()),
        body: None,
        headers: vec![("range", "bytes=0-63".to_owned())],
        accept: "*/*",
        streaming: false,
    }
}

async fn sign_in(world: &World, person: &Person) -> anyhow::Result<String> {
    let body = SignIn {
        email: person.email.clone(),
        password: cast::PASSWORD.to_owned(),
        device: "the simulator".to_owned(),
    };
    let request = Request {
        method: Method::Post,
        url: format!("{PORTAL}{}", paths::SIGN_IN),
        bearer: None,
        body: Some(serde_json::to_vec(&body)?),
        headers: Vec::new(),
        accept: "application/json",
        streaming: false,
    };
    let answer = world.portal.answer(&request).await?;
    let signed_in: SignedIn = serde_json::from_slice(&answer.body)?;
    Ok(signed_in.tokens.access_token)
}
