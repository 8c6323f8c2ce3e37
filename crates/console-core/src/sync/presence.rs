//! Whether the process that syncs is still alive. A lock of the operating system says so at once, where the lease alone
//! would have to run out: after a crash nobody should wait for the dead.

use std::fs::File;
use std::path::Path;

/// A handle on the profile's lock file. The lock falls when the process ends, however it ends.
pub(crate) struct Presence(Option<File>);

impl Presence {
    /// Without a lock file (a read-only profile, say) there is only the lease.
    pub fn open(folder: &Path) -> Self {
        Self(File::options().create(true).append(true).open(folder.join("sync.lock")).ok())
    }

    /// Takes the lock if nobody alive has it. False as well where locks do not work.
    pub fn claim(&self) -> bool {
        self.0.as_ref().is_some_and(|file| file.try_lock().is_ok())
    }

    pub fn give_up(&self) {
        if let Some(file) = &self.0 {
            // It falls with the process in any case.
            let _ = file.unlock();
        }
    }
}
