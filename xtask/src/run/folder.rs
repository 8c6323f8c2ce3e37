//! The folder of one run: `portal/` (the portal's data), `profile/` (the console's), logs, and what was seeded.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::sample::Request;
use crate::cli::RunOptions;
use crate::repository::Repository;

pub struct RunFolder {
    pub path: PathBuf,
    /// Two runs on one folder would fight over the database and the profile.
    _lock: File,
}

/// What `sample.json` keeps about the seeded organisation.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct SampleRecord {
    /// The request that was seeded, in words.
    pub request: String,
    /// Of the sources that write the databases: a sample of other ones cannot be read.
    #[serde(default)]
    pub made_by: String,
    /// False from before the portal begins to seed until it is done, so that an interruption shows.
    pub complete: bool,
    pub password: String,
    pub accounts: Vec<Account>,
    pub items: Option<u64>,
}

const RECORD: &str = "sample.json";

/// What to do with the sample in a folder.
#[derive(Debug, PartialEq, Eq)]
pub enum Reuse {
    AsItIs,
    Seed,
    ClearAndSeed,
}

impl RunFolder {
    pub fn open(repository: &Repository, options: &RunOptions, request: &Request) -> anyhow::Result<Self> {
        let path = match &options.data {
            Some(given) => std::path::absolute(given)
                .with_context(|| format!("{} is no usable path", given.display()))?,
            None => repository.target().join("run").join(format!("portal-{}", request.fingerprint)),
        };
        let is_ours = !path.exists() || path.join("run.lock").is_file() || is_empty(&path);
        if !is_ours {
            bail!(
                "{} holds files that `cargo xtask run` did not put there; name an empty or new folder with --data",
                path.display()
            );
        }
        std::fs::create_dir_all(&path)
            .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        let lock = File::create(path.join("run.lock"))
            .with_context(|| format!("the folder {} cannot be written to", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another `cargo xtask run` uses {}; stop it, or give this one its own folder with --data DIR",
                path.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("the folder {} cannot be locked", path.display()));
            }
        }
        let folder = Self { path, _lock: lock };
        if options.fresh {
            folder.clear()?;
        }
        Ok(folder)
    }

    pub fn portal_data(&self) -> PathBuf {
        self.path.join("portal")
    }

    pub fn profile(&self) -> PathBuf {
        self.path.join("profile")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn record(&self) -> Option<SampleRecord> {
        serde_json::from_slice(&std::fs::read(self.file(RECORD)).ok()?).ok()
    }

    /// Written beside and renamed, so that a crash leaves the old record or the new one.
    pub fn keep_record(&self, record: &SampleRecord) -> anyhow::Result<()> {
        let text =
            serde_json::to_vec_pretty(record).context("the sample's record cannot be written as JSON")?;
        let (draft, file) = (self.file("sample.json.new"), self.file(RECORD));
        std::fs::write(&draft, text)
            .and_then(|()| std::fs::rename(&draft, &file))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Removes what a run made; the lock stays.
    pub fn clear(&self) -> anyhow::Result<()> {
        for folder in [self.portal_data(), self.profile(), self.file("secrets")] {
            if folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .with_context(|| format!("{} cannot be removed", folder.display()))?;
            }
        }
        if self.file(RECORD).exists() {
            std::fs::remove_file(self.file(RECORD)).context("the sample's record cannot be removed")?;
        }
        Ok(())
    }
}

fn is_empty(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Whether the sample that `record` describes answers `request`.
pub fn reuse(
    record: Option<&SampleRecord>,
    portal_data_exists: bool,
    request: &str,
    made_by: &str,
) -> anyhow::Result<Reuse> {
    match record {
        Some(record) if !record.complete => Ok(Reuse::ClearAndSeed),
        Some(record) if record.request != request => bail!(
            "this folder holds another sample ({}), and the options ask for {request}; \
             add --fresh to replace it, or name another folder with --data",
            record.request
        ),
        // Until 1.0 a portal does not read what another version wrote.
        Some(record) if record.made_by != made_by => Ok(Reuse::ClearAndSeed),
        Some(_) if portal_data_exists => Ok(Reuse::AsItIs),
        None if !portal_data_exists => Ok(Reuse::Seed),
        _ => Ok(Reuse::ClearAndSeed),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reuse, SampleRecord, reuse};

    fn record(complete: bool) -> SampleRecord {
        SampleRecord {
            request: "100 items, seed 1".to_owned(),
            made_by: "these sources".to_owned(),
            complete,
            password: String::new(),
            accounts: Vec::new(),
            items: None,
        }
    }

    #[test]
    fn a_complete_sample_is_used_again() {
        assert_eq!(
            reuse(Some(&record(true)), true, "100 items, seed 1", "these sources").unwrap(),
            Reuse::AsItIs
        );
    }

    #[test]
    fn an_interrupted_seeding_is_done_again() {
        assert_eq!(
            reuse(Some(&record(false)), true, "100 items, seed 1", "these sources").unwrap(),
            Reuse::ClearAndSeed
        );
        assert_eq!(reuse(None, true, "100 items, seed 1", "these sources").unwrap(), Reuse::ClearAndSeed);
    }

    #[test]
    fn a_sample_of_other_sources_is_made_anew() {
        let kept = record(true);
        assert_eq!(
            reuse(Some(&kept), true, "100 items, seed 1", "other sources").unwrap(),
            Reuse::ClearAndSeed
        );
    }

    #[test]
    fn an_empty_folder_is_seeded() {
        assert_eq!(reuse(None, false, "100 items, seed 1", "these sources").unwrap(), Reuse::Seed);
    }

    #[test]
    fn another_sample_is_never_thrown_away_unasked() {
        let error =
            reuse(Some(&record(true)), true, "7 items, seed 1", "these sources").unwrap_err().to_string();
        assert!(error.contains("--fresh"), "{error}");
    }
}
