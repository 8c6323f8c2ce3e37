//! How soon the window shows its queue, offline, with 50,000 cached items; beside the same with a few.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::process::Running;
use postern_journeys::{Ctl, Desktop, Place, Portal};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Now and then a start waits half a second for nothing that either core does: a median needs so many.
const RUNS: usize = 15;

fn main() {
    let few = cold_start(300);
    let many = cold_start(50_000);
    println!("cold start of the window, offline, to a painted queue; median of {RUNS}");
    println!(
        "     300 cached items: {:>5} ms after navigation, {:>5} ms after the process began",
        few.0, few.1
    );
    println!(
        "  50,000 cached items: {:>5} ms after navigation, {:>5} ms after the process began",
        many.0, many.1
    );
    println!(
        "  ratio to the few:    {:>5.2} and {:.2}",
        many.0 as f64 / few.0 as f64,
        many.1 as f64 / few.1 as f64
    );
}

/// Medians in milliseconds: since navigation, and since the process began.
fn cold_start(items: u32) -> (u64, u64) {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let mut portal = Portal::with_sample(&place, items);
    let me = portal.suggested();
    let profile = place.path("me");
    let console = Ctl::new(&desktop, profile.clone());
    console.login(&portal.address(), &me.email, PASSWORD).expect_ok();
    console.run(&["sync"]).expect_ok();
    portal.stop();
    let mut painted = Vec::new();
    let mut whole = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let (mut window, said) = Running::start_until_line(
            "postern",
            desktop
                .command(postern_journeys::place::binary("postern"))
                .arg("--profile")
                .arg(&profile)
                .stderr(Stdio::null()),
            "queue painted after ",
            Duration::from_secs(60),
        );
        whole.push(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        painted.push(said.trim_end_matches(" ms").parse().unwrap_or(u64::MAX));
        window.stop(Duration::from_secs(10));
    }
    (median(painted), median(whole))
}

fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times[times.len() / 2]
}
