//! Builds the recorder and puts it into the environment of programs.

use super::disk::is_shared_memory;
use super::{Disk, Honesty, read};
use anyhow::{Context, Result, ensure};
use rand::RngCore;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = include_str!("recorder.c");

/// The compiled recorder.
#[derive(Clone)]
pub struct Recorder {
    library: PathBuf,
}

impl Recorder {
    /// # Errors
    /// Without a C compiler.
    pub fn build(folder: &Path) -> Result<Self> {
        let source = folder.join("recorder.c");
        let library = folder.join("recorder.so");
        std::fs::write(&source, SOURCE)?;
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .arg(&source)
            .args(["-ldl", "-lpthread"])
            .output()
            .context("a C compiler, called cc, builds the recorder")?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(Self { library })
    }

    /// Records what programs do to this folder from now on. What is in it now is taken for durable.
    pub fn watch(&self, folder: &Path, log: PathBuf) -> Result<Recorded> {
        // The recorder compares paths as programs spell them.
        let folder = std::path::absolute(folder)?;
        std::fs::write(&log, [])?;
        let disk = Some(Disk::settled(&folder)?);
        Ok(Recorded { library: self.library.clone(), folder, log, disk })
    }
}

/// A folder that is watched.
pub struct Recorded {
    library: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    disk: Option<Disk>,
}

impl Recorded {
    /// For every program that touches the folder. `cut_at` is the operation before which the program dies; 0: none.
    pub fn environment(&self, cut_at: u64) -> Vec<(&'static str, OsString)> {
        vec![
            ("LD_PRELOAD", self.library.clone().into()),
            ("POSTERN_RECORD_FOLDER", self.folder.clone().into()),
            ("POSTERN_RECORD_TO", self.log.clone().into()),
            ("POSTERN_POWER_CUT_AT", cut_at.to_string().into()),
        ]
    }

    /// The power fails: the folder is left as a disk may hold it. No program may have it open. Returns how many changes
    /// were lost.
    pub fn cut_power(&mut self, honesty: Honesty, dice: &mut impl RngCore) -> Result<usize> {
        let mut disk = self.disk.take().context("a disk")?;
        disk.play(read(&std::fs::read(&self.log)?)?, honesty);
        let lost = disk.cut_power(dice)?;
        self.settle()?;
        Ok(lost)
    }

    /// How many operations were recorded since the power failed last.
    pub fn operations(&self) -> Result<usize> {
        Ok(read(&std::fs::read(&self.log)?)?.len())
    }

    /// Takes what is there now for durable: something was changed that is nobody's program.
    pub fn settle(&mut self) -> Result<()> {
        self.disk = Some(Disk::settled(&self.folder)?);
        Ok(std::fs::write(&self.log, [])?)
    }

    /// Whether nothing escaped the recorder: what it saw makes up what is there. Only where no program died, and none
    /// is at work.
    ///
    /// # Errors
    /// Which file is another one.
    pub fn assert_complete(&mut self) -> Result<()> {
        let mut disk = Disk::settled(Path::new("/nonexistent"))?;
        std::mem::swap(&mut disk, self.disk.as_mut().context("a disk")?);
        disk.play(read(&std::fs::read(&self.log)?)?, Honesty::Honest);
        let seen = disk.as_seen();
        let mut there = BTreeMap::new();
        gather(&self.folder, &mut there)?;
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        ensure!(names(&seen) == names(&there), "{:?} instead of {:?}", names(&seen), names(&there));
        for (path, bytes) in &there {
            ensure!(seen.get(path) == Some(bytes), "{} was changed unseen", path.display());
        }
        self.disk = Some(disk);
        std::fs::write(&self.log, [])?;
        Ok(())
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if !is_shared_memory(&path) {
            files.insert(path.clone(), std::fs::read(&path)?);
        }
    }
    Ok(())
}
