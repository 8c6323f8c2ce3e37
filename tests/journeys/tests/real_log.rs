//! A real approval log becomes an organisation at an instant with work in flight, and its queue is worked.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Desktop, Place, Portal, Window, eventually};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_real_log_is_cut_at_an_instant_and_its_queue_is_worked_in_the_window() {
    let Ok(log) = std::env::var("POSTERN_EVENT_LOG") else {
        eprintln!("skipped: POSTERN_EVENT_LOG does not name the approval log");
        return;
    };
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let mapping =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/portal/mappings/domestic-declarations.toml");
    let (portal, made) = Portal::with_import(&place, &log, mapping, "2018-06-01T00:00:00Z");
    let report = &made["report"];
    assert_eq!(report["events"], 55_628);
    assert_eq!(report["phases"]["in_review"], 45 + 26 + 16);

    let me = portal.account_named("Administration");
    let address = portal.address();
    let window = Window::open(&desktop, &place.path("me"), Some((&address, &me.email, PASSWORD))).await;
    window.click("queue-my_turn").await;
    window.select("[data-testid='row']").await;
    window.text_where("queue-my_turn", "45 items", |text| text.contains("45")).await;
    let reference = window.rows().await.into_iter().next().expect("a row");
    window.open_item(&reference).await;
    window.screenshot("real-log-queue.png").await;
    window.press("a").await;
    window.text_where("queue-my_turn", "44 items", |text| text.contains("44")).await;

    let api = Api::sign_in(&address, &me.email, PASSWORD).await;
    eventually("the approval is at the portal", Duration::from_secs(60), || async {
        let item = api.item(&reference).await;
        (item.stage().map(postern_domain::StageKey::as_str) == Some("supervisor")).then_some(())
    })
    .await;
    window.close().await;

    let lead = portal.suggested();
    let window = Window::open(&desktop, &place.path("lead"), Some((&address, &lead.email, PASSWORD))).await;
    window.select("[data-testid='row']").await;
    window.click("nav-bottleneck").await;
    window.select("[data-testid='bottleneck-table']").await;
    window.screenshot("real-log-bottleneck.png").await;
    portal.verify_audit();
    window.close().await;
}
