//! `kill -9` of the console that syncs, of the portal, or of both.

use crate::process::Running;
use crate::{Ctl, Portal};
use std::process::Stdio;
use std::time::Duration;

/// Kills so many times in mid-sync, each time after `wait_ms` of the round: other moments each time, the same in each run.
pub async fn kill_while_syncing(
    console: &Ctl<'_>,
    portal: &mut Portal,
    kills: u64,
    wait_ms: impl Fn(u64) -> u64,
) {
    for round in 0..kills {
        let mut syncing = Running::start(
            "posternctl sync",
            console.command(&["sync"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()),
        );
        tokio::time::sleep(Duration::from_millis(wait_ms(round))).await;
        match round % 3 {
            0 => syncing.kill(),
            1 => {
                portal.kill();
                drop(syncing);
                portal.start();
            }
            _ => {
                portal.kill();
                syncing.kill();
                portal.start();
            }
        }
    }
}
