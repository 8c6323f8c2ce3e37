//! The console of a run: opened signed in, and waited for until its queue is on the screen.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::account::Account;
use super::child::RunningChild;
use super::display::VirtualDisplay;
use super::folder::RunFolder;
use super::portal::RunningPortal;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;

/// How long the first load is waited for.
const LOADING: Duration = Duration::from_secs(30);

pub fn open(
    repository: &Repository,
    steps: &Steps,
    folder: &RunFolder,
    display: Option<&VirtualDisplay>,
    portal: &RunningPortal,
    account: &Account,
    password: &str,
) -> anyhow::Result<RunningChild> {
    let log = folder.file("console.log");
    steps.begin(&format!(
        "Opening the console as {} <{}> (log: {})",
        account.name,
        account.email,
        log.display()
    ));
    let sign_in = folder.file("sign-in.json");
    write_sign_in(&sign_in, &portal.address, &account.email, password)?;

    let program = repository.binary("postern");
    let mut command = match display {
        Some(display) => display.session_with(&program, folder)?,
        None => process::command(&program),
    };
    command.arg("--profile").arg(folder.profile()).arg("--sign-in").arg(&sign_in);
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }
    let mut child = RunningChild::start("the console", &mut command, &log, Duration::from_secs(5))?;
    let mut in_step = false;
    let painted = child.wait_for("that its queue is painted", Duration::from_secs(180), |line| {
        in_step |= is_in_step(line);
        painted_line(line)
    });
    // The console deletes the file when it has read it; a password must not stay if it did not come so far.
    let _ = std::fs::remove_file(&sign_in);
    let painted = painted?;
    steps.begin(&format!("The console says: {painted}; {} since the start", steps.elapsed()));
    if !in_step {
        // A sample of a million items is still on its way then, which is fine to look at.
        let _ = child.wait_for("that it is in step", LOADING, |line| is_in_step(line).then_some(()));
    }
    Ok(child)
}

fn is_in_step(line: &str) -> bool {
    line.trim() == "in step with the portal"
}

fn painted_line(line: &str) -> Option<String> {
    line.starts_with("queue painted after").then(|| line.trim().to_owned())
}

/// Readable by its owner alone, from the first byte on.
fn write_sign_in(file: &Path, portal: &str, email: &str, password: &str) -> anyhow::Result<()> {
    let _ = std::fs::remove_file(file);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let content = serde_json::json!({ "portal": portal, "email": email, "password": password });
    options
        .open(file)
        .and_then(|mut open| open.write_all(content.to_string().as_bytes()))
        .with_context(|| format!("the sign-in file {} cannot be written", file.display()))
}
