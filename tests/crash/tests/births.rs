//! First starts that die. A few of those that `cargo xtask crash` plays by the hundred.
#![cfg(target_os = "linux")]

use postern_crash::births::play;
use postern_crash::power_cuts::Machine;

async fn whoever_starts_next_makes_a_whole_one(machine: Machine, deaths: u64) {
    match play(machine, deaths, 1).await {
        Ok(tally) => assert!(tally.lost_changes > 0, "nothing was at stake: {tally}"),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_died_while_it_made_its_cache_is_made_whole_by_the_next_start() {
    whoever_starts_next_makes_a_whole_one(Machine::Console, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_died_while_it_was_made_is_made_whole_by_the_next_attempt() {
    whoever_starts_next_makes_a_whole_one(Machine::Portal, 10).await;
}
