//! Where things are: the repository's root, the target folder, the files that git knows.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::process;

pub struct Repository {
    pub root: PathBuf,
    metadata: Metadata,
}

/// The part of `cargo metadata` that the tasks read.
#[derive(Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
    pub targets: Vec<Target>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Dependency {
    pub name: String,
    /// `None` is a normal dependency, else `dev` or `build`.
    pub kind: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
pub struct Target {
    pub name: String,
    pub kind: Vec<String>,
    pub src_path: PathBuf,
}

impl Repository {
    pub fn locate() -> anyhow::Result<Self> {
        let manifest =
            std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root =
            Path::new(&manifest).parent().context("xtask must lie inside the repository")?.to_path_buf();
        let json = process::stdout_of(
            process::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(&root),
        )?;
        let metadata =
            serde_json::from_str(&json).context("`cargo metadata` printed something unexpected")?;
        Ok(Self { root, metadata })
    }

    /// The packages of the workspace, without their dependencies' packages.
    pub fn packages(&self) -> &[Package] {
        &self.metadata.packages
    }

    /// Cargo's target folder; CARGO_TARGET_DIR counts.
    pub fn target(&self) -> &Path {
        &self.metadata.target_directory
    }

    /// Where the dev profile puts the binaries.
    pub fn binaries(&self) -> PathBuf {
        self.target().join("debug")
    }

    /// Builds these programs, all of the workspace's features as always. Where they lie then.
    pub fn build_programs(&self, names: &[&str], release: bool) -> anyhow::Result<PathBuf> {
        let mut build = self.cargo();
        build.args(["build", "--workspace"]).args(names.iter().flat_map(|name| ["--bin", name]));
        if release {
            build.arg("--release");
        }
        process::run(&mut build)?;
        Ok(if release { self.target().join("release") } else { self.binaries() })
    }

    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Files that are or would be committed, relative to the root, with `/` between folders.
    pub fn files(&self) -> anyhow::Result<Vec<String>> {
        if !process::is_installed("git") {
            bail!("git is not installed, and the list of the repository's files comes from it");
        }
        let listed = process::stdout_of(
            process::command("git")
                .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
                .current_dir(&self.root),
        )?;
        let mut files: Vec<String> = listed
            .split('\0')
            .filter(|file| !file.is_empty() && self.root.join(file).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    pub fn cargo(&self) -> std::process::Command {
        let mut cargo = process::cargo();
        cargo.current_dir(&self.root);
        cargo
    }
}
