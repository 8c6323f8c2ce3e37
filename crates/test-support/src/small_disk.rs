//! A disk with little room, for what must happen when there is none: a file system in memory that only the processes of
//! one shell script see, so that nothing stays mounted whatever becomes of the test.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// `$DISK` is the folder; `fill` takes all room that is left, `free` gives it back.
const PRELUDE: &str = r#"
set -u
mount -t tmpfs -o "size=${KIB}k" tmpfs "$DISK" || exit 99
fill() { dd if=/dev/zero of="$DISK/filler" bs=1024 2>/dev/null || true; }
free() { rm -f "$DISK/filler"; }
"#;

pub struct SmallDisk {
    folder: TempDir,
    kib: u32,
}

impl SmallDisk {
    /// A disk of so many KiB; none where this user may not mount anything, which is said on standard error.
    ///
    /// # Panics
    /// When there is no temporary folder.
    pub fn of(kib: u32) -> Option<Self> {
        if MOUNTER.is_none() {
            eprintln!("skipped: nothing can be mounted here, not even in a namespace of its own");
        }
        MOUNTER.as_ref()?;
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        Some(Self { folder, kib })
    }

    /// Where the disk is; empty for everybody but the script.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A shell script on this disk, with pipes. Variables of its own can be added.
    pub fn script(&self, script: &str) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(MOUNTER.as_ref().into_iter().flat_map(|mounter| *mounter))
            .args(["sh", "-c", &format!("{PRELUDE}\n{script}")])
            .env("DISK", self.folder.path())
            .env("KIB", self.kib.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// The arguments of `unshare` with which a file system can be mounted here: as root, or as root of a namespace.
static MOUNTER: LazyLock<Option<&[&str]>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().ok()?;
    [&["--mount"][..], &["--mount", "--map-root-user"]].into_iter().find(|mounter| {
        Command::new("unshare")
            .args(*mounter)
            .args(["mount", "-t", "tmpfs", "tmpfs"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
});
