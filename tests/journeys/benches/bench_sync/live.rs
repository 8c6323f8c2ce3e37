//! From one console's command to another console's cache.

use super::console::Console;
use super::deciding::first;
use super::{spread, text};
use postern_console_core::{ActOptions, EngineEvent, Queue, Request, Target};
use postern_domain::{ItemId, Visibility};
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
    let rows = first(first_console, Queue::Open, ROUNDS).await;
    let mut times = Vec::new();
    for row in &rows {
        let target = Target { id: row.id.clone(), seen: None };
        let request =
            Request::Comment { visibility: Visibility::Internal, body: "Look at page 3.".to_owned() };
        let began = Instant::now();
        first_console.engine.act(&[target], &request, ActOptions { hold_ms: 0 }).await.unwrap();
        until_changed(&mut events, &row.id).await;
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    other.engine.stop().await;
    let (median, late) = spread(times);
    println!(
        "{:<46}{:>12}{:>12}",
        "one console's command in another one's cache",
        text(median),
        format!("p99 {}", text(late))
    );
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
