//! What syncing costs, each beside its floor in the same run: a full load, catching up, deciding offline and pushing,
//! and how soon one console sees what another one did. `cargo xtask bench sync`; `POSTERN_BENCH_ITEMS` sets another
//! size than 100,000 items (0: nothing but the herd), `POSTERN_BENCH_CONSOLES` another herd than 500 consoles (0: none).
//! It fails when a figure is over its bar, once all of them are printed.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod console;
mod deciding;
mod floor;
mod herd;
mod live;
mod load;
mod workload;

use console::{Console, Counting};
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Place, Portal};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == load::CHILD) {
        // The load is played by a process of its own, so that its memory is the engine's.
        Some(at) => runtime.block_on(load::child(&arguments[at + 1..])),
        None => runtime.block_on(run()),
    }
}

async fn run() {
    match setting("POSTERN_BENCH_ITEMS", 100_000) {
        0 => {}
        items => alone(items).await,
    }
    match setting("POSTERN_BENCH_CONSOLES", 500) {
        0 => {}
        consoles => herd::measure(consoles).await,
    }
    let over = OVER.lock().unwrap();
    assert!(over.is_empty(), "over their bars:\n{}", over.join("\n"));
}

/// What one console does, and what another one sees of it.
async fn alone(items: u32) {
    let place = Place::new();
    let began = Instant::now();
    let portal =
        Portal::with_filled_sample(&place, 300, async |data| workload::fill(data, items).await).await;
    let me = portal.suggested().email;
    println!("{items} items put into a portal in {}", text(began.elapsed()));
    println!("{:<46}{:>12}{:>12}{:>8}{:>8}", "", "measured", "floor", "ratio", "bar");

    let profile = place.path("me");
    load::measure(&portal, &me, &profile, &place).await;
    let network = Arc::new(Counting::new());
    let console = Console::over(&profile, Arc::clone(&network) as _).await;
    console.sign_in(&portal.address(), &me).await;
    let api = Api::sign_in(&portal.address(), &me, PASSWORD).await;
    deciding::catch_up(&console, &api, &place).await;
    deciding::push(&console, &network, &portal, &place).await;
    live::measure(&console, &portal, &me, &place.path("other")).await;
    console.engine.stop().await;
}

/// What was over its bar, in words.
static OVER: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps in mind whether a figure is over its bar.
fn hold(what: &str, figure: f64, bar: f64) {
    if figure > bar {
        OVER.lock().unwrap().push(format!("{what}: {figure:.2}, and {bar} is the bar"));
    }
}

fn setting(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A line with a time, its floor, and how many times that it may be.
fn report(what: &str, measured: Duration, floor: Duration, bar: f64) {
    let ratio = measured.as_secs_f64() / floor.as_secs_f64().max(1e-9);
    println!("{what:<46}{:>12}{:>12}{ratio:>8.2}{bar:>8.2}", text(measured), text(floor));
    hold(what, ratio, bar);
}

fn text(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 10_000.0 { format!("{ms:.1} ms") } else { format!("{:.1} s", ms / 1000.0) }
}

/// Median and 99th percentile.
fn spread(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[(times.len() * 99).div_ceil(100) - 1])
}

/// Bytes of a database with what stands beside it.
fn size(database: &Path) -> u64 {
    let beside = |ending: &str| {
        let path = format!("{}{ending}", database.display());
        std::fs::metadata(path).map_or(0, |file| file.len())
    };
    beside("") + beside("-wal")
}
