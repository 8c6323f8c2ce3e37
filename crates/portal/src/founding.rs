//! A portal that is made on the way to something else, and taken back when that fails.

use crate::environment::Environment;
use postern_portal_store::{Founding, Store, StoreError};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Opens the portal in `data`, or makes one there. With a new one comes the way to take it back.
///
/// # Errors
/// As opening and creating; then nothing was left behind.
pub async fn open_or_found(
    data: &Path,
    environment: &Environment,
    organisation: &str,
) -> Result<(Store, Option<NewFolder>), StoreError> {
    match Store::open(data).await {
        Err(StoreError::NotInitialised { .. }) => {
            let folder = NewFolder::before(data);
            let founding = Founding {
                organisation: organisation.to_owned(),
                epoch: environment.epoch(),
                key_seed: environment.bytes(),
                at: environment.now(),
            };
            match Store::create(data, founding).await {
                Ok(store) => Ok((store, Some(folder))),
                Err(error) => {
                    folder.take_back();
                    Err(error)
                }
            }
        }
        opened => opened.map(|store| (store, None)),
    }
}

/// What stood in a data folder before, so that what was put there since can be taken away again.
pub struct NewFolder {
    data: PathBuf,
    existed: bool,
    before: BTreeSet<OsString>,
}

/// All that a new portal consists of.
const PORTAL: [&str; 6] =
    ["portal.db", "portal.db-wal", "portal.db-shm", "audit.key", "audit.key.partial", "files"];

impl NewFolder {
    pub fn before(data: &Path) -> Self {
        let entries = std::fs::read_dir(data);
        Self {
            data: data.to_owned(),
            existed: entries.is_ok(),
            before: entries.into_iter().flatten().flatten().map(|entry| entry.file_name()).collect(),
        }
    }

    /// Removes the portal's own files where they were not there before, and the folder if it is new.
    pub fn take_back(&self) {
        for name in PORTAL.iter().filter(|name| !self.before.contains(&OsString::from(name))) {
            let path = self.data.join(name);
            // What was never made cannot be removed.
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
        if !self.existed {
            let _ = std::fs::remove_dir(&self.data);
        }
    }
}
