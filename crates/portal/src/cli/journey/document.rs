//! Documents as files, and what a check says of them.

use crate::administration::draft::{Draft, Unreadable};
use crate::cli::exit::Unclear;
use postern_domain::{Journey, JourneyKey};
use postern_portal_store::DirectorySnapshot;
use postern_protocol::JourneyCheck;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Document {
    /// The journey's document: .toml or .json.
    file: PathBuf,
    /// Its golden cases [default: <name>.cases.toml beside it].
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
}

impl Document {
    /// The document with everything that is said of it.
    pub fn draft(&self, directory: &DirectorySnapshot) -> anyhow::Result<Draft> {
        let text = read(&self.file)?;
        let is_json = self.file.extension().is_some_and(|extension| extension == "json");
        let journey = if is_json { Journey::from_json(&text) } else { Journey::from_toml(&text) };
        let beside = self.file.with_extension("cases.toml");
        let cases_file = self.cases.clone().or_else(|| beside.exists().then_some(beside));
        let cases = cases_file.as_deref().map(read).transpose()?.unwrap_or_default();
        let drafted =
            journey.map_err(Unreadable::Journey).and_then(|journey| Draft::new(journey, cases, directory));
        Ok(drafted.map_err(|error| {
            let file = match &error {
                Unreadable::Journey(_) => self.file.clone(),
                Unreadable::Cases(_) => cases_file.unwrap_or_default(),
            };
            Unclear(format!("{}: {error}", file.display()))
        })?)
    }
}

pub fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| Unclear(format!("{} cannot be read: {error}", file.display())).into())
}

pub fn tell(key: &JourneyKey, check: &JourneyCheck) {
    for finding in &check.findings {
        println!("{}", finding.sentence());
    }
    for failed in check.failed_cases() {
        println!("{failed}");
    }
    println!("{key}: {}", check.summary());
}
