//! The content changed while I was offline: my approval is not applied, I am shown why, and put it away or decide anew.
#![allow(clippy::unwrap_used)]

use postern_domain::{Command, ContentDigest, Item};
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, Window};

const CHANGED: &str = "An entirely different request";

fn decided_on(item: &Item, api: &Api, content: &ContentDigest) -> bool {
    let reviews = item.closed_reviews.iter().chain(&item.reviews);
    let mut decisions = reviews.flat_map(|review| &review.decisions);
    decisions.any(|decision| decision.by == api.me.id && decision.content == *content)
}

fn waits_on(item: &Item, api: &Api) -> bool {
    item.waiting_on().any(|id| id == &api.me.id)
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

    // This console is offline and does not know that two items became something else, which others decide now.
    let editor = portal.account_with("internal_owner");
    let editor = Api::sign_in(&address, &editor.email, PASSWORD).await;
    let mut changed = Vec::new();
    for row in console.json(&["queue", "--queue", "my_turn"])["rows"].as_array().unwrap() {
        let reference = row["reference"].as_str().unwrap();
        let before = api.item(reference).await;
        if !waits_on(&before, &api) {
            continue;
        }
        editor.set_title(&format!("change-{reference}"), reference, CHANGED).await;
        if !waits_on(&api.item(reference).await, &api) {
            changed.push(before);
        }
        if changed.len() == 2 {
            break;
        }
    }
    let [gone, mine] = &changed[..] else { panic!("two things to decide, of {}", changed.len()) };
    // One of them is given to me once more.
    let lead = portal.account_with("team_lead");
    let lead = Api::sign_in(&address, &lead.email, PASSWORD).await;
    let now = api.item(&mine.reference).await;
    let back = Command::reassign(api.me.id.clone(), now.assignment_version);
    lead.apply("back-to-me", &mine.reference, back).await;
    for before in [mine, gone] {
        console.run(&["approve", &before.reference, "--offline"]).expect_code(5);
    }
    console.run(&["sync"]);

    let outbox = console.json(&["outbox"]);
    let lines = outbox.as_array().unwrap_or_else(|| panic!("{outbox}"));
    assert_eq!(lines.len(), 2, "{outbox}");
    assert!(lines.iter().all(|line| line["state"] == "conflict"), "{outbox}");
    for before in [mine, gone] {
        let item = api.item(&before.reference).await;
        assert_eq!(item.title, CHANGED);
        assert!(!decided_on(&item, &api, &item.content), "the portal applied it");
    }
    drop(console);

    let window = Window::open(&desktop, &place.path("me"), None).await;
    window.select("[data-testid='row']").await;
    window.click("pending-count").await;
    for before in [mine, gone] {
        let conflict = format!("{} [data-testid='conflict']", line_of(before));
        let sides = window.select(&conflict).await.text().await.unwrap();
        assert!(sides.contains(CHANGED), "what is there now: {sides}");
        assert!(sides.contains(&before.title), "what I saw: {sides}");
    }
    window.screenshot("conflict.png").await;

    // What is mine no more cannot be decided again. Put away, it stands among what became of earlier changes.
    let line = line_of(gone);
    assert!(!window.is_there(&format!("{line} [data-testid='outbox-decide']")).await);
    window.click_on(&format!("{line} [data-testid='outbox-discard']")).await;
    window.click_on(&format!("{line} [data-testid='outbox-discard-confirm']")).await;
    window.leaves(&line).await;
    window.click_on("[data-testid='outbox-history'] summary").await;
    let past = window.select("[data-testid='journal-line'][data-end='put_away']").await;
    let past = past.text().await.unwrap();
    assert!(past.contains(&gone.reference), "{past}");

    // What is still mine is decided again by one button, on what is shown beside it.
    let line = line_of(mine);
    window.click_on(&format!("{line} [data-testid='outbox-decide']")).await;
    window.leaves(&line).await;
    let superseded = window.select("[data-testid='journal-line'][data-end='superseded']").await;
    assert!(superseded.text().await.unwrap().contains(&mine.reference));
    let item = api.item(&mine.reference).await;
    assert!(decided_on(&item, &api, &item.content), "the portal did not apply it: {item:?}");
    let item = api.item(&gone.reference).await;
    assert!(!decided_on(&item, &api, &item.content), "the portal applied what was put away");
    portal.verify_audit();
    window.close().await;
}

fn line_of(item: &Item) -> String {
    format!("[data-testid='outbox-line'][data-state='conflict'][data-ref='{}']", item.reference)
}
