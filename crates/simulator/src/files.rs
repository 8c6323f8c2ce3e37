//! Files: what people attach, what disks do to it, and what is known of its ways.

use crate::calls::path_of;
use crate::dice::Dice;
use crate::profile::{Waiting, as_error};
use crate::wishes;
use crate::world::World;
use anyhow::Context as _;
use postern_console_core::transport::{Method, Request as HttpRequest};
use postern_console_core::{Engine, FileRules, Request, StagedFile};
use postern_domain::{Command, CommandId, PersonId};
use postern_portal_store::StoredFile;
use postern_protocol::{UPLOAD_OFFSET, paths};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const MEDIA_TYPE: &str = "application/pdf";
/// So many contents are everybody's: they are attached again and again, by different people.
const COMMON: usize = 5;
/// The window hands a file over in pieces of so many bytes.
const PIECE: usize = 200 * 1024;
const KIB: usize = 1024;

/// What is known of the contents of a world.
#[derive(Debug, Default)]
pub struct Files {
    /// Every content that anybody attached, by its hash.
    pub contents: BTreeMap<String, Vec<u8>>,
    /// Who sent some of it.
    pub sent: BTreeSet<(PersonId, String)>,
    /// Who sent the last part of it.
    pub brought: BTreeSet<(PersonId, String)>,
    /// Who was told that it is there, because an item in sight named it.
    pub shown: BTreeSet<(PersonId, String)>,
    /// A byte became another one, on a disk or on the way.
    pub garbled: BTreeSet<String>,
    /// Commands whose content the portal could not have.
    pub excused: BTreeSet<CommandId>,
    /// What named it was lost by a disk.
    pub orphans: BTreeSet<String>,
}

/// The content of one number: the same for everybody who draws it.
fn content(seed: u64, number: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed ^ number.rotate_left(17));
    let length = match dice.below(100) {
        0..=3 => 0,
        4..=64 => 1 + dice.below(6 * KIB),
        65..=80 => dice.below(60 * KIB),
        // More than one part.
        81..=96 => 256 * KIB + 1 + dice.below(300 * KIB),
        _ => 800 * KIB + dice.below(400 * KIB),
    };
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&dice.number().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn draw(seed: u64, dice: &mut Dice) -> Vec<u8> {
    let number = if dice.chance(55) { dice.below(COMMON) as u64 } else { dice.number() };
    content(seed, number)
}

/// Hands a file over, as the window does or as the terminal does.
async fn stage(engine: &Engine, content: &[u8], from: Option<&Path>) -> anyhow::Result<StagedFile> {
    if let Some(path) = from {
        std::fs::write(path, content)?;
        let staged = engine.stage_file(path).await.map_err(as_error)?;
        std::fs::remove_file(path)?;
        return Ok(staged);
    }
    let mut pieces = content.chunks(PIECE);
    let id = engine.stage_part(None, pieces.next().unwrap_or_default()).await.map_err(as_error)?;
    for piece in pieces {
        engine.stage_part(Some(&id), piece).await.map_err(as_error)?;
    }
    engine.stage_done(&id).await.map_err(as_error)
}

impl World {
    /// Somebody attaches a file to an item of their list, or to a few: a new one, or a new version of one.
    pub async fn attach(&mut self, who: usize, process: u8, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let who = self.who_may_attach(who);
        let which = self.which(who, process);
        let items = self.list(who).await?;
        let Some(item) = wishes::item(&items, &mut dice) else { return Ok(()) };
        let content = draw(self.seed, &mut dice);
        let path = dice.chance(30).then(|| self.new_folder("own-file"));
        let Some(engine) = self.engine_of(who, which) else { return Ok(()) };
        let StagedFile { sha256, size } = stage(&engine, &content, path.as_deref()).await?;
        self.taken_in(who, &sha256, content);
        let known = if dice.chance(40) { dice.pick(&item.attachments) } else { None };
        let request = Request::AttachVersion {
            attachment: known.map(|known| known.id.clone()),
            name: known.map_or_else(|| format!("file {}.pdf", dice.below(9)), |known| known.name.clone()),
            sha256,
            size,
            media_type: MEDIA_TYPE.to_owned(),
        };
        self.give(who, &engine, &items, item, &request, &mut dice).await
    }

    /// The next one who may attach files, where there is one.
    fn who_may_attach(&self, who: usize) -> usize {
        let count = self.profiles.len();
        let may = |who: &usize| {
            let person = self.profiles.get(*who).map(|profile| profile.person.as_str());
            matches!(person, Some("olga" | "gus" | "lea"))
        };
        (who..who + count).map(|who| who % count.max(1)).find(may).unwrap_or(who)
    }

    fn engine_of(&self, who: usize, which: usize) -> Option<Engine> {
        Some(self.profiles.get(who)?.processes.get(which)?.as_ref()?.engine.clone())
    }

    /// A device has taken a file in: it is whole there.
    fn taken_in(&mut self, who: usize, sha256: &str, content: Vec<u8>) {
        self.files.contents.insert(sha256.to_owned(), content);
        if let Some(profile) = self.profiles.get_mut(who) {
            profile.spoilt.remove(sha256);
        }
    }

    /// The same file once more, for an upload that stopped.
    pub async fn attach_again(&mut self, who: usize, row: &Waiting) -> anyhow::Result<()> {
        let command = serde_json::from_str(&row.command).context("a command in the outbox")?;
        let Command::AttachVersion { sha256, .. } = command else { return Ok(()) };
        let Some(content) = self.files.contents.get(&sha256).cloned() else { return Ok(()) };
        let Some(engine) = self.engine(who) else { return Ok(()) };
        stage(&engine, &content, None).await?;
        self.taken_in(who, &sha256, content);
        self.say(format_args!("c{who} has the file of {} again", row.id));
        self.give_again(who, row).await
    }

    /// Somebody wants no files on their device.
    pub async fn clear_files(&mut self, who: usize) -> anyhow::Result<()> {
        let Some(engine) = self.engine(who) else { return Ok(()) };
        let rules = FileRules { limit: 0, ..FileRules::default() };
        engine.set_file_rules(&rules).await.map_err(as_error)?;
        self.say(format_args!("c{who} wants no files"));
        if let Some(mutation) = self.mutation
            && let Some(profile) = self.profiles.get_mut(who)
        {
            mutation.files_cleared(profile).await?;
        }
        crate::checks::unsent_content_is_kept(self, who).await
    }

    /// A client brings a file in one piece. Returns the command that attaches it.
    pub async fn bring(&mut self, by: &PersonId, id: &CommandId, dice: &mut Dice) -> anyhow::Result<Command> {
        let content = draw(self.seed, dice);
        let sha256 = crate::checks::sha256(&content);
        let (store, now) = (self.portal.store(), self.portal.now());
        let target = store.file_path(&sha256).context("a hash")?;
        let passing = self.portal.data().join("files").join("passing");
        std::fs::write(&passing, &content)?;
        store.keep_file(&passing, &target)?;
        let size = content.len() as u64;
        let file = StoredFile { sha256: sha256.clone(), size, media_type: MEDIA_TYPE.to_owned() };
        store.add_file(&file, by, now).await?;
        self.files.brought.insert((by.clone(), sha256.clone()));
        self.files.contents.insert(sha256.clone(), content);
        Ok(Command::AttachVersion {
            attachment: postern_domain::AttachmentId::new(id.as_str()),
            name: "from the client.pdf".to_owned(),
            sha256,
            size,
            media_type: MEDIA_TYPE.to_owned(),
        })
    }

    /// A device's disk loses a file, or damages it; one that has not gone up yet more often than not.
    pub async fn rot_file(&mut self, who: usize, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        let folder = profile.folder.join("files");
        let waiting: Vec<String> = sqlx::query_scalar("SELECT sha256 FROM uploads ORDER BY sha256")
            .fetch_all(&mut profile.watcher)
            .await?;
        let all = names(&folder)?;
        let of = if dice.chance(70) && !waiting.is_empty() { &waiting } else { &all };
        let Some(sha256) = dice.pick(of).filter(|name| all.contains(*name)).cloned() else { return Ok(()) };
        let path = folder.join(&sha256);
        let mut bytes = std::fs::read(&path)?;
        std::fs::remove_file(&path)?;
        let place = dice.below(bytes.len());
        let is_damaged = dice.chance(50) && !bytes.is_empty();
        if is_damaged {
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1;
            }
            std::fs::write(&path, bytes)?;
            self.files.garbled.insert(sha256.clone());
        }
        let what = if is_damaged { "damages" } else { "loses" };
        profile.spoilt.insert(sha256.clone());
        self.say(format_args!("the disk of c{who} {what} {}", short(&sha256)));
        Ok(())
    }
}

/// The hashes of the whole files in a folder, in their order.
pub fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    names.retain(|name| postern_protocol::is_sha256(name));
    names.sort();
    Ok(names)
}

/// Copies a folder with everything in it, as it is; makes it where there is none.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    let entries = match std::fs::read_dir(from) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let about = entry.metadata()?;
        if about.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
            // When it was last used says what is evicted first.
            std::fs::File::open(&target)?.set_modified(about.modified()?)?;
        }
    }
    Ok(())
}

/// The content that a request is about.
pub fn named(request: &HttpRequest) -> Option<&str> {
    path_of(request).strip_prefix(paths::FILES)?.strip_prefix('/')
}

fn short(sha256: &str) -> &str {
    sha256.get(..8).unwrap_or(sha256)
}

/// A request about content, in a few words; none for any other.
pub fn in_short(request: &HttpRequest) -> Option<String> {
    let offset = request.headers.iter().find(|(name, _)| *name == UPLOAD_OFFSET).map(|(_, value)| value);
    let from = offset.map_or_else(String::new, |offset| format!(" from {offset}"));
    Some(format!("{:?} {}{from}", request.method, short(named(request)?)))
}

/// A part of a file with another byte in it; none where there is nothing to change.
pub fn garbled(request: &HttpRequest, thousandths: u16) -> Option<HttpRequest> {
    named(request).filter(|_| request.method == Method::Patch)?;
    let mut garbled = request.clone();
    let body = garbled.body.as_mut()?;
    let place = body.len() * usize::from(thousandths) / 1000;
    *body.get_mut(place)? ^= 1;
    Some(garbled)
}
