//! The sample organisation: generated, or imported from an event log; made once per folder.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::account::Account;
use super::folder::{self, Reuse, RunFolder, SampleRecord};
use crate::cli::RunOptions;
use crate::process;
use crate::repository::Repository;
use crate::stamp::{self, Fingerprint};
use crate::steps::Steps;

/// Which sample the options ask for.
pub struct Request {
    /// In words, for people and for comparing.
    pub words: String,
    pub fingerprint: String,
    source: Source,
}

enum Source {
    Generated { items: u64, seed: u64 },
    Imported { log: PathBuf, mapping: PathBuf, as_of: Option<String>, shift_to_now: bool },
}

impl Request {
    pub fn from_options(repository: &Repository, options: &RunOptions) -> anyhow::Result<Self> {
        let mut fingerprint = Fingerprint::new();
        let (words, source) = match (&options.import, &options.mapping) {
            (Some(log), Some(mapping)) => {
                let log = std::fs::canonicalize(log)
                    .with_context(|| format!("the event log {} cannot be found", log.display()))?;
                let mapping = find_mapping(&repository.root.join("crates/portal/mappings"), mapping)?;
                // The log may be large: its size stands for its content. The mapping is edited often: its content counts.
                let size = std::fs::metadata(&log)
                    .with_context(|| format!("the event log {} cannot be read", log.display()))?
                    .len();
                fingerprint.add(&size.to_le_bytes());
                let content = std::fs::read(&mapping)
                    .with_context(|| format!("the mapping {} cannot be read", mapping.display()))?;
                fingerprint.add(&content);
                let mut words = format!("import of {} by {}", log.display(), mapping.display());
                if let Some(instant) = &options.as_of {
                    words.push_str(&format!(" as of {instant}"));
                }
                if options.shift_to_now {
                    words.push_str(", shifted to now");
                }
                let source = Source::Imported {
                    log,
                    mapping,
                    as_of: options.as_of.clone(),
                    shift_to_now: options.shift_to_now,
                };
                (words, source)
            }
            _ => (
                format!("{} generated items, seed {}", options.items, options.seed),
                Source::Generated { items: options.items, seed: options.seed },
            ),
        };
        fingerprint.add(words.as_bytes());
        Ok(Self { words, fingerprint: fingerprint.hex(), source })
    }

    /// What makes the sample unique, for the record: the words, and the contents behind them.
    fn key(&self) -> String {
        format!("{} [{}]", self.words, self.fingerprint)
    }
}

/// A path, or the bare name of a shipped mapping.
fn find_mapping(shipped: &Path, wanted: &Path) -> anyhow::Result<PathBuf> {
    if wanted.is_file() {
        return std::fs::canonicalize(wanted)
            .with_context(|| format!("the mapping {} cannot be resolved", wanted.display()));
    }
    let by_name = shipped.join(wanted).with_extension("toml");
    if by_name.is_file() {
        return Ok(by_name);
    }
    let mut names: Vec<String> = std::fs::read_dir(shipped)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    bail!("there is no mapping {}; shipped mappings: {}", wanted.display(), names.join(", "))
}

/// Seeds the folder unless the wanted sample is in it.
pub fn prepare(
    repository: &Repository,
    steps: &Steps,
    folder: &RunFolder,
    request: &Request,
) -> anyhow::Result<SampleRecord> {
    let kept = folder.record();
    let made_by = sources(repository)?;
    match folder::reuse(kept.as_ref(), folder.portal_data().exists(), &request.key(), &made_by)? {
        Reuse::AsItIs => {
            if let Some(record) = kept {
                return Ok(record);
            }
        }
        Reuse::Seed => {}
        Reuse::ClearAndSeed => {
            steps.begin("Clearing a sample whose seeding was interrupted, or that other sources made");
            folder.clear()?;
        }
    }
    steps.begin(&format!("Seeding a sample organisation: {}", request.words));
    let mut record = SampleRecord {
        request: request.key(),
        made_by,
        complete: false,
        password: new_password(),
        accounts: Vec::new(),
        items: None,
    };
    folder.keep_record(&record)?;
    let printed = process::stdout_of(&mut seeding(repository, folder, request, &record.password))?;
    let made: Made = serde_json::from_str(&printed)
        .context("the portal seeded, but its report is not the JSON document that was expected")?;
    record.accounts = made.accounts;
    record.items = made.items;
    record.complete = true;
    folder.keep_record(&record)?;
    Ok(record)
}

/// The fingerprint of the sources that say what stands in the databases.
fn sources(repository: &Repository) -> anyhow::Result<String> {
    const WRITERS: [&str; 5] = [
        "crates/domain/src",
        "crates/portal-store/src",
        "crates/portal-store/migrations",
        "crates/console-store/src",
        "crates/console-store/migrations",
    ];
    let mut files = Vec::new();
    for folder in WRITERS {
        files_under(&repository.root.join(folder), &mut files)?;
    }
    stamp::of_files(&repository.root, &files)
}

fn files_under(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files_under(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The part of the portal's report that matters here.
#[derive(Deserialize)]
struct Made {
    accounts: Vec<Account>,
    #[serde(default)]
    items: Option<u64>,
}

fn seeding(
    repository: &Repository,
    folder: &RunFolder,
    request: &Request,
    password: &str,
) -> std::process::Command {
    let mut command = process::command(repository.binary("postern-portal"));
    command.arg("--data").arg(folder.portal_data());
    match &request.source {
        Source::Generated { items, seed } => {
            command.args(["seed", "--seed", &seed.to_string(), "--items", &items.to_string()]);
        }
        Source::Imported { log, mapping, as_of, shift_to_now } => {
            command.arg("import").arg(log).arg("--mapping").arg(mapping);
            if let Some(instant) = as_of {
                command.args(["--as-of", instant]);
            }
            if *shift_to_now {
                command.arg("--shift-to-now");
            }
        }
    }
    command.args(["--password", password, "--json"]);
    command
}

/// A password for the sample's accounts. The portal may be made to listen on a network, so no fixed word will do; the
/// operating system's randomness comes in through the standard library's hasher keys.
fn new_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bits = RandomState::new().hash_one("sample password");
    let mut password = String::from("sample");
    for place in 0..12 {
        if place % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[(bits & 31) as usize]));
        bits >>= 5;
    }
    password
}

impl SampleRecord {
    pub fn print(&self, steps: &Steps, address: &str) {
        if let Some(items) = self.items {
            steps.note(&format!("{items} items, {} accounts:", self.accounts.len()));
        }
        const SHOWN: usize = 20;
        let width = self.accounts.iter().take(SHOWN).map(|account| account.email.len()).max().unwrap_or(0);
        for account in self.accounts.iter().take(SHOWN) {
            let mark = if account.suggested { '*' } else { ' ' };
            steps.note(&format!(
                " {mark} {:width$}  {} ({}) {}",
                account.email,
                account.name,
                account.roles.join(", "),
                account.time_zone
            ));
        }
        if self.accounts.len() > SHOWN {
            steps.note(&format!(
                "   and {} more, all in sample.json in the run's folder",
                self.accounts.len() - SHOWN
            ));
        }
        steps.note(&format!("Password of every account: {}", self.password));
        steps.note(&format!("Portal: {address}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{Made, find_mapping, new_password};

    #[test]
    fn passwords_differ_and_are_long_enough() {
        let (one, two) = (new_password(), new_password());
        assert_ne!(one, two);
        assert_eq!(one.len(), "sample-abcd-efgh-jkmn".len());
    }

    #[test]
    fn the_portals_report_may_carry_more_than_is_read() {
        let made: Made = serde_json::from_str(
            r#"{"accounts":[{"email":"a@b.c","name":"A","roles":["client"],"time_zone":"UTC","x":1}],"items":3,"y":{}}"#,
        )
        .unwrap();
        assert_eq!((made.accounts.len(), made.items), (1, Some(3)));
    }

    #[test]
    fn a_mapping_can_be_named_without_its_folder() {
        let shipped = std::env::temp_dir().join(format!("postern-mappings-{}", std::process::id()));
        std::fs::create_dir_all(&shipped).unwrap();
        std::fs::write(shipped.join("travel.toml"), "").unwrap();
        assert_eq!(find_mapping(&shipped, "travel".as_ref()).unwrap(), shipped.join("travel.toml"));
        let error = find_mapping(&shipped, "tarvel".as_ref()).unwrap_err().to_string();
        assert!(error.contains("shipped mappings: travel"), "{error}");
        std::fs::remove_dir_all(shipped).unwrap();
    }
}
