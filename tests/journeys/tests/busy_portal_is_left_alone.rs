//! A portal, or a proxy before it, says that it is busy and for how long: the window keeps to it, and then goes on.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Desktop, Place, Portal, Window, eventually};
use postern_protocol::paths;
use postern_test_support::{Fault, FaultyTransport};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const BUSY_FOR: u32 = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_window_does_not_ask_sooner_than_it_was_told_to() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let portal = Portal::with_sample(&place, 100);
    let me = portal.suggested();
    let upstream: SocketAddr = portal.address().trim_start_matches("http://").parse().unwrap();
    let network = FaultyTransport::start(upstream).await.unwrap();
    let window = Window::open(&desktop, &place.path("me"), Some((&network.url(), &me.email, PASSWORD))).await;
    window.click("queue-open").await;
    window.select("[data-testid='row']").await;
    let reference = window.rows().await.remove(0);
    let api = Api::sign_in(&portal.address(), &me.email, PASSWORD).await;

    // Whoever does not listen hears no news.
    eventually("the window listens", Duration::from_secs(30), || async {
        network.seen().iter().any(|(line, _)| line.path.starts_with(paths::EVENTS)).then_some(())
    })
    .await;

    let asked: Arc<Mutex<Vec<(String, Instant)>>> = Arc::default();
    let writing = Arc::clone(&asked);
    network.plan(move |line| {
        let path = line.path.split('?').next().unwrap().to_owned();
        writing.lock().unwrap().push((path, Instant::now()));
        Fault::Refuse { status: 503, retry_after: Some(BUSY_FOR) }
    });
    // The portal tells the window that there is something newer.
    api.comment("news", &reference, "There is something newer.").await;
    eventually("the window asks twice for changes", Duration::from_secs(60), || async {
        let changes = asked.lock().unwrap().iter().filter(|(path, _)| path == paths::CHANGES).count();
        (changes > 1).then_some(())
    })
    .await;
    // What it asks in the background beside that, it asks no sooner either.
    let mut last: BTreeMap<String, Instant> = BTreeMap::new();
    for (path, at) in asked.lock().unwrap().iter() {
        if let Some(before) = last.insert(path.clone(), *at) {
            let waited = at.duration_since(before);
            assert!(
                waited >= Duration::from_secs(u64::from(BUSY_FOR)),
                "it asked again for {path} after {waited:?}"
            );
        }
    }

    network.heal();
    eventually("the window asks, and is answered", Duration::from_secs(60), || async {
        network.seen().last().is_some_and(|(_, fault)| *fault == Fault::Pass).then_some(())
    })
    .await;
    window.close().await;
}
