//! A full load into an empty profile, by a process of its own.

use super::console::Console;
use super::floor::{Raw, Rows};
use super::{hold, report, size, text};
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Place, Portal};
use postern_protocol::BootstrapPart;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The argument with which this program plays the console.
pub const CHILD: &str = "--play-a-console";

pub async fn measure(portal: &Portal, email: &str, profile: &Path, place: &Place) {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg(CHILD)
        .args([portal.address(), email.to_owned(), profile.display().to_string()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let figures: Vec<u64> = said.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
    let [took_ms, before_kib, peak_kib, items] = figures[..] else { panic!("{said}") };

    let api = Api::sign_in(&portal.address(), email, PASSWORD).await;
    let began = Instant::now();
    let lines = api.load().await;
    let received = began.elapsed();
    let began = Instant::now();
    let read: Vec<BootstrapPart> = lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
    let parsed = began.elapsed();
    drop(read);
    let cache = profile.join("cache.db");
    let rows = Rows::of(&cache, None).await;
    let raw = Raw::create(&place.path("raw.db"), &cache).await;
    let inserted = raw.insert(&rows).await;

    let bytes: usize = lines.iter().map(Vec::len).sum();
    report(&format!("full load of {items} items"), Duration::from_millis(took_ms), inserted, 2.5);
    hold("memory of the engine at its peak, MiB", peak_kib as f64 / 1024.0, 120.0);
    println!("  the floor: the same rows into the same tables and indexes, from memory; reading the same");
    println!(
        "  bytes as JSON takes {} more, and receiving them {}; {} bytes an item",
        text(parsed),
        text(received),
        bytes as u64 / items.max(1)
    );
    println!(
        "  memory of the engine: {} MiB at its peak, {} MiB before; the cache on disk: {} MB, the raw one {} MB",
        peak_kib / 1024,
        before_kib / 1024,
        size(&cache) / 1_000_000,
        size(&place.path("raw.db")) / 1_000_000
    );
}

/// Loads, and prints milliseconds, KiB of memory before and at the peak, and items.
pub async fn child(arguments: &[String]) {
    let [portal, email, profile] = arguments else { panic!("{arguments:?}") };
    let console = Console::open(Path::new(profile)).await;
    console.sign_in(portal, email).await;
    // Everything, and not only what is open or was closed within a year.
    console.engine.set_keep(None).await.unwrap();
    let before = peak_kib();
    let began = Instant::now();
    let report = console.engine.sync_now().await.unwrap();
    let took = began.elapsed();
    assert!(report.bootstrapped);
    console.engine.stop().await;
    println!("{} {before} {} {}", took.as_millis(), peak_kib(), report.pulled);
}

/// The most memory that this process ever had, as Linux tells it.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|figure| figure.parse().ok()).unwrap_or(0)
}
