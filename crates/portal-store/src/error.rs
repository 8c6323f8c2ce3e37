//! What can go wrong with the store.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed; [`StoreError::advice`] says what a person can do about it.
    #[error("the database failed: {0}")]
    Driver(#[from] sqlx::Error),
    /// What is stored contradicts itself.
    #[error("the database contradicts itself: {what}")]
    Inconsistent { what: String },
    #[error("there is no {what}")]
    NotFound { what: String },
    #[error("there is already {what}")]
    AlreadyExists { what: String },
    #[error("{} holds no portal yet", path.display())]
    NotInitialised { path: PathBuf },
    #[error("{} holds a portal already", path.display())]
    AlreadyInitialised { path: PathBuf },
    #[error("the database has schema {found}, and this program knows schemas up to {known}")]
    NewerSchema { found: i64, known: i64 },
    /// A migration ran on this database with another text than this program has.
    #[error("the database was set up by another build: its migration {name} is not this program's")]
    OtherMigration { name: &'static str },
    #[error(
        "SQLite {version} is too old: at least 3.51.3 is needed, older ones can damage a database in use"
    )]
    OldSqlite { version: String },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// Not how a file, a code or a document may look.
    #[error("{what}")]
    Unacceptable { what: String },
}

impl StoreError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| StoreError::Io { path, source }
    }

    /// Whether the same on the same data would fail again: no lack of room, and nobody in the way.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            StoreError::Driver(sqlx::Error::Database(error)) => {
                error.is_unique_violation()
                    || error.is_foreign_key_violation()
                    || error.is_check_violation()
                    || error.kind() == sqlx::error::ErrorKind::NotNullViolation
            }
            StoreError::Inconsistent { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn inconsistent(what: impl Into<String>) -> Self {
        StoreError::Inconsistent { what: what.into() }
    }
}
