//! `cargo xtask ci`: every check besides the tests, cheapest first. All of them run, so that one pass shows everything.

use anyhow::{Context, bail};

use crate::node::FrontEnd;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;
use crate::system::{self, Purpose};
use crate::{codegen, icons, readme, tidy};

/// One check: its name, whether it needs the UI's packages, and what it does.
type Check<'a> = (&'a str, Needs, Box<dyn Fn() -> anyhow::Result<()> + 'a>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    UiPackages,
}
use Needs::{Nothing, UiPackages};

pub fn ci(repository: &Repository) -> anyhow::Result<()> {
    let steps = Steps::start();
    system::ensure(&steps, Purpose::Tests)?;
    let front_end = || FrontEnd::of(repository);
    let checks: Vec<Check> = vec![
        ("The changelog is there", Nothing, Box::new(|| changelog(repository))),
        ("Commands in README.md exist", Nothing, Box::new(|| readme::check(repository))),
        ("House rules (cargo xtask tidy)", Nothing, Box::new(|| tidy::tidy(repository))),
        ("Rust formatting (cargo fmt --check)", Nothing, Box::new(|| formatting(repository))),
        ("Dependencies (cargo deny)", Nothing, Box::new(|| cargo_deny(repository, &steps))),
        (UI_PACKAGES, Nothing, Box::new(|| front_end()?.install(&steps))),
        ("UI build", UiPackages, Box::new(|| front_end()?.build(&steps))),
        ("UI lint (npm run lint)", UiPackages, Box::new(|| front_end()?.script("lint"))),
        ("UI types (npm run check)", UiPackages, Box::new(|| front_end()?.script("check"))),
        ("Icons match their drawings", UiPackages, Box::new(|| icons::icons(repository, true))),
        // Compiles the console, and the console embeds the UI that was built above.
        ("Clippy", Nothing, Box::new(|| clippy(repository))),
        // With the whole workspace chosen, what is compiled here is not compiled again by the tests.
        ("Generated types", UiPackages, Box::new(|| codegen::codegen(repository, true))),
    ];

    let mut failed: Vec<&str> = Vec::new();
    for (name, needs, check) in &checks {
        steps.begin(name);
        if *needs == UiPackages && failed.contains(&UI_PACKAGES) {
            println!("NOT RUN: {name}: the UI's packages could not be installed");
            failed.push(name);
            continue;
        }
        if let Err(error) = check() {
            if crate::interrupt::requested() {
                return Err(error);
            }
            println!("FAILED: {name}: {error}");
            for cause in error.chain().skip(1) {
                println!("  because: {cause}");
            }
            failed.push(name);
        }
    }
    if failed.is_empty() {
        steps.begin(&format!("All {} checks passed", checks.len()));
        return Ok(());
    }
    bail!("{} of {} checks failed: {}", failed.len(), checks.len(), failed.join("; "))
}

const UI_PACKAGES: &str = "UI packages (npm ci)";

fn formatting(repository: &Repository) -> anyhow::Result<()> {
    process::run(repository.cargo().args(["fmt", "--all", "--check"])).context(
        "the code is not formatted; type `cargo fmt --all` (if cargo has no fmt: rustup component add rustfmt)",
    )
}

fn clippy(repository: &Repository) -> anyhow::Result<()> {
    process::run(repository.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        .context("clippy has complaints (if cargo has no clippy: rustup component add clippy)")
}

fn changelog(repository: &Repository) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(repository.root.join("CHANGELOG.md")).context("CHANGELOG.md is missing")?;
    if !text.lines().any(|line| line.starts_with("## ")) {
        bail!("CHANGELOG.md has no `## ` section; begin one with `## Unreleased`");
    }
    Ok(())
}

fn cargo_deny(repository: &Repository, steps: &Steps) -> anyhow::Result<()> {
    if !process::is_installed("cargo-deny") {
        steps.note("SKIPPED: cargo-deny is not installed; `cargo install --locked cargo-deny` installs it");
        return Ok(());
    }
    process::run(repository.cargo().args(["deny", "--all-features", "check"]))
}
