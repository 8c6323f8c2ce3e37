//! What a disk may hold after the power failed.
//!
//! A write that was synced is there. One that was not is there, is not there, or is there in part: each of its sectors
//! by itself, whatever became of writes before and after it. A name that was made, moved or removed is so for certain
//! once its folder was synced; before that, names become durable one after the other, up to any of them.

use super::log::Operation;
use anyhow::Result;
use rand::{Rng, RngCore};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The part of a write that a disk does whole or not at all, in bytes.
const SECTOR: usize = 512;

/// Whether the disk does what it is asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honesty {
    Honest,
    /// It says that it has synced, and has not.
    Lying,
}

/// A folder, as it is on the disk and as programs see it.
pub struct Disk {
    folder: PathBuf,
    files: Vec<File>,
    by_inode: BTreeMap<u64, usize>,
    /// As programs see it.
    seen: Names,
    /// As it is for certain.
    durable: Names,
    pending: Vec<NameChange>,
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Default)]
struct Names {
    files: BTreeMap<PathBuf, usize>,
    folders: BTreeSet<PathBuf>,
}

enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

enum NameChange {
    File { path: PathBuf, file: usize },
    Gone { path: PathBuf },
    Moved { from: PathBuf, to: PathBuf, file: usize },
    Folder { path: PathBuf },
    FolderGone { path: PathBuf },
}

impl Disk {
    /// Takes everything that is in the folder now for durable.
    pub fn settled(folder: &Path) -> Result<Self> {
        let mut disk = Self {
            folder: folder.to_owned(),
            files: Vec::new(),
            by_inode: BTreeMap::new(),
            seen: Names::default(),
            durable: Names::default(),
            pending: Vec::new(),
        };
        if folder.exists() {
            disk.take_in(folder)?;
        }
        disk.seen = disk.durable.clone();
        Ok(disk)
    }

    fn take_in(&mut self, folder: &Path) -> Result<()> {
        self.durable.folders.insert(folder.to_owned());
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.take_in(&path)?;
            } else if !is_shared_memory(&path) {
                self.by_inode.insert(std::fs::metadata(&path)?.ino(), self.files.len());
                self.durable.files.insert(path.clone(), self.files.len());
                self.files.push(File { durable: std::fs::read(&path)?, pending: Vec::new() });
            }
        }
        Ok(())
    }

    pub fn play(&mut self, operations: Vec<Operation>, honesty: Honesty) {
        for operation in operations {
            let is_sync = matches!(operation, Operation::Sync { .. } | Operation::SyncFolder { .. });
            if !(is_sync && honesty == Honesty::Lying) {
                self.do_one(operation);
            }
        }
    }

    fn do_one(&mut self, operation: Operation) {
        match operation {
            Operation::Create { path, inode } => {
                let file = self.files.len();
                self.files.push(File::default());
                self.by_inode.insert(inode, file);
                self.change_name(NameChange::File { path, file });
            }
            Operation::Write { inode, offset, bytes } => {
                self.change(inode, Change::Write { offset, bytes });
            }
            Operation::Truncate { inode, length } => self.change(inode, Change::Truncate { length }),
            Operation::Sync { inode } => {
                if let Some(file) = self.file(inode) {
                    for change in std::mem::take(&mut file.pending) {
                        change.apply(&mut file.durable);
                    }
                }
            }
            Operation::SyncFolder { path } => {
                let (synced, rest): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut self.pending).into_iter().partition(|change| change.is_in(&path));
                self.pending = rest;
                for change in &synced {
                    change.apply(&mut self.durable);
                    if let NameChange::Moved { from, .. } = change {
                        // The name that it had before comes with it, and is gone.
                        self.pending
                            .retain(|other| !matches!(other, NameChange::File { path, .. } if path == from));
                    }
                }
            }
            Operation::Unlink { path } => self.change_name(NameChange::Gone { path }),
            Operation::Rename { from, to } => {
                if let Some(&file) = self.seen.files.get(&from) {
                    self.change_name(NameChange::Moved { from, to, file });
                }
            }
            Operation::MakeFolder { path } => self.change_name(NameChange::Folder { path }),
            Operation::RemoveFolder { path } => self.change_name(NameChange::FolderGone { path }),
        }
    }

    fn file(&mut self, inode: u64) -> Option<&mut File> {
        self.by_inode.get(&inode).and_then(|file| self.files.get_mut(*file))
    }

    fn change(&mut self, inode: u64, change: Change) {
        if let Some(file) = self.file(inode) {
            file.pending.push(change);
        }
    }

    fn change_name(&mut self, change: NameChange) {
        change.apply(&mut self.seen);
        self.pending.push(change);
    }

    /// What programs see: everything was done. By path below the folder.
    pub fn as_seen(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let content = |file: &usize| {
            let mut bytes = self.files[*file].durable.clone();
            self.files[*file].pending.iter().for_each(|change| change.apply(&mut bytes));
            bytes
        };
        self.seen.files.iter().map(|(path, file)| (path.clone(), content(file))).collect()
    }

    /// Puts into the folder what the disk holds when the power fails now. Returns how many changes were lost.
    pub fn cut_power(mut self, dice: &mut impl RngCore) -> Result<usize> {
        let mut lost = 0;
        let kept = dice.random_range(0..=self.pending.len());
        lost += self.pending.len() - kept;
        for change in &self.pending[..kept] {
            change.apply(&mut self.durable);
        }
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)?;
        }
        // The folder itself is its owner's to make durable.
        std::fs::create_dir_all(&self.folder)?;
        for folder in &self.durable.folders {
            if self.is_reachable(folder) {
                std::fs::create_dir_all(folder)?;
            }
        }
        // On some disks much of what was written last is there, on others next to nothing.
        let kept_percent = [0, 10, 50, 90, 100][dice.random_range(0..5)];
        for (path, file) in &self.durable.files {
            let file = &self.files[*file];
            let mut bytes = file.durable.clone();
            for change in &file.pending {
                lost += change.apply_by_chance(&mut bytes, kept_percent, dice);
            }
            if !path.parent().is_some_and(|folder| self.is_reachable(folder)) {
                continue;
            }
            std::fs::write(path, bytes)?;
            // A file of shared memory may have been written back at any time.
            if path.extension().is_some_and(|ending| ending == "db") && dice.random_range(0..3) == 0 {
                let mut garbage = vec![0; 32 * 1024];
                dice.fill_bytes(&mut garbage);
                std::fs::write(path.with_extension("db-shm"), garbage)?;
            }
        }
        Ok(lost)
    }

    fn is_reachable(&self, folder: &Path) -> bool {
        folder == self.folder
            || (self.durable.folders.contains(folder)
                && folder.parent().is_some_and(|parent| self.is_reachable(parent)))
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Truncate { length } => bytes.resize(*length, 0),
            Change::Write { offset, bytes: written } => put(bytes, *offset, written),
        }
    }

    /// Returns 1 if at least a part of it is lost.
    fn apply_by_chance(&self, bytes: &mut Vec<u8>, kept_percent: u32, dice: &mut impl RngCore) -> usize {
        let mut is_kept = || dice.random_range(0..100) < kept_percent;
        match self {
            Change::Truncate { .. } => {
                if is_kept() {
                    self.apply(bytes);
                    return 0;
                }
                1
            }
            Change::Write { offset, bytes: written } => {
                let (mut at, mut lost) = (0, 0);
                while at < written.len() {
                    let end = ((offset + at) / SECTOR + 1) * SECTOR - offset;
                    let end = end.min(written.len());
                    if is_kept() {
                        put(bytes, offset + at, &written[at..end]);
                    } else {
                        lost = 1;
                    }
                    at = end;
                }
                lost
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(written);
}

impl NameChange {
    /// Whether syncing this folder makes it durable.
    fn is_in(&self, folder: &Path) -> bool {
        let inside = |path: &Path| path.parent() == Some(folder);
        match self {
            NameChange::File { path, .. }
            | NameChange::Gone { path }
            | NameChange::Folder { path }
            | NameChange::FolderGone { path } => inside(path),
            NameChange::Moved { from, to, .. } => inside(from) || inside(to),
        }
    }

    fn apply(&self, names: &mut Names) {
        match self {
            NameChange::File { path, file } => {
                names.files.insert(path.clone(), *file);
            }
            NameChange::Gone { path } => {
                names.files.remove(path);
            }
            NameChange::Moved { from, to, file } => {
                names.files.remove(from);
                names.files.insert(to.clone(), *file);
            }
            NameChange::Folder { path } => {
                names.folders.insert(path.clone());
            }
            NameChange::FolderGone { path } => {
                names.folders.remove(path);
            }
        }
    }
}

pub(super) fn is_shared_memory(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-shm")
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
