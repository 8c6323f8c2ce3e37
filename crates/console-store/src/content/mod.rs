//! Content on this device: `PROFILE/files/<sha256>`, for the owner of the profile alone.
//!
//! A file stands under its hash only when it is whole, on the disk, and what its name says. When it was last used is
//! its time of modification. What is on its way in stands in `incoming/`, copies for other programs in `opened/`.

mod incoming;
mod room;

pub use incoming::Incoming;

use crate::error::{Result, StoreError};
use postern_domain::Timestamp;
use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

#[derive(Clone, Debug)]
pub struct ContentFolder {
    root: PathBuf,
}

/// Content by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// What a look at content on this device found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soundness {
    Sound,
    Missing,
    /// It is not what its name says: somebody wrote to it, or the disk is damaged.
    Changed,
}

impl ContentFolder {
    pub(crate) fn beside(cache: &Path) -> Self {
        Self { root: cache.parent().unwrap_or(Path::new(".")).join("files") }
    }

    /// Where content with this hash stands, if it is here.
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.root.join(sha256)
    }

    pub async fn has(&self, sha256: &str) -> bool {
        postern_protocol::is_sha256(sha256) && tokio::fs::try_exists(self.path(sha256)).await.unwrap_or(false)
    }

    /// Reads all of it.
    pub async fn examine(&self, sha256: &str) -> Result<Soundness> {
        let (path, sha256) = (self.path(sha256), sha256.to_owned());
        blocking(move || match digest(&path) {
            Ok(found) if found.sha256 == sha256 => Ok(Soundness::Sound),
            Ok(_) => Ok(Soundness::Changed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Soundness::Missing),
            Err(error) => Err(at(&path, "read")(error)),
        })
        .await
    }

    /// So many bytes of it from `from` on. None if they are not there.
    pub async fn read(&self, sha256: &str, from: u64, length: u64) -> Result<Option<Vec<u8>>> {
        let path = self.path(sha256);
        blocking(move || {
            let read = (|| -> io::Result<Vec<u8>> {
                let mut file = std::fs::File::open(&path)?;
                file.seek(SeekFrom::Start(from))?;
                let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
                file.read_exact(&mut bytes)?;
                Ok(bytes)
            })();
            match read {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) =>
                {
                    Ok(None)
                }
                Err(error) => Err(at(&path, "read")(error)),
            }
        })
        .await
    }

    /// Says that it was used now: what was used last is evicted last.
    pub async fn touch(&self, sha256: &str, now: Timestamp) {
        let path = self.path(sha256);
        // A wrong time only changes what is evicted first.
        let _ = blocking(move || {
            let since = Duration::from_millis(u64::try_from(now.ms()).unwrap_or(0));
            let touched = std::fs::File::open(&path).and_then(|file| file.set_modified(UNIX_EPOCH + since));
            touched.map_err(at(&path, "touched"))
        })
        .await;
    }

    /// Takes content away that is not what its name says.
    pub async fn drop_damaged(&self, sha256: &str) {
        // What cannot be removed is found damaged again.
        let _ = tokio::fs::remove_file(self.path(sha256)).await;
    }

    /// Makes a copy that cannot be written to, under a name that people know, for another program to open.
    pub async fn open_copy(&self, sha256: &str, name: &str) -> Result<PathBuf> {
        let from = self.path(sha256);
        let folder = self.root.join("opened").join(copies_of(sha256));
        let to = folder.join(file_name(name));
        blocking(move || {
            if to.exists() {
                std::fs::remove_file(&to).map_err(at(&to, "replaced"))?;
            }
            private_folder(&folder).map_err(at(&folder, "made"))?;
            std::fs::copy(&from, &to).map_err(at(&to, "written"))?;
            read_only(&to).map_err(at(&to, "written"))?;
            Ok(to)
        })
        .await
    }

    /// Copies content to a place of the person's own. It is there as a whole or not at all.
    pub async fn save_as(&self, sha256: &str, to: &Path) -> Result<()> {
        let (from, to) = (self.path(sha256), to.to_path_buf());
        blocking(move || {
            let partial = to.with_file_name(format!(
                ".{}.partial",
                to.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
            ));
            let copied = (|| {
                let (mut reader, mut writer) =
                    (std::fs::File::open(&from)?, std::fs::File::create(&partial)?);
                io::copy(&mut reader, &mut writer)?;
                writer.sync_all()?;
                std::fs::rename(&partial, &to)
            })();
            copied.map_err(|error| {
                // It would be left beside what the person wanted.
                let _ = std::fs::remove_file(&partial);
                at(&to, "written")(error)
            })
        })
        .await
    }
}

/// The folder in `opened/` for copies of this content.
fn copies_of(sha256: &str) -> &str {
    sha256.get(..16).unwrap_or(sha256)
}

/// A name as one part of a path, also where it came from another system.
pub fn file_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '_' } else { letter })
        .collect();
    let plain = plain.trim().trim_matches('.').to_owned();
    if plain.is_empty() { "file".to_owned() } else { plain }
}

/// What is on the disk under `path`.
fn digest(path: &Path) -> io::Result<Content> {
    let mut file = std::fs::File::open(path)?;
    let (mut size, mut hash, mut buffer) = (0, Sha256::new(), vec![0; 128 * 1024]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(Content { sha256: hex::encode(hash.finalize()), size });
        }
        size += read as u64;
        hash.update(&buffer[..read]);
    }
}

fn private_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Nobody writes to it any more, and nobody else reads it.
fn read_only(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o400))
    }
    #[cfg(not(unix))]
    {
        let mut permissions = std::fs::metadata(path)?.permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(path, permissions)
    }
}

fn at(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_path_buf();
    move |error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull { path },
        _ => StoreError::File { path, what, reason: error.to_string() },
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::inconsistent(format!("a file's work ended badly ({error})"))))
}
