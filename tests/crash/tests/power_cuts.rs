//! The power fails. A few of the cuts that `cargo xtask crash` plays by the hundred.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use postern_crash::power::{Honesty, Recorder};
use postern_crash::power_cuts::{Machine, play};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::process::Command;

/// More than there is time for before the power fails: a program that ends by itself has synced everything.
const COMMITS: u64 = 400;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_acknowledged_is_lost_when_the_consoles_power_fails() {
    match play(Machine::Console, 8, 1, Honesty::Honest).await {
        Ok(tally) => assert!(tally.lost_changes > 0, "nothing was at stake: {tally}"),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_acknowledged_is_lost_when_the_portals_power_fails() {
    match play(Machine::Portal, 3, 1, Honesty::Honest).await {
        Ok(tally) => assert!(tally.lost_changes > 0, "nothing was at stake: {tally}"),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_only_says_that_it_synced_is_found_out() {
    let found = play(Machine::Console, 60, 1, Honesty::Lying).await;
    assert!(found.is_err(), "60 power cuts on a lying disk, and nothing was missed");
}

/// What a program commits that waits for the disk as SQLite is told to, and how much of it is there afterwards.
async fn commits_lost(synchronous: &str) -> u64 {
    let mut lost = 0;
    for seed in 0..10 {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("disk");
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("a.db");
        let recorder = Recorder::build(place.path()).unwrap();
        let mut recorded = recorder.watch(&folder, place.path().join("record")).unwrap();
        let said = Command::new(env!("CARGO_BIN_EXE_postern-crash"))
            .arg("--commit-to")
            .arg(&file)
            .args(["--synchronous", synchronous, "--commits", &COMMITS.to_string()])
            .envs(recorded.environment(150 + 7 * seed))
            .output()
            .unwrap();
        let acknowledged = String::from_utf8_lossy(&said.stdout).lines().count() as u64;
        assert!(acknowledged > 5, "{}", String::from_utf8_lossy(&said.stderr));
        recorded.cut_power(Honesty::Honest, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
        lost += acknowledged.saturating_sub(rows(&file).await);
    }
    lost
}

async fn rows(file: &Path) -> u64 {
    postern_crash::power::committed(file).await.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_wait_for_the_disk_loses_commits_and_one_that_does_loses_none() {
    assert!(commits_lost("off").await > 0);
    assert!(commits_lost("normal").await > 0, "in a write-ahead log, only full waits at every commit");
    assert_eq!(commits_lost("full").await, 0);
}
