//! First starts that die. A few of those that `cargo xtask crash` plays by the hundred.
#![cfg(target_os = "linux")]

use postern_crash::births::{Birth, play};

async fn whoever_starts_next_makes_a_whole_one(birth: Birth, deaths: u64) {
    match play(birth, deaths, 1).await {
        Ok(tally) => assert!(tally.lost_changes > 0, "nothing was at stake: {tally}"),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_died_while_it_made_its_cache_is_made_whole_by_the_next_start() {
    whoever_starts_next_makes_a_whole_one(Birth::Console, 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_died_while_it_was_made_is_made_whole_by_the_next_attempt() {
    whoever_starts_next_makes_a_whole_one(Birth::Portal, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_died_while_it_made_its_new_tables_keeps_what_was_not_sent() {
    whoever_starts_next_makes_a_whole_one(Birth::Upgrade, 10).await;
}
