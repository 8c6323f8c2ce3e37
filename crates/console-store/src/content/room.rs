//! How much room content takes, and what goes when there is too much of it.

use super::{ContentFolder, at, blocking, copies_of};
use crate::error::Result;
use postern_domain::{DAY_MS, Timestamp};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What came in part and was not continued for so long is removed.
const INCOMING_MS: i64 = 7 * DAY_MS;

struct Entry {
    path: PathBuf,
    name: String,
    size: u64,
    used: SystemTime,
}

impl ContentFolder {
    /// The hashes of all content that is here.
    pub async fn names(&self) -> Result<BTreeSet<String>> {
        let root = self.root.clone();
        blocking(move || Ok(entries(&root)?.into_iter().map(|entry| entry.name).collect())).await
    }

    /// Bytes of all content that is here.
    pub async fn total(&self) -> Result<u64> {
        let root = self.root.clone();
        blocking(move || Ok(entries(&root)?.iter().map(|entry| entry.size).sum())).await
    }

    /// Removes what was used longest ago until all of it has at most `limit` bytes; never what is to be spared. Returns
    /// the hashes of what went.
    pub async fn evict(&self, limit: u64, spare: BTreeSet<String>) -> Result<Vec<String>> {
        let root = self.root.clone();
        blocking(move || {
            let mut all = entries(&root)?;
            let mut total: u64 = all.iter().map(|entry| entry.size).sum();
            all.sort_by(|one, other| one.used.cmp(&other.used).then_with(|| one.name.cmp(&other.name)));
            let mut gone = Vec::new();
            for entry in all.into_iter().filter(|entry| !spare.contains(&entry.name)) {
                if total <= limit {
                    break;
                }
                std::fs::remove_file(&entry.path).map_err(at(&entry.path, "removed"))?;
                total -= entry.size;
                gone.push(entry.name);
            }
            Ok(gone)
        })
        .await
    }

    /// Removes all content that is not to be spared, everything on its way in, and all copies.
    pub async fn clear(&self, spare: BTreeSet<String>) -> Result<()> {
        let root = self.root.clone();
        blocking(move || {
            // Also what takes no room: an empty file is somebody's, too. What cannot be removed keeps nothing else here.
            let removed: Vec<Result<()>> = entries(&root)?
                .into_iter()
                .filter(|entry| !spare.contains(&entry.name))
                .map(|entry| std::fs::remove_file(&entry.path).map_err(at(&entry.path, "removed")))
                .chain(
                    ["incoming", "opened"]
                        .map(|name| root.join(name))
                        .map(|folder| remove_folder(&folder).map_err(at(&folder, "removed"))),
                )
                .collect();
            removed.into_iter().collect()
        })
        .await
    }

    /// Removes content, what came of it in part, and its copies for other programs. Whether it was here.
    pub(crate) async fn remove(&self, sha256: &str) -> Result<bool> {
        let (whole, root) = (self.path(sha256), self.root.clone());
        let copies = root.join("opened").join(copies_of(sha256));
        let part = root.join("incoming").join(format!("{sha256}.part"));
        blocking(move || {
            remove_folder(&copies).map_err(at(&copies, "removed"))?;
            remove_file(&part).map_err(at(&part, "removed"))?;
            remove_file(&whole).map_err(at(&whole, "removed"))
        })
        .await
    }

    /// Removes copies that were made for other programs, and what came in part and was given up.
    pub async fn tidy(&self, now: Timestamp) -> Result<()> {
        let root = self.root.clone();
        blocking(move || {
            let opened = root.join("opened");
            remove_folder(&opened).map_err(at(&opened, "removed"))?;
            let before = u64::try_from(now.plus_ms(-INCOMING_MS).ms()).unwrap_or(0);
            let before = UNIX_EPOCH + Duration::from_millis(before);
            for entry in entries(&root.join("incoming"))? {
                if entry.used < before {
                    std::fs::remove_file(&entry.path).map_err(at(&entry.path, "removed"))?;
                }
            }
            Ok(())
        })
        .await
    }
}

/// The files of a folder; none where there is no folder.
fn entries(folder: &Path) -> Result<Vec<Entry>> {
    let listed = match std::fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder, "read")(error)),
    };
    let mut found = Vec::new();
    for entry in listed {
        let entry = entry.map_err(at(folder, "read"))?;
        // It may be gone by now.
        let Ok(about) = entry.metadata() else { continue };
        if about.is_file() {
            found.push(Entry {
                path: entry.path(),
                name: entry.file_name().to_string_lossy().into_owned(),
                size: about.len(),
                used: about.modified().unwrap_or(UNIX_EPOCH),
            });
        }
    }
    Ok(found)
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// False where there was no file.
fn remove_file(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
