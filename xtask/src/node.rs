//! The front end's side of the tasks: npm install, build and scripts in `ui/`, each only when needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::process;
use crate::repository::Repository;
use crate::stamp::{self, Stamp};
use crate::steps::Steps;

const OLDEST_NODE: u32 = 20;
/// Folders in `ui/` that are made, not written.
const MADE: [&str; 4] = ["node_modules", "dist", "coverage", "test-results"];

pub struct FrontEnd {
    folder: PathBuf,
}

impl FrontEnd {
    pub fn of(repository: &Repository) -> anyhow::Result<Self> {
        let folder = repository.root.join("ui");
        for file in ["package.json", "package-lock.json"] {
            if !folder.join(file).is_file() {
                bail!("ui/{file} is missing; is this a whole clone?");
            }
        }
        Ok(Self { folder })
    }

    /// Installs the packages of package-lock.json, unless exactly these are there.
    pub fn install(&self, steps: &Steps) -> anyhow::Result<()> {
        let lock = self.folder.join("package-lock.json");
        let fingerprint = stamp::of_files(&self.folder, &[lock])?;
        // Inside node_modules, because `npm ci` begins by removing that folder: a failed install leaves no stamp.
        let stamp = Stamp::at(self.folder.join("node_modules/.postern-installed"));
        if stamp.matches(&fingerprint) {
            return Ok(());
        }
        steps.begin("Installing the UI's packages (npm ci)");
        check_node()?;
        process::run(self.npm().args(["ci", "--no-audit", "--no-fund", "--prefer-offline"]))?;
        stamp.keep(&fingerprint)
    }

    /// Builds `ui/dist`, unless it was built from exactly these sources.
    pub fn build(&self, steps: &Steps) -> anyhow::Result<()> {
        self.install(steps)?;
        let fingerprint = stamp::of_files(&self.folder, &self.sources()?)?;
        let stamp = Stamp::at(self.folder.join("node_modules/.postern-built"));
        if stamp.matches(&fingerprint) && self.folder.join("dist/index.html").is_file() {
            return Ok(());
        }
        steps.begin("Building the UI (npm run build)");
        process::run(self.npm().args(["run", "build"]))?;
        stamp.keep(&fingerprint)
    }

    /// Runs one script of package.json.
    pub fn script(&self, name: &str) -> anyhow::Result<()> {
        process::run(self.npm().args(["run", name]))
    }

    /// A program from the UI's installed packages, if it is among them.
    pub fn installed_program(&self, name: &str) -> Option<Command> {
        let file = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
        let program = self.folder.join("node_modules/.bin").join(file);
        program.is_file().then(|| {
            let mut command = process::command(program);
            command.current_dir(&self.folder);
            command
        })
    }

    fn npm(&self) -> Command {
        let mut npm = process::command(if cfg!(windows) { "npm.cmd" } else { "npm" });
        npm.current_dir(&self.folder);
        npm
    }

    fn sources(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut sources = Vec::new();
        collect(&self.folder, &mut sources)?;
        Ok(sources)
    }
}

fn collect(folder: &Path, sources: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("{} cannot be listed", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("{} cannot be listed", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !MADE.contains(&name.as_str()) && !name.starts_with('.') {
                collect(&path, sources)?;
            }
        } else if !is_test(&name) {
            sources.push(path);
        }
    }
    Ok(())
}

/// A changed test does not change the built UI.
fn is_test(name: &str) -> bool {
    name.contains(".test.") || name.contains(".spec.")
}

fn check_node() -> anyhow::Result<()> {
    let Some(version) = process::quietly(process::command("node").arg("--version")) else {
        bail!(
            "Node is not installed; install Node {OLDEST_NODE} or newer (https://nodejs.org) and start this task again"
        );
    };
    match major(&version) {
        Some(major) if major < OLDEST_NODE => bail!(
            "Node {} is too old; install Node {OLDEST_NODE} or newer (https://nodejs.org)",
            version.trim()
        ),
        _ => Ok(()),
    }
}

/// The 20 of `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{is_test, major};

    #[test]
    fn node_prints_its_version_with_a_v() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("nonsense"), None);
    }

    #[test]
    fn tests_are_no_input_of_the_build() {
        assert!(is_test("Queue.test.ts"));
        assert!(!is_test("Queue.ts"));
    }
}
