//! The content changed while I was offline: my approval is not applied, I am shown why, and put it away.
#![allow(clippy::unwrap_used)]

use postern_domain::{ContentDigest, Item};
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, Window};

fn decided_on(item: &Item, api: &Api, content: &ContentDigest) -> bool {
    let reviews = item.closed_reviews.iter().chain(&item.reviews);
    let mut decisions = reviews.flat_map(|review| &review.decisions);
    decisions.any(|decision| decision.by == api.me.id && decision.content == *content)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_of_what_has_changed_since_is_a_conflict_and_is_not_applied() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let portal = Portal::with_sample(&place, 400);
    let me = portal.suggested();
    let address = portal.address();
    let console = Ctl::signed_in(&desktop, place.path("me"), &address, &me.email);
    let api = Api::sign_in(&address, &me.email, PASSWORD).await;

    let mut reference = None;
    for row in console.json(&["queue", "--queue", "my_turn"])["rows"].as_array().unwrap() {
        let candidate = row["reference"].as_str().unwrap().to_owned();
        let item = api.item(&candidate).await;
        if item.waiting_on().any(|id| id == &api.me.id) {
            reference = Some(candidate);
            break;
        }
    }
    let reference = reference.expect("something to decide");
    let before = api.item(&reference).await;

    // Somebody else changes the title; this console is offline and does not know.
    let editor = portal.account_with("internal_owner");
    let editor = Api::sign_in(&address, &editor.email, PASSWORD).await;
    editor.set_title("change-1", &reference, "An entirely different request").await;
    console.run(&["approve", &reference, "--offline"]).expect_code(5);
    console.run(&["sync"]);

    let outbox = console.json(&["outbox"]);
    let lines = outbox.as_array().unwrap_or_else(|| panic!("{outbox}"));
    assert_eq!(lines.len(), 1, "{outbox}");
    assert_eq!(lines[0]["state"], "conflict", "{outbox}");
    let item = api.item(&reference).await;
    assert_eq!(item.title, "An entirely different request");
    assert!(!decided_on(&item, &api, &item.content), "the portal applied it");
    drop(console);

    let window = Window::open(&desktop, &place.path("me"), None).await;
    window.select("[data-testid='row']").await;
    window.click("pending-count").await;
    let line = window.select("[data-testid='outbox-line'][data-state='conflict']").await;
    let text = line.text().await.unwrap();
    assert!(text.contains(&reference), "{text}");
    line.click().await.unwrap();
    let sides = window.select("[data-testid='conflict']").await.text().await.unwrap();
    assert!(sides.contains("An entirely different request"), "what is there now: {sides}");
    assert!(sides.contains(&before.title), "what I saw: {sides}");
    window.screenshot("conflict.png").await;

    // Put away, it stands among what became of earlier changes.
    window.click("outbox-discard").await;
    window.click("outbox-discard-confirm").await;
    window.select("[data-testid='outbox-history'] summary").await.click().await.unwrap();
    let past = window.select("[data-testid='journal-line'][data-end='put_away']").await;
    let past = past.text().await.unwrap();
    assert!(past.contains(&reference), "{past}");
    portal.verify_audit();
    window.close().await;
}
