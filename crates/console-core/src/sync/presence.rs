//! Which processes of a profile are still alive. Each holds a lock of the operating system on a file of its own, which
//! falls when the process ends, however it ends: after a crash nobody waits until the lease of the dead runs out.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// In the profile's folder.
const FOLDER: &str = "processes";
/// Who has this file's lock, exchanges tokens.
const TOKENS: &str = "tokens";

/// The tokens of a profile are exchanged by one process at a time: each exchange voids the pair before.
pub(crate) enum TokensLock {
    /// Until it is dropped. None where no file can be locked.
    Mine(#[expect(dead_code, reason = "it is held")] Option<File>),
    AnothersNow,
}

/// This process's lock, and the way to look at the others'.
pub(crate) struct Presence {
    folder: PathBuf,
    name: String,
    own: Option<File>,
}

impl Presence {
    /// `name` is the holder's in the lease. Where there can be no lock file (a read-only profile, say) the others have
    /// only the lease to go by.
    pub fn open(profile: &Path, name: &str) -> Self {
        let folder = profile.join(FOLDER);
        let own = begin(&folder, name);
        Self { folder, name: name.to_owned(), own }
    }

    /// Whether the process of this name is known to have ended. One whose lock cannot be looked at may be alive. One that
    /// has no file here, where this one has, never ran here: the profile is a copy.
    pub fn is_over(&self, name: &str) -> bool {
        let path = self.folder.join(name);
        let has_no_file = || self.own.is_some() && matches!(path.try_exists(), Ok(false));
        name != self.name && (has_no_file() || sweep(&path))
    }

    pub fn lock_tokens(&self) -> TokensLock {
        let Ok(file) = File::options().create(true).append(true).open(self.folder.join(TOKENS)) else {
            return TokensLock::Mine(None);
        };
        match file.try_lock() {
            Ok(()) => TokensLock::Mine(Some(file)),
            Err(TryLockError::WouldBlock) => TokensLock::AnothersNow,
            Err(TryLockError::Error(_)) => TokensLock::Mine(None),
        }
    }

    /// This process does not use the profile any more.
    pub fn end(&self) {
        if let Some(file) = &self.own {
            // The file first: nobody may take it for one whose process crashed, and then find a new one's.
            let _ = std::fs::remove_file(self.folder.join(&self.name));
            let _ = file.unlock();
        }
    }
}

fn begin(folder: &Path, name: &str) -> Option<File> {
    std::fs::create_dir_all(folder).ok()?;
    for left in std::fs::read_dir(folder).ok()?.flatten() {
        if is_old(&left) && left.file_name() != TOKENS {
            sweep(&left.path());
        }
    }
    let file = File::options().create(true).append(true).open(folder.join(name)).ok()?;
    file.try_lock().ok().map(|()| file)
}

/// Old enough to be locked by now, if its process lives.
fn is_old(entry: &std::fs::DirEntry) -> bool {
    let age = entry.metadata().and_then(|found| found.modified()).ok().and_then(|made| made.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > 3_600)
}

/// Removes the file of a process that has ended. False for one that lives, or of which nothing is known.
fn sweep(path: &Path) -> bool {
    let Ok(file) = File::options().append(true).open(path) else { return false };
    match file.try_lock() {
        Ok(()) => {
            // One that stays is found again.
            let _ = std::fs::remove_file(path);
            true
        }
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_over_when_it_has_ended_and_not_while_it_lives() {
        let profile = tempfile::tempdir().unwrap();
        let (one, two) = (Presence::open(profile.path(), "one"), Presence::open(profile.path(), "two"));
        assert!(!one.is_over("two") && !two.is_over("one"));
        assert!(!one.is_over("one"), "nobody is over for themselves");
        two.end();
        assert!(one.is_over("two"), "it ended as programs do");
        drop(Presence::open(profile.path(), "three"));
        assert!(one.is_over("three"), "it crashed");
        assert!(one.is_over("from another disk"), "it never ran here");
    }

    #[test]
    fn where_no_file_can_be_made_nobody_is_known_to_be_over() {
        let profile = tempfile::tempdir().unwrap();
        std::fs::write(profile.path().join(FOLDER), "in its place").unwrap();
        let one = Presence::open(profile.path(), "one");
        assert!(!one.is_over("two"));
        assert!(matches!(one.lock_tokens(), TokensLock::Mine(_)), "they are exchanged all the same");
    }

    #[test]
    fn one_process_at_a_time_exchanges_tokens() {
        let profile = tempfile::tempdir().unwrap();
        let (one, two) = (Presence::open(profile.path(), "one"), Presence::open(profile.path(), "two"));
        let held = one.lock_tokens();
        assert!(matches!(held, TokensLock::Mine(_)));
        assert!(matches!(two.lock_tokens(), TokensLock::AnothersNow));
        drop(held);
        assert!(matches!(two.lock_tokens(), TokensLock::Mine(_)));
    }
}
