//! A few of the deaths that `cargo xtask crash` plays by the hundred. `POSTERN_KILLS` and `POSTERN_SEED` play others.

use postern_crash::kills::{Victim, play};

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

async fn nothing_is_lost(victim: Victim, kills: u64) {
    let kills = from_environment("POSTERN_KILLS", kills);
    match play(victim, kills, from_environment("POSTERN_SEED", 1)).await {
        Ok(tally) => println!("{tally}"),
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_the_console_is_killed() {
    nothing_is_lost(Victim::Console, 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_the_portal_is_killed() {
    nothing_is_lost(Victim::Portal, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_both_are_killed() {
    nothing_is_lost(Victim::Both, 3).await;
}
