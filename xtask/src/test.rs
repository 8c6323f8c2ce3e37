//! `cargo xtask test`: the UI's tests, then the Rust tests of the whole workspace, journeys included.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::cli::{Side, TestOptions};
use crate::node::FrontEnd;
use crate::process;
use crate::repository::{Package, Repository};
use crate::steps::Steps;
use crate::system::{self, Purpose};

/// They start the built programs and want the machine for themselves.
const JOURNEYS: [&str; 2] = ["postern-journeys", "postern-crash"];

pub fn test(repository: &Repository, options: &TestOptions) -> anyhow::Result<()> {
    let steps = Steps::start();
    system::ensure(&steps, Purpose::Tests)?;
    // The console embeds the built UI, so the Rust side needs it too.
    let front_end = FrontEnd::of(repository)?;
    front_end.build(&steps)?;
    if options.only != Some(Side::Rust) {
        steps.begin("Checking the UI's types (npm run check)");
        front_end.script("check")?;
        steps.begin("Running the UI's tests (npm run test)");
        front_end.script("test")?;
    }
    if options.only != Some(Side::Ui) {
        rust_tests(repository, &steps, &options.nextest)?;
    }
    steps.begin("All tests ended");
    Ok(())
}

fn rust_tests(repository: &Repository, steps: &Steps, arguments: &[String]) -> anyhow::Result<()> {
    steps.begin("Building the workspace's binaries and tests (cargo build)");
    // Binaries and tests in one build: without --tests cargo would choose other features for the binaries, and then
    // compile much of the tree twice.
    process::run(repository.cargo().args(["build", "--workspace", "--bins", "--tests"]))?;

    let artefacts = match std::env::var_os("POSTERN_ARTEFACTS") {
        Some(folder) => std::path::absolute(folder).context("POSTERN_ARTEFACTS is no usable path")?,
        None => repository.root.join("artefacts"),
    };
    std::fs::create_dir_all(&artefacts)
        .with_context(|| format!("the folder {} cannot be made", artefacts.display()))?;
    let done = run_rust_tests(repository, steps, arguments, &artefacts);
    // Also after a failure: that is when they are looked at.
    steps.note(&format!("{} screenshots are in {}", pictures(&artefacts), artefacts.display()));
    done
}

/// How many pictures lie in a folder and its folders.
fn pictures(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .map(|path| match path.is_dir() {
            true => pictures(&path),
            false => usize::from(path.extension().is_some_and(|extension| extension == "png")),
        })
        .sum()
}

fn run_rust_tests(
    repository: &Repository,
    steps: &Steps,
    arguments: &[String],
    artefacts: &Path,
) -> anyhow::Result<()> {
    let with_folders = |command: &mut Command| {
        command.env("POSTERN_BIN_DIR", repository.binaries()).env("POSTERN_ARTEFACTS", artefacts);
    };
    if process::is_installed("cargo-nextest") {
        steps.begin("Running the Rust tests (cargo nextest)");
        let mut nextest = repository.cargo();
        nextest.args(["nextest", "run", "--workspace"]).args(arguments);
        with_folders(&mut nextest);
        return process::run(&mut nextest);
    }
    steps.begin("Running the Rust tests (cargo test; cargo-nextest, if it were installed, would run them side by side)");
    let arguments = without_nextest_profile(arguments);
    let mut counted = Counted::default();
    for run in cargo_test_runs(repository.packages()) {
        let mut command = repository.cargo();
        command.args(["test", "--workspace", "--no-fail-fast"]).args(&run.targets).args(&arguments);
        if run.one_at_a_time {
            command.args(["--", "--test-threads=1"]);
        }
        with_folders(&mut command);
        counted.run(&mut command)?;
    }
    println!("{} passed, {} failed", counted.passed, counted.failed);
    if counted.failed > 0 || counted.broken {
        bail!("tests failed");
    }
    Ok(())
}

/// One `cargo test`: which targets, and whether its tests must take turns.
#[derive(Debug, PartialEq, Eq)]
struct CargoTestRun {
    targets: Vec<String>,
    one_at_a_time: bool,
}

/// Journeys share the machine's display and its patience, so they run one at a time, after everything else. Targets
/// are named, packages are not: another choice of packages means other features, and a second build.
fn cargo_test_runs(packages: &[Package]) -> Vec<CargoTestRun> {
    let integration = |journeys: bool| -> Vec<String> {
        packages
            .iter()
            .filter(|package| JOURNEYS.contains(&package.name.as_str()) == journeys)
            .flat_map(|package| &package.targets)
            .filter(|target| target.kind.iter().any(|kind| kind == "test"))
            .flat_map(|target| ["--test".to_owned(), target.name.clone()])
            .collect()
    };
    let mut first = vec!["--lib".to_owned(), "--bins".to_owned()];
    first.extend(integration(false));
    let mut runs = vec![CargoTestRun { targets: first, one_at_a_time: false }];
    let journeys = integration(true);
    if !journeys.is_empty() {
        runs.push(CargoTestRun { targets: journeys, one_at_a_time: true });
    }
    runs
}

/// `--profile` means something else to cargo test.
fn without_nextest_profile(arguments: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--profile" | "-P" => {
                rest.next();
            }
            other if other.starts_with("--profile=") => {}
            _ => kept.push(argument.clone()),
        }
    }
    kept
}

/// The sum over the test programs that `cargo test` ran.
#[derive(Default)]
struct Counted {
    passed: u64,
    failed: u64,
    /// Something failed that is no test, such as the build.
    broken: bool,
}

impl Counted {
    fn run(&mut self, command: &mut Command) -> anyhow::Result<()> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = process::spawn(command)?;
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                println!("{line}");
                if let Some((passed, failed)) = result_line(&line) {
                    self.passed += passed;
                    self.failed += failed;
                }
            }
        }
        let status = child.wait().with_context(|| format!("`{}` was lost", process::spelled(command)))?;
        self.broken |= !status.success();
        Ok(())
    }
}

/// The counts of `test result: FAILED. 3 passed; 1 failed; …`.
fn result_line(line: &str) -> Option<(u64, u64)> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let mut numbers =
        counts.split("; ").map(|count| count.split(' ').next().and_then(|number| number.parse().ok()));
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::{cargo_test_runs, result_line, without_nextest_profile};
    use crate::repository::{Package, Target};

    #[test]
    fn the_result_line_is_counted() {
        let line = "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result_line(line), Some((3, 1)));
        assert_eq!(result_line("test result_line ... ok"), None);
    }

    #[test]
    fn cargo_test_is_not_given_a_nextest_profile() {
        let arguments = ["--profile", "ci", "a_name", "--profile=ci"].map(str::to_owned);
        assert_eq!(without_nextest_profile(&arguments), ["a_name"]);
    }

    #[test]
    fn journeys_run_last_and_one_at_a_time() {
        let package = |name: &str, test: &str| Package {
            name: name.to_owned(),
            dependencies: Vec::new(),
            targets: vec![Target {
                name: test.to_owned(),
                kind: vec!["test".to_owned()],
                src_path: "t.rs".into(),
            }],
        };
        let runs =
            cargo_test_runs(&[package("postern-journeys", "approve"), package("postern-portal", "routes")]);
        assert_eq!(runs[0].targets, ["--lib", "--bins", "--test", "routes"]);
        assert!(!runs[0].one_at_a_time);
        assert_eq!(runs[1].targets, ["--test", "approve"]);
        assert!(runs[1].one_at_a_time);
    }
}
