//! Bugs in how content goes up.

use super::Mutation;
use crate::checks::sha256;
use crate::files::{named, names};
use crate::profile::Profile;
use crate::wire::Answer;
use crate::world::World;
use postern_console_core::transport::{Method, Request};
use postern_portal_store::StoredFile;
use postern_protocol::{UPLOAD_LENGTH, UPLOAD_OFFSET, UploadState};

impl Mutation {
    /// Uploads are about to begin.
    pub async fn before_upload(self, profile: &mut Profile) -> anyhow::Result<()> {
        if self == Mutation::ContentDroppedEarly {
            remove_unsent(profile).await?;
        }
        Ok(())
    }

    /// Somebody wanted room on their device.
    pub async fn files_cleared(self, profile: &mut Profile) -> anyhow::Result<()> {
        if self == Mutation::UnsentEvicted {
            remove_unsent(profile).await?;
        }
        Ok(())
    }

    /// A request as the portal takes it, where that is another than it came.
    pub async fn altered(
        self,
        world: &mut World,
        who: usize,
        request: &Request,
    ) -> anyhow::Result<Option<Request>> {
        let Some(name) = named(request).filter(|_| request.method == Method::Patch) else { return Ok(None) };
        match self {
            Mutation::PartAppendedTwice => {
                let question =
                    Request { method: Method::Head, body: None, headers: Vec::new(), ..request.clone() };
                let state = world.portal.answer(&question).await?.upload;
                let there = state.filter(|state| !state.complete && state.offset > 0);
                Ok(there.map(|state| at_offset(request, state.offset)))
            }
            Mutation::HashNotChecked => {
                unchecked(world, who, request, name).await?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

async fn remove_unsent(profile: &mut Profile) -> anyhow::Result<()> {
    let folder = profile.folder.join("files");
    let here = names(&folder)?;
    for name in profile.unsent().await?.iter().filter(|name| here.contains(name)) {
        std::fs::remove_file(folder.join(name))?;
    }
    Ok(())
}

fn at_offset(request: &Request, offset: u64) -> Request {
    let mut altered = request.clone();
    for (name, value) in &mut altered.headers {
        if *name == UPLOAD_OFFSET {
            *value = offset.to_string();
        }
    }
    altered
}

fn number(request: &Request, header: &str) -> usize {
    let value = request.headers.iter().find(|(name, _)| *name == header);
    value.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
}

/// What the last part makes whole becomes content, whatever it is.
async fn unchecked(world: &mut World, who: usize, request: &Request, name: &str) -> anyhow::Result<()> {
    let part = request.body.as_deref().unwrap_or_default();
    let is_one_piece = number(request, UPLOAD_OFFSET) == 0 && part.len() == number(request, UPLOAD_LENGTH);
    if !is_one_piece || sha256(part) == name {
        return Ok(());
    }
    let Some(person) = world.profiles.get(who).map(|profile| profile.person.clone()) else { return Ok(()) };
    let store = world.portal.store();
    let Some(target) = store.file_path(name).filter(|target| !target.exists()) else { return Ok(()) };
    let passing = world.portal.data().join("files").join("passing");
    std::fs::write(&passing, part)?;
    store.keep_file(&passing, &target)?;
    let file = StoredFile {
        sha256: name.to_owned(),
        size: part.len() as u64,
        media_type: "application/pdf".to_owned(),
    };
    store.add_file(&file, &person, world.portal.now()).await?;
    world.files.brought.insert((person, name.to_owned()));
    Ok(())
}

/// An answer about an upload, before the console has it.
pub async fn answered(
    mutation: Mutation,
    world: &mut World,
    who: usize,
    request: &Request,
    answer: &mut Option<Answer>,
) -> anyhow::Result<()> {
    let (Some(name), Some(answer)) = (named(request), answer) else { return Ok(()) };
    if mutation == Mutation::OwnOffsetBelieved
        && request.method == Method::Head
        && let Some(state) = answer.upload.filter(|state| !state.complete)
        && let Some(profile) = world.profiles.get_mut(who)
    {
        let sent: Option<i64> = sqlx::query_scalar("SELECT sent FROM uploads WHERE sha256 = $1")
            .bind(name)
            .fetch_optional(&mut profile.watcher)
            .await?;
        let offset = sent.map_or(state.offset, i64::unsigned_abs);
        answer.upload = Some(UploadState { offset, ..state });
    }
    Ok(())
}
