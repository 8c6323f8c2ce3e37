//! A file that is not whole yet, in `DATA/files/partial/`.

use crate::problem::Failure;
use crate::state::App;
use axum::body::Body;
use futures_util::StreamExt as _;
use postern_domain::{DAY_MS, PersonId, Timestamp};
use postern_protocol::ErrorCode;
use sha2::{Digest, Sha256};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

/// An upload that nobody continued for so long is removed.
const KEPT_MS: i64 = 7 * DAY_MS;

/// Nobody has more unfinished uploads than this.
const MOST_EACH: usize = 200;

pub struct Partial {
    path: PathBuf,
    /// It goes away with its request.
    passing: bool,
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.passing {
            // It is gone already when it was kept under its own name.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Why no more was appended.
pub enum Append {
    /// All of the part is there.
    Whole,
    /// A newer request continues the upload.
    TakenOver,
}

fn folder(app: &App) -> PathBuf {
    app.store().data().join("files").join("partial")
}

/// One person's uploads begin alike, and nobody else's do.
fn prefix(person: &PersonId) -> String {
    hex::encode(Sha256::digest(person.as_str())).split_off(40)
}

impl Partial {
    /// One person's upload of one content: it is continued, also days later.
    pub fn of(app: &App, person: &PersonId, sha256: &str) -> Self {
        Self { path: folder(app).join(format!("{}-{sha256}", prefix(person))), passing: false }
    }

    /// An upload that comes in one piece or not at all.
    pub fn passing(app: &App) -> Self {
        Self { path: folder(app).join(app.environment().id()), passing: true }
    }

    /// Names this upload among those that are under way.
    pub fn key(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Bytes that are there.
    pub async fn length(&self) -> Result<u64, Failure> {
        match fs::metadata(&self.path).await {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(Failure::internal(error)),
        }
    }

    /// # Errors
    /// When the person has begun very many uploads and finished none of them.
    pub async fn check_room(&self, app: &App, person: &PersonId) -> Result<(), Failure> {
        let prefix = prefix(person);
        let Ok(mut entries) = fs::read_dir(folder(app)).await else { return Ok(()) };
        let mut unfinished = 0;
        while let Ok(Some(entry)) = entries.next_entry().await {
            unfinished += usize::from(entry.file_name().to_string_lossy().starts_with(&prefix));
        }
        if unfinished >= MOST_EACH {
            return Err(Failure::new(
                ErrorCode::Throttled,
                format!(
                    "{unfinished} of your uploads are not finished. Finish some of them, or wait: they are removed \
                     after seven days."
                ),
            )
            .retry_after(3600));
        }
        Ok(())
    }

    /// Continues at `from` with what comes. Whatever came before a connection broke stays; of a part that the disk has
    /// no room for, or that goes beyond `limit`, nothing does.
    pub async fn append(
        &self,
        from: u64,
        limit: u64,
        body: Body,
        wanted: &CancellationToken,
    ) -> Result<Append, Failure> {
        let written = self.write(from, limit, body, wanted).await;
        if let Err(Stop::Void(_)) = &written
            && let Ok(file) = fs::File::options().write(true).open(&self.path).await
        {
            // On a full disk, to make a file shorter works still.
            let _ = file.set_len(from).await;
        }
        written.map_err(|stop| match stop {
            Stop::Void(failure) | Stop::Cut(failure) => failure,
        })
    }

    async fn write(
        &self,
        from: u64,
        limit: u64,
        body: Body,
        wanted: &CancellationToken,
    ) -> Result<Append, Stop> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).await.map_err(full)?;
        }
        let file = fs::File::options().create(true).append(true).open(&self.path).await;
        let mut file = file.map_err(full)?;
        let (mut at, mut chunks) = (from, body.into_data_stream());
        let end = loop {
            let chunk = tokio::select! {
                biased;
                () = wanted.cancelled() => break Ok(Append::TakenOver),
                chunk = chunks.next() => chunk,
            };
            match chunk {
                None => break Ok(Append::Whole),
                Some(Err(error)) => {
                    let detail = "The upload was cut short.";
                    break Err(Stop::Cut(Failure::malformed(detail).because(error)));
                }
                Some(Ok(chunk)) => {
                    at += chunk.len() as u64;
                    if at > limit {
                        return Err(Stop::Void(Failure::new(
                            ErrorCode::TooLarge,
                            "More came than was announced, or than a file or a part of one may have.",
                        )));
                    }
                    file.write_all(&chunk).await.map_err(full)?;
                }
            }
        };
        file.flush().await.map_err(full)?;
        file.sync_all().await.map_err(full)?;
        end
    }

    /// Size and SHA-256 of what is there.
    pub async fn digest(&self) -> Result<(u64, String), Failure> {
        let path = self.path.clone();
        let read = tokio::task::spawn_blocking(move || digest(&path)).await.map_err(Failure::internal)?;
        read.map_err(Failure::internal)
    }

    /// Puts the file under its own name, so that it is there after a power cut once the caller has the answer. False
    /// if the same content was there before.
    pub async fn keep(self, app: &App, target: PathBuf) -> Result<bool, Failure> {
        let (store, path) = (app.store().clone(), self.path.clone());
        let kept = tokio::task::spawn_blocking(move || store.keep_file(&path, &target)).await;
        kept.map_err(Failure::internal)?.map_err(disk)
    }

    pub async fn remove(&self) {
        // What cannot be removed now is removed when it has grown old.
        let _ = fs::remove_file(&self.path).await;
    }
}

enum Stop {
    /// The connection broke: what came is worth keeping.
    Cut(Failure),
    Void(Failure),
}

fn full(error: io::Error) -> Stop {
    Stop::Void(disk(error))
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = std::fs::File::open(path)?;
    let (mut size, mut hash, mut buffer) = (0, Sha256::new(), vec![0; 128 * 1024]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex::encode(hash.finalize())));
        }
        size += read as u64;
        hash.update(&buffer[..read]);
    }
}

fn disk(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Failure::new(
            ErrorCode::Unavailable,
            "The portal's disk is full. Try again later, or tell its admin.",
        )
        .retry_after(60)
        .because(error),
        _ => Failure::internal(error),
    }
}

/// Removes what nobody has continued for a week. Returns how many that were.
///
/// # Errors
/// When the folder cannot be read.
pub async fn forget_abandoned(app: &App) -> io::Result<usize> {
    let before = app.environment().now().plus_ms(-KEPT_MS);
    let mut entries = match fs::read_dir(folder(app)).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut forgotten = 0;
    while let Some(entry) = entries.next_entry().await? {
        let Ok(modified) = entry.metadata().await.and_then(|found| found.modified()) else { continue };
        let age = modified.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        if Timestamp::from_ms(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)) < before
            && fs::remove_file(entry.path()).await.is_ok()
        {
            forgotten += 1;
        }
    }
    Ok(forgotten)
}
