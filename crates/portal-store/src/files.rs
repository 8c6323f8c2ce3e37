//! Files: which content is here, and who may name or read it. The bytes stand in `DATA/files`, named by their hash.

use crate::dialect::Connection;
use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use crate::items;
use crate::store::Store;
use postern_domain::{PersonId, Timestamp, may_view};
use postern_protocol::is_sha256;
use sqlx::Row as _;
use std::path::{Path, PathBuf};

/// Content that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    pub media_type: String,
}

/// Where content with this hash stands below the data directory: `files/ab/cdef…`. None if it is not a hash.
pub(crate) fn path_of(data: &Path, sha256: &str) -> Option<PathBuf> {
    is_sha256(sha256).then(|| data.join("files").join(&sha256[..2]).join(&sha256[2..]))
}

/// Makes the names in a folder durable: until then a power cut may take a file that was synced itself.
///
/// # Errors
/// As the operating system's.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Whether `person` may attach this content: it is here with this size, and they uploaded it or see it already.
/// Knowing a hash is not enough, or it would open files that others may not see.
pub(crate) async fn may_name(
    db: &mut Connection,
    sha256: &str,
    size: u64,
    person: &PersonId,
    directory: &DirectorySnapshot,
) -> Result<bool, StoreError> {
    let stored: Option<i64> = sqlx::query_scalar("SELECT size FROM files WHERE sha256 = $1")
        .bind(sha256)
        .fetch_optional(&mut *db)
        .await?;
    if stored.map(i64::unsigned_abs) != Some(size) {
        return Ok(false);
    }
    Ok(brought(db, sha256, person).await? || is_in_sight(db, sha256, person, directory).await?)
}

/// Whether `person` has uploaded all of the content once.
async fn brought(db: &mut Connection, sha256: &str, person: &PersonId) -> Result<bool, StoreError> {
    let uploads: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM file_uploads WHERE sha256 = $1 AND person = $2")
            .bind(sha256)
            .bind(person.as_str())
            .fetch_one(db)
            .await?;
    Ok(uploads > 0)
}

async fn stored(db: &mut Connection, sha256: &str) -> Result<Option<StoredFile>, StoreError> {
    let row = sqlx::query("SELECT sha256, size, media_type FROM files WHERE sha256 = $1")
        .bind(sha256)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(StoredFile {
            sha256: row.try_get("sha256")?,
            size: row.try_get::<i64, _>("size")?.unsigned_abs(),
            media_type: row.try_get("media_type")?,
        })
    })
    .transpose()
}

/// Whether an item that `person` may see names the content.
async fn is_in_sight(
    db: &mut Connection,
    sha256: &str,
    person: &PersonId,
    directory: &DirectorySnapshot,
) -> Result<bool, StoreError> {
    let Some(person) = directory.people().get(person) else { return Ok(false) };
    let rows = sqlx::query(
        "SELECT i.id, i.doc FROM item_files f JOIN items i ON i.id = f.item WHERE f.sha256 = $1 ORDER BY i.id",
    )
    .bind(sha256)
    .fetch_all(db)
    .await?;
    for row in &rows {
        if may_view(person, &items::parse(row)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Store {
    /// Where content with this hash stands, or is to stand; none if it is not a hash.
    pub fn file_path(&self, sha256: &str) -> Option<PathBuf> {
        path_of(self.data(), sha256)
    }

    /// Puts whole content under its own name, for good when this returns: false if it was there before. Blocks on the
    /// disk.
    ///
    /// # Errors
    /// As the operating system's.
    pub fn keep_file(&self, partial: &Path, target: &Path) -> std::io::Result<bool> {
        let all = self.data().join("files");
        let folder = target.parent().unwrap_or(&all);
        std::fs::create_dir_all(folder)?;
        // It may be there from somebody who was killed before the names were on the disk.
        let is_new = !target.exists();
        if is_new {
            std::fs::rename(partial, target)?;
        } else {
            std::fs::remove_file(partial)?;
        }
        sync_folder(folder)?;
        sync_folder(&all)?;
        Ok(is_new)
    }

    /// Writes down that `person` brought content whose bytes are in place.
    pub async fn add_file(
        &self,
        file: &StoredFile,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_write().await?;
        sqlx::query(
            "INSERT INTO files (sha256, size, media_type, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(&file.sha256)
        .bind(file.size.cast_signed())
        .bind(&file.media_type)
        .bind(now.ms())
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO file_uploads (sha256, person) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&file.sha256)
            .bind(person.as_str())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// The content with this hash, if it is here and an item that `person` may see names it.
    pub async fn file_for(&self, sha256: &str, person: &PersonId) -> Result<Option<StoredFile>, StoreError> {
        let mut tx = self.begin_read().await?;
        let head = crate::head::read(&mut tx).await?;
        let directory = self.directory_at(&mut tx, &head).await?;
        let Some(file) = stored(&mut tx, sha256).await? else { return Ok(None) };
        Ok(is_in_sight(&mut tx, sha256, person, &directory).await?.then_some(file))
    }

    /// The content with this hash, if it is here and `person` may name it: because they brought it, or see it already.
    /// To anybody else it is as if it were not here.
    pub async fn file_known_to(
        &self,
        sha256: &str,
        person: &PersonId,
    ) -> Result<Option<StoredFile>, StoreError> {
        let mut tx = self.begin_read().await?;
        let head = crate::head::read(&mut tx).await?;
        let directory = self.directory_at(&mut tx, &head).await?;
        let Some(file) = stored(&mut tx, sha256).await? else { return Ok(None) };
        let known = brought(&mut tx, sha256, person).await?
            || is_in_sight(&mut tx, sha256, person, &directory).await?;
        Ok(known.then_some(file))
    }
}
