//! `cargo xtask run`: from a fresh clone to a signed-in console on a portal with a sample organisation.

mod account;
mod child;
mod console;
mod display;
mod folder;
mod portal;
mod sample;

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::cli::RunOptions;
use crate::interrupt;
use crate::node::FrontEnd;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;
use crate::system::{self, Purpose};
use child::RunningChild;
use folder::RunFolder;

pub fn run(repository: &Repository, options: &RunOptions) -> anyhow::Result<()> {
    let steps = Steps::start();
    let headless = !options.portal_only && display::is_absent();
    let request = sample::Request::from_options(repository, options)?;
    // What the options forbid shows now, not after minutes of building.
    portal::check_address(options.listen)?;
    let folder = RunFolder::open(repository, options, &request)?;

    system::ensure(&steps, purpose(options, headless))?;
    if !options.portal_only {
        FrontEnd::of(repository)?.build(&steps)?;
    }
    build_binaries(repository, &steps, options.portal_only)?;

    let sample = sample::prepare(repository, &steps, &folder, &request)?;
    // Dropped in the reverse order on every way out: the console first, then the portal, then the display.
    let virtual_display =
        if headless { Some(display::VirtualDisplay::start(&steps, &folder)?) } else { None };
    let mut portal = portal::start(repository, &steps, &folder, options.listen)?;
    sample.print(&steps, &portal.address);

    let mut console = None;
    if !options.portal_only {
        let account = account::suggested(&sample.accounts)?;
        let running = console::open(
            repository,
            &steps,
            &folder,
            virtual_display.as_ref(),
            &portal,
            account,
            &sample.password,
        )?;
        if let Some(display) = &virtual_display {
            display.photograph(&steps, &folder)?;
        }
        console = Some(running);
    }
    match options.exit_after {
        Some(limit) => steps.begin(&format!("Running for {limit} s; Ctrl-C stops earlier")),
        None => steps.begin("Running; Ctrl-C stops everything"),
    }
    let ended = watch(&mut portal.child, console.as_mut(), options.exit_after.map(Duration::from_secs));
    steps.begin("Stopping");
    drop(console);
    drop(portal);
    drop(virtual_display);
    steps.begin("Stopped");
    ended
}

fn purpose(options: &RunOptions, headless: bool) -> Purpose {
    match (options.portal_only, headless) {
        (true, _) => Purpose::Portal,
        (false, false) => Purpose::Console,
        (false, true) => Purpose::HeadlessConsole,
    }
}

fn build_binaries(repository: &Repository, steps: &Steps, portal_only: bool) -> anyhow::Result<()> {
    let what = if portal_only { "the portal" } else { "the product" };
    steps.begin(&format!("Building {what} (cargo build; minutes at first, then seconds)"));
    let mut build = repository.cargo();
    build.args(["build", "--bins"]);
    // The whole workspace at once: another selection would build the dependencies anew, with other features.
    build.args(if portal_only {
        ["--package", "postern-portal"].as_slice()
    } else {
        ["--workspace"].as_slice()
    });
    process::run(&mut build)
}

/// Returns when the time is up, when somebody pressed Ctrl-C, or when a program ended by itself.
fn watch(
    portal: &mut RunningChild,
    mut console: Option<&mut RunningChild>,
    limit: Option<Duration>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        if interrupt::requested() || limit.is_some_and(|limit| started.elapsed() >= limit) {
            return Ok(());
        }
        if let Some(status) = portal.ended()? {
            bail!("the portal ended by itself ({status}); its log ends with:\n{}", portal.log_tail());
        }
        if let Some(console) = console.as_deref_mut()
            && let Some(status) = console.ended()?
        {
            if status.success() {
                println!("             The console was closed.");
                return Ok(());
            }
            bail!("the console ended by itself ({status}); its log ends with:\n{}", console.log_tail());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
