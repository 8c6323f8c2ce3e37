//! What a person can do about a failure of the database: names the path and the way out.

use crate::error::StoreError;
use std::io::ErrorKind;
use std::path::Path;

// Primary result codes, https://sqlite.org/rescode.html
const SQLITE_PERM: i32 = 3;
const SQLITE_BUSY: i32 = 5;
const SQLITE_READONLY: i32 = 8;
const SQLITE_IOERR: i32 = 10;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_FULL: i32 = 13;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;
/// The index of the write-ahead log could not grow.
const SQLITE_IOERR_SHMSIZE: i32 = SQLITE_IOERR | (19 << 8);

impl StoreError {
    /// What happened and what to do about it, for the person in front of the portal whose data is in `data`.
    pub fn advice(&self, data: &Path) -> String {
        let data = data.display();
        match self {
            StoreError::Driver(error) => match sqlite_code(error) {
                Some(SQLITE_FULL) => format!(
                    "The disk that holds {data} is full. Nothing was changed. Free some space there, then try again."
                ),
                Some(SQLITE_READONLY | SQLITE_PERM) => format!(
                    "{data} cannot be written. Make its files writable for the user that runs the portal, or \
                     remount the disk for writing."
                ),
                Some(SQLITE_CORRUPT | SQLITE_NOTADB) => format!(
                    "{data}/portal.db is damaged or is not a Postern database. Stop the portal, keep the file for \
                     inspection, and restore the latest backup into {data}."
                ),
                Some(SQLITE_CANTOPEN) => format!(
                    "{data}/portal.db cannot be opened. Check that the directory exists and that the user that runs \
                     the portal may read and write it."
                ),
                Some(SQLITE_IOERR) => format!(
                    "The disk that holds {data} failed to read or write. Nothing was changed. Look whether a quota or \
                     a limit on the size of files is reached there, and whether the disk is sound."
                ),
                Some(SQLITE_BUSY) => format!(
                    "Another program is writing to {data}/portal.db and did not finish in time. Try again; if it \
                     stays so, look for an import or a backup that hangs."
                ),
                _ => format!("The database in {data} failed: {error}."),
            },
            StoreError::NotInitialised { .. } => {
                format!("{data} holds no portal yet. Make one with: postern-portal --data {data} init")
            }
            StoreError::AlreadyInitialised { .. } => {
                format!(
                    "{data} holds a portal already. Choose another directory, or use the one that is there."
                )
            }
            StoreError::NewerSchema { found, known } => format!(
                "The database in {data} was written by a newer postern-portal (schema {found}; this one knows \
                 {known}). Use the newer program."
            ),
            StoreError::OtherMigration { name } => format!(
                "The database in {data} was set up by another build of postern-portal: the migration {name} that \
                 ran there is not the one in this program. Nothing was changed. Use the build that wrote it; a sample \
                 or an import can also be made anew in another directory."
            ),
            StoreError::Io { path, source } => match source.kind() {
                ErrorKind::StorageFull => {
                    format!(
                        "The disk that holds {} is full. Free some space there, then try again.",
                        path.display()
                    )
                }
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                    format!("{} cannot be read or written by this user: {source}.", path.display())
                }
                ErrorKind::NotFound => {
                    format!("{} is missing. Put it back from the latest backup.", path.display())
                }
                _ => format!("{}: {source}.", path.display()),
            },
            other => format!("{other}."),
        }
    }

    /// Whether trying again later can help.
    pub fn is_passing(&self) -> bool {
        match self {
            StoreError::Driver(sqlx::Error::PoolTimedOut) => true,
            StoreError::Driver(error) => {
                matches!(sqlite_code(error), Some(SQLITE_BUSY | SQLITE_FULL | SQLITE_IOERR | SQLITE_READONLY))
            }
            StoreError::Io { source, .. } => source.kind() == ErrorKind::StorageFull,
            _ => false,
        }
    }
}

/// The primary code; of a file that cannot grow, the one of a full disk.
fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?.parse::<i32>().ok()?;
    Some(if code == SQLITE_IOERR_SHMSIZE { SQLITE_FULL } else { code & 0xff })
}
