//! What can go wrong with the cache, in words that name the way out.

use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(
        "the cache {} cannot be read ({reason}). Changes that were not yet sent may still be in it: move the file \
         away, start again, and everything else comes back from the portal",
        .path.display()
    )]
    Unreadable { path: PathBuf, reason: String },
    #[error(
        "the cache {} was written by a newer Postern (schema {found}, this one knows {known}): update Postern, or \
         use another profile",
        .path.display()
    )]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    #[error("the disk that holds {} is full: nothing was saved; free some space and try again", .path.display())]
    DiskFull { path: PathBuf },
    #[error(
        "the disk that holds {} failed ({reason}): nothing was saved; look whether a quota or a limit on the size of \
         files is reached there, and whether the disk is sound",
        .path.display()
    )]
    DiskFailed { path: PathBuf, reason: String },
    #[error("the cache {} cannot be written: check its permissions and those of its folder", .path.display())]
    ReadOnly { path: PathBuf },
    #[error("{} cannot be {what}: {reason}", .path.display())]
    File { path: PathBuf, what: &'static str, reason: String },
    #[error(
        "the cache {} could not be opened ({reason}): check that it is a file, and its permissions and those of its folder",
        .path.display()
    )]
    CannotOpen { path: PathBuf, reason: String },
    #[error("another program has kept the cache locked for too long: try again")]
    Busy,
    #[error("this build has SQLite {found}; 3.51.3 or newer is needed, older ones can damage the cache")]
    OldSqlite { found: String },
    /// Another process has taken over the sync; what was about to be written is not.
    #[error("another window or program of this profile does the syncing now")]
    LeaseLost,
    /// Its person signed out while something was about to be written for them.
    #[error("another window or program of this profile signed out meanwhile: nothing was saved")]
    SomebodyElses,
    #[error("the cache contradicts itself: {what}")]
    Inconsistent { what: String },
    #[error("the cache: {0}")]
    Driver(sqlx::Error),
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// SQLite's primary result codes that a person can do something about.
mod code {
    pub const BUSY: i32 = 5;
    pub const LOCKED: i32 = 6;
    pub const READONLY: i32 = 8;
    pub const IOERR: i32 = 10;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const CANTOPEN: i32 = 14;
    pub const NOTADB: i32 = 26;
    /// An extended one: the file that readers share cannot be made larger.
    pub const SHARED_FILE_SIZE: i32 = 4874;
}

impl StoreError {
    /// Names a driver's error after what it means for the file at `path`.
    pub(crate) fn at(path: &Path, error: sqlx::Error) -> Self {
        let path = path.to_path_buf();
        let Some(database) = error.as_database_error() else {
            return match error {
                sqlx::Error::PoolTimedOut => StoreError::Busy,
                other => StoreError::Driver(other),
            };
        };
        let reason = database.message().to_owned();
        let extended = database.code().and_then(|text| text.parse::<i32>().ok());
        if extended == Some(code::SHARED_FILE_SIZE) {
            return StoreError::DiskFull { path };
        }
        match extended.map(|code| code & 0xff) {
            Some(code::NOTADB | code::CORRUPT) => StoreError::Unreadable { path, reason },
            Some(code::IOERR) => StoreError::DiskFailed { path, reason },
            Some(code::FULL) => StoreError::DiskFull { path },
            Some(code::READONLY) => StoreError::ReadOnly { path },
            Some(code::CANTOPEN) => StoreError::CannotOpen { path, reason },
            Some(code::BUSY | code::LOCKED) => StoreError::Busy,
            _ => StoreError::Driver(error),
        }
    }

    pub(crate) fn inconsistent(what: impl Into<String>) -> Self {
        StoreError::Inconsistent { what: what.into() }
    }
}

/// Inside a transaction the path is added by whoever runs it.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Driver(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Inconsistent { what: format!("a stored document cannot be read ({error})") }
    }
}
