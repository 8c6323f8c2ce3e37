//! Content stamps: a fingerprint of a step's inputs, kept beside its output, tells whether the step is needed.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// 64-bit FNV-1a. The standard library's hasher may change between compilers, and a stamp must not.
pub struct Fingerprint(u64);

impl Fingerprint {
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds one part; the length goes in as well, so that `ab`+`c` and `a`+`bc` differ.
    pub fn add(&mut self, part: &[u8]) {
        self.absorb(&(part.len() as u64).to_le_bytes());
        self.absorb(part);
    }

    fn absorb(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u64::from(*byte);
            self.0 = self.0.wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// The fingerprint of these files' names (relative to `root`) and contents, whatever their order.
pub fn of_files(root: &Path, files: &[PathBuf]) -> anyhow::Result<String> {
    let mut sorted: Vec<&PathBuf> = files.iter().collect();
    sorted.sort();
    let mut fingerprint = Fingerprint::new();
    for file in sorted {
        let name = file.strip_prefix(root).unwrap_or(file);
        let content = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        fingerprint.add(name.to_string_lossy().as_bytes());
        fingerprint.add(&content);
    }
    Ok(fingerprint.hex())
}

/// A file that holds the fingerprint of the inputs from which its neighbours were made.
pub struct Stamp {
    path: PathBuf,
}

impl Stamp {
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn matches(&self, fingerprint: &str) -> bool {
        std::fs::read_to_string(&self.path).is_ok_and(|kept| kept.trim() == fingerprint)
    }

    pub fn keep(&self, fingerprint: &str) -> anyhow::Result<()> {
        std::fs::write(&self.path, fingerprint)
            .with_context(|| format!("the stamp {} cannot be written", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Stamp, of_files};

    fn scratch(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("postern-stamp-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let (mut left, mut right) = (Fingerprint::new(), Fingerprint::new());
        left.add(b"ab");
        left.add(b"c");
        right.add(b"a");
        right.add(b"bc");
        assert_ne!(left.hex(), right.hex());
    }

    #[test]
    fn the_fingerprint_stays_the_same_between_versions() {
        let mut fingerprint = Fingerprint::new();
        fingerprint.absorb(b"foobar");
        assert_eq!(fingerprint.hex(), "85944171f73967e8", "published FNV-1a test vector");
    }

    #[test]
    fn order_does_not_count_but_names_and_contents_do() {
        let folder = scratch("order");
        let (one, two) = (folder.join("one"), folder.join("two"));
        std::fs::write(&one, "1").unwrap();
        std::fs::write(&two, "2").unwrap();
        let before = of_files(&folder, &[one.clone(), two.clone()]).unwrap();
        assert_eq!(before, of_files(&folder, &[two.clone(), one.clone()]).unwrap());

        std::fs::write(&two, "3").unwrap();
        assert_ne!(before, of_files(&folder, &[one.clone(), two.clone()]).unwrap());

        let renamed = folder.join("three");
        std::fs::write(&two, "2").unwrap();
        std::fs::rename(&two, &renamed).unwrap();
        assert_ne!(before, of_files(&folder, &[one, renamed]).unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_stamp_matches_only_what_was_kept() {
        let folder = scratch("stamp");
        let stamp = Stamp::at(folder.join("stamp"));
        assert!(!stamp.matches("abc"), "no stamp yet");
        stamp.keep("abc").unwrap();
        assert!(stamp.matches("abc"));
        assert!(!stamp.matches("abd"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
