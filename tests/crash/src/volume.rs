//! A small disk of its own, which can be filled and made read-only. It takes an administrator to mount one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Volume {
    folder: PathBuf,
}

impl Volume {
    /// Mounts one of so many megabytes on the folder. None, and a line that says so, where that is not allowed.
    pub fn mount(folder: &Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m");
        let folder = folder.to_owned();
        if mount(&["-t", "tmpfs", "-o", &size, "postern-crash"], &folder) {
            return Some(Self { folder });
        }
        eprintln!("skipped: mounting a disk to fill takes root, on Linux");
        None
    }

    /// Leaves not a byte.
    ///
    /// # Panics
    /// When the disk fails in another way than by being full.
    pub fn fill(&self) {
        let mut ballast = std::fs::File::create(self.ballast()).expect("a file");
        for size in [64 * 1024, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// # Panics
    /// When it was not full.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast");
    }

    /// Kilobytes that are taken.
    ///
    /// # Panics
    /// When `df` does not say.
    pub fn used(&self) -> u64 {
        let said = Command::new("df").args(["-k", "--output=used"]).arg(&self.folder).output().expect("df");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        said.lines().last().and_then(|used| used.trim().parse().ok()).expect("a number of kilobytes")
    }

    /// Makes room for so many kilobytes in all.
    ///
    /// # Panics
    /// When it cannot be mounted anew.
    pub fn resize(&self, kilobytes: u64) {
        let options = format!("remount,size={kilobytes}k");
        assert!(mount(&["-o", &options], &self.folder), "mount -o {options}");
    }

    /// Nothing may have a file open for writing.
    ///
    /// # Panics
    /// When it cannot be mounted anew.
    pub fn read_only(&self, is_read_only: bool) {
        let options = if is_read_only { "remount,ro" } else { "remount,rw" };
        assert!(mount(&["-o", options], &self.folder), "mount -o {options}");
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Lazily: a process that is about to end may still be in there.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let mounted = Command::new("mount").args(arguments).arg(folder).stderr(Stdio::null()).status();
    mounted.is_ok_and(|status| status.success())
}
