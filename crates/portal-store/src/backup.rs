//! Backup: a consistent copy of the database while the portal works, and the files beside it.

use crate::dialect;
use crate::error::StoreError;
use crate::files;
use crate::signing;
use crate::store::{Store, database_file};
use sqlx::Row as _;
use std::path::Path;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BackupReport {
    /// Bytes of the database's copy.
    pub database_bytes: u64,
    pub files: u64,
    /// Files that were copied now; the others were there from an earlier backup into the same place.
    pub files_copied: u64,
}

impl Store {
    /// Copies everything that the portal needs into `target`, which becomes a data directory of its own. The
    /// database's copy comes first: every file that it names is there when the files are copied.
    pub async fn backup(&self, target: &Path) -> Result<BackupReport, StoreError> {
        let database = database_file(target);
        if database.exists() {
            return Err(StoreError::AlreadyExists { what: format!("a backup in {}", target.display()) });
        }
        let folder = target.join("files");
        std::fs::create_dir_all(&folder).map_err(StoreError::io(&folder))?;
        let partial = target.join("portal.db.partial");
        if partial.exists() {
            std::fs::remove_file(&partial).map_err(StoreError::io(&partial))?;
        }
        dialect::copy(&database_file(self.data()), &partial).await?;
        let key = signing::key_file(target);
        std::fs::copy(signing::key_file(self.data()), &key).map_err(StoreError::io(&key))?;
        let (mut files, mut files_copied) = (0, 0);
        let rows = sqlx::query("SELECT sha256 FROM files ORDER BY sha256")
            .fetch_all(&mut *self.reader().await?)
            .await?;
        for row in &rows {
            let sha256: String = row.try_get("sha256")?;
            files += 1;
            files_copied += u64::from(copy_file(self.data(), target, &sha256)?);
        }
        let synced = std::fs::File::open(&partial).and_then(|file| file.sync_all());
        synced.and_then(|()| std::fs::rename(&partial, &database)).map_err(StoreError::io(&database))?;
        let database_bytes = std::fs::metadata(&database).map_err(StoreError::io(&database))?.len();
        Ok(BackupReport { database_bytes, files, files_copied })
    }
}

/// Copies one file, unless it is there; says whether it had to. A file that is missing here is `check`'s to report.
fn copy_file(data: &Path, target: &Path, sha256: &str) -> Result<bool, StoreError> {
    let (Some(from), Some(to)) = (files::path_of(data, sha256), files::path_of(target, sha256)) else {
        return Err(StoreError::inconsistent(format!("a file is named \"{sha256}\", which is not a hash")));
    };
    if to.exists() || !from.exists() {
        return Ok(false);
    }
    let partial = to.with_extension("partial");
    let copy = || {
        std::fs::create_dir_all(to.parent().unwrap_or(target))?;
        std::fs::copy(&from, &partial)?;
        std::fs::File::open(&partial)?.sync_all()?;
        std::fs::rename(&partial, &to)
    };
    copy().map_err(StoreError::io(&to))?;
    Ok(true)
}
