//! `cargo xtask tidy`: the house rules that a compiler does not know.

mod edges;
mod files;
mod modules;
mod text;

use anyhow::{Context, bail};

use crate::repository::Repository;

/// One broken rule, with the place and the way out.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub place: String,
    pub problem: String,
}

impl Finding {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

pub fn tidy(repository: &Repository) -> anyhow::Result<()> {
    let mut findings = edges::check(repository.packages());
    let mut warnings = Vec::new();
    findings.extend(library_docs(repository)?);
    let listed = repository.files()?;
    let is_folder = |path: &str| repository.root.join(path).is_dir();
    for file in &listed {
        findings.extend(modules::check_path(file));
        let Some(source) = read_text(repository, file)? else {
            continue;
        };
        match files::check_length(file, &source) {
            files::Length::Fine => {}
            files::Length::ThinkAgain(lines) => {
                warnings
                    .push(Finding::new(file, format!("{lines} lines; above 500, think about splitting it")));
            }
            files::Length::TooLong(lines) => {
                findings
                    .push(Finding::new(file, format!("{lines} lines; 800 is the limit, split it by role")));
            }
        }
        findings.extend(modules::check_source(file, &source));
        findings.extend(text::check(file, &source, &is_folder));
    }
    for warning in &warnings {
        println!("warning: {}: {}", warning.place, warning.problem);
    }
    for finding in &findings {
        println!("tidy: {}: {}", finding.place, finding.problem);
    }
    if findings.is_empty() {
        println!(
            "tidy: {} files and {} packages keep the house rules",
            listed.len(),
            repository.packages().len()
        );
        return Ok(());
    }
    bail!("{} finding(s) against the house rules", findings.len())
}

/// Every library says first what it is for.
fn library_docs(repository: &Repository) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in repository.packages() {
        for target in
            package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind.contains("lib")))
        {
            let source = std::fs::read_to_string(&target.src_path)
                .with_context(|| format!("{} cannot be read", target.src_path.display()))?;
            if !opens_with_docs(&source) {
                let place = target.src_path.strip_prefix(&repository.root).unwrap_or(&target.src_path);
                findings.push(Finding::new(
                    place.display().to_string(),
                    "does not open with `//!`: say what the crate is for, what it must not do, how to add to it",
                ));
            }
        }
    }
    Ok(findings)
}

fn opens_with_docs(source: &str) -> bool {
    source.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.starts_with("//!"))
}

/// `None` for pictures and other binary files.
fn read_text(repository: &Repository, file: &str) -> anyhow::Result<Option<String>> {
    let bytes =
        std::fs::read(repository.root.join(file)).with_context(|| format!("{file} cannot be read"))?;
    Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')))
}

#[cfg(test)]
mod tests {
    use super::opens_with_docs;

    #[test]
    fn docs_come_before_attributes_and_code() {
        assert!(opens_with_docs("\n//! The domain.\n"));
        assert!(!opens_with_docs("#![allow(x)]\n//! The domain.\n"));
        assert!(!opens_with_docs(""));
    }
}
