//! From one console's decision to another console's cache.

use super::console::Console;
use super::deciding::{approve, first};
use super::{hold, spread, text};
use postern_console_core::{EngineEvent, Queue};
use postern_domain::ItemId;
use postern_journeys::Portal;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::Receiver;

const ROUNDS: usize = 200;

pub async fn measure(first_console: &Console, portal: &Portal, email: &str, profile: &Path) {
    let other = Console::open(profile).await;
    other.sign_in(&portal.address(), email).await;
    other.engine.sync_now().await.unwrap();
    first_console.engine.start();
    other.engine.start();
    // Until both listen.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mut events = other.engine.events();
    let rows = first(first_console, Queue::MyTurn, ROUNDS).await;
    assert_eq!(rows.len(), ROUNDS, "too little to decide: take more items");
    let mut times = Vec::new();
    for row in &rows {
        let began = Instant::now();
        approve(first_console, &row.id).await;
        until_changed(&mut events, &row.id).await;
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    other.engine.stop().await;
    let (median, late) = spread(times);
    let what = "one console's decision in another one's cache";
    println!("{what:<46}{:>12}{:>12}{:>16}", text(median), format!("p99 {}", text(late)), "p99 100 ms");
    hold(&format!("{what}, p99 in ms"), late.as_secs_f64() * 1000.0, 100.0);
}

async fn until_changed(events: &mut Receiver<EngineEvent>, id: &ItemId) {
    let told = async {
        loop {
            if let Ok(EngineEvent::Changed { ids, .. }) = events.recv().await
                && ids.contains(id)
            {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(90), told).await.expect("the other console hears of it");
}
