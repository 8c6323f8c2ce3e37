//! Running other programs: streamed or captured, stopped on Ctrl-C, with errors that name the command.

use std::ffi::OsStr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::interrupt;

/// Cargo hands these to this program. A nested cargo must not see them: build scripts that watch them (ring's does)
/// would run again each time that cargo is started the other way.
const CARGO_OWN: [&str; 6] = [
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "OUT_DIR",
];

/// A command in a clean environment.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in CARGO_OWN {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_")) {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that started this program, or the one on the path.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end, output streamed, and fails unless the program succeeds.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", spelled(command));
    }
    Ok(())
}

/// Runs to the end, output streamed, and returns how it ended.
pub fn status(command: &mut Command) -> anyhow::Result<ExitStatus> {
    command.stdin(Stdio::null());
    let mut child = spawn(command)?;
    wait(&mut child, &spelled(command))
}

/// Runs to the end and returns what it printed on stdout; stderr is streamed.
pub fn stdout_of(command: &mut Command) -> anyhow::Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = spawn(command)?;
    let reader = child.stdout.take().map(|mut pipe| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut pipe, &mut text).map(|_| text)
        })
    });
    let status = wait(&mut child, &spelled(command))?;
    let output = match reader.map(std::thread::JoinHandle::join) {
        Some(Ok(read)) => {
            read.with_context(|| format!("the output of `{}` cannot be read", spelled(command)))?
        }
        _ => Vec::new(),
    };
    if !status.success() {
        bail!("`{}` failed ({status})", spelled(command));
    }
    String::from_utf8(output)
        .with_context(|| format!("`{}` printed text that is not UTF-8", spelled(command)))
}

/// Runs to the end with both outputs kept back: `None` if the program is missing or fails.
pub fn quietly(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    command.spawn().with_context(|| {
        format!("`{}` cannot be started; is it installed and on the PATH?", command.get_program().display())
    })
}

/// Whether a program of this name is on the PATH.
pub fn is_installed(program: &str) -> bool {
    let names = if cfg!(windows) {
        vec![format!("{program}.exe"), format!("{program}.cmd")]
    } else {
        vec![program.to_owned()]
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| names.iter().any(|name| folder.join(name).is_file()))
}

/// The command as one would type it, for messages.
pub fn spelled(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let arguments = command.get_args().map(|argument| {
        let argument = argument.to_string_lossy();
        if argument.contains(' ') { format!("'{argument}'") } else { argument.into_owned() }
    });
    std::iter::once(program.into_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn wait(child: &mut Child, name: &str) -> anyhow::Result<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().with_context(|| format!("`{name}` was lost"))? {
            if interrupt::requested() {
                bail!("`{name}` was interrupted");
            }
            return Ok(status);
        }
        if interrupt::requested() {
            terminate(child, false, Duration::from_secs(5));
            bail!("`{name}` was interrupted");
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Asks the child (with `group`: its whole process group) to stop, and after `grace` makes it.
pub fn terminate(child: &mut Child, group: bool, grace: Duration) {
    signal(child, "TERM", group);
    let deadline = Instant::now() + grace;
    while Instant::now() < deadline && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(10));
    }
    if group || matches!(child.try_wait(), Ok(None)) {
        signal(child, "KILL", group);
    }
    let _ = child.wait();
}

/// The shell's built-in `kill` spares this program a dependency, and a bare Debian has no other.
#[cfg(unix)]
fn signal(child: &Child, name: &str, group: bool) {
    let target = if group { format!("-{}", child.id()) } else { child.id().to_string() };
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\"", name, &target])
        .stderr(Stdio::null())
        .status();
}

#[cfg(not(unix))]
fn signal(child: &Child, _name: &str, _group: bool) {
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &child.id().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn commands_are_spelled_as_one_would_type_them() {
        let mut command = std::process::Command::new("/usr/bin/cargo");
        command.args(["test", "a name"]);
        assert_eq!(spelled(&command), "cargo test 'a name'");
    }
}
