//! A virtual display with a session bus and a secret store, for machines without a screen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::child::RunningChild;
use super::folder::RunFolder;
use crate::process;
use crate::steps::Steps;

/// Whether a window would have nowhere to go.
pub fn is_absent() -> bool {
    let unset = |name: &str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    cfg!(target_os = "linux") && unset("DISPLAY") && unset("WAYLAND_DISPLAY")
}

pub struct VirtualDisplay {
    /// For example `:99`.
    name: String,
    /// The session's sockets. Not the user's own folder, or the secret store of a logged-in user would answer.
    runtime: PathBuf,
    _server: RunningChild,
}

/// Unlocks the session's own secret store where there is one, then becomes the console.
const SESSION: &str = r#"
if command -v gnome-keyring-daemon >/dev/null 2>&1; then
    printf sample | XDG_DATA_HOME="$0" gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
fi
exec "$@"
"#;

impl VirtualDisplay {
    pub fn start(steps: &Steps, folder: &RunFolder) -> anyhow::Result<Self> {
        let mut command = process::command("Xvfb");
        // The server picks a free number and prints it when it is ready.
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
        let mut server =
            RunningChild::start("Xvfb", &mut command, &folder.file("display.log"), Duration::from_secs(3))?;
        let number: u32 = server
            .wait_for("its display's number", Duration::from_secs(20), |line| line.trim().parse().ok())?;
        steps.begin(&format!("There is no display: a virtual one is :{number} (1440 x 900)"));
        let runtime = std::env::temp_dir().join(format!("postern-run-{}", std::process::id()));
        make_private(&runtime)?;
        Ok(Self { name: format!(":{number}"), runtime, _server: server })
    }

    /// A command that runs `program` on this display in a session of its own; arguments can be added.
    pub fn session_with(&self, program: &Path, folder: &RunFolder) -> anyhow::Result<Command> {
        let secrets = folder.file("secrets");
        make_private(&secrets)?;
        let mut command = process::command("dbus-run-session");
        command.args(["--", "sh", "-c", SESSION]).arg(secrets).arg(program);
        command
            .env("DISPLAY", &self.name)
            .env("GDK_BACKEND", "x11")
            .env("XDG_RUNTIME_DIR", &self.runtime)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        Ok(command)
    }

    /// Saves what the display shows as a PNG in the run's folder.
    pub fn photograph(&self, steps: &Steps, folder: &RunFolder) -> anyhow::Result<()> {
        // "Painted" is said before the X server has the last frame.
        std::thread::sleep(Duration::from_millis(700));
        let picture = folder.file("console.png");
        process::run(
            process::command("import")
                .args(["-silent", "-window", "root"])
                .arg(&picture)
                .env("DISPLAY", &self.name),
        )
        .context("the screenshot could not be taken")?;
        steps.begin(&format!("Screenshot: {}", picture.display()));
        Ok(())
    }
}

impl Drop for VirtualDisplay {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.runtime);
    }
}

fn make_private(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))
}
