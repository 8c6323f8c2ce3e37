use super::{Disk, Honesty};
use crate::power::Operation;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};

const FILE: u64 = 7;

fn created(path: PathBuf) -> Operation {
    Operation::Create { path, inode: FILE }
}

fn written(offset: usize, text: &str) -> Operation {
    Operation::Write { inode: FILE, offset, bytes: text.as_bytes().to_vec() }
}

/// What the file of this name holds after a power cut, for many power cuts.
fn after_cuts(
    name: &str,
    operations: impl Fn(&Path) -> Vec<Operation>,
    honesty: Honesty,
) -> Vec<Option<String>> {
    (0..60)
        .map(|seed| {
            let place = tempfile::tempdir().unwrap();
            let mut disk = Disk::settled(place.path()).unwrap();
            disk.play(operations(place.path()), honesty);
            disk.cut_power(&mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
            std::fs::read_to_string(place.path().join(name)).ok()
        })
        .collect()
}

#[test]
fn what_was_synced_is_there() {
    let operations = |folder: &Path| {
        vec![
            created(folder.join("a")),
            written(0, "kept"),
            Operation::Sync { inode: FILE },
            Operation::SyncFolder { path: folder.to_owned() },
        ]
    };
    assert!(after_cuts("a", operations, Honesty::Honest).iter().all(|text| text.as_deref() == Some("kept")));
    assert!(after_cuts("a", operations, Honesty::Lying).iter().any(|text| text.as_deref() != Some("kept")));
}

#[test]
fn what_was_not_synced_may_be_there_or_not_and_later_writes_without_earlier_ones() {
    let operations = |folder: &Path| {
        vec![
            created(folder.join("a")),
            Operation::SyncFolder { path: folder.to_owned() },
            written(0, "----"),
            Operation::Sync { inode: FILE },
            written(0, "12"),
            written(2, "34"),
        ]
    };
    let found = after_cuts("a", operations, Honesty::Honest);
    for text in ["----", "12--", "--34", "1234"] {
        assert!(found.iter().any(|found| found.as_deref() == Some(text)), "{text} in {found:?}");
    }
}

#[test]
fn a_synced_file_in_a_folder_that_was_not_may_be_lost() {
    let operations =
        |folder: &Path| vec![created(folder.join("a")), written(0, "text"), Operation::Sync { inode: FILE }];
    let found = after_cuts("a", operations, Honesty::Honest);
    assert!(found.contains(&None));
    assert!(found.contains(&Some("text".to_owned())));
}

#[test]
fn a_file_that_was_moved_into_a_synced_folder_is_there_and_nowhere_else() {
    let operations = |folder: &Path| {
        vec![
            Operation::MakeFolder { path: folder.join("b") },
            Operation::SyncFolder { path: folder.to_owned() },
            created(folder.join("a")),
            written(0, "text"),
            Operation::Sync { inode: FILE },
            Operation::Rename { from: folder.join("a"), to: folder.join("b/a") },
            Operation::SyncFolder { path: folder.join("b") },
            Operation::SyncFolder { path: folder.to_owned() },
        ]
    };
    assert!(after_cuts("b/a", operations, Honesty::Honest).iter().all(Option::is_some));
    assert!(after_cuts("a", operations, Honesty::Honest).iter().all(Option::is_none));
}

#[test]
fn a_large_write_may_be_torn_at_a_sector() {
    let operations = |folder: &Path| {
        vec![
            created(folder.join("a")),
            Operation::SyncFolder { path: folder.to_owned() },
            written(0, &"x".repeat(1024)),
        ]
    };
    let found = after_cuts("a", operations, Honesty::Honest);
    assert!(found.contains(&Some("x".repeat(512))));
}
