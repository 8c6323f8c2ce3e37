//! Sign in, see the queue, approve: the portal and another console agree.
#![allow(clippy::unwrap_used)]

use postern_domain::Verdict;
use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Ctl, Desktop, Place, Portal, Window, eventually};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_in_the_window_reaches_the_portal_and_another_console() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let portal = Portal::with_sample(&place, 600);
    let me = portal.suggested();
    let address = portal.address();

    let window = Window::open(&desktop, &place.path("me"), None).await;
    window.screenshot("sign-in.png").await;
    window.type_into("sign-in-portal", &address).await;
    window.type_into("sign-in-email", &me.email).await;
    window.type_into("sign-in-password", "not the password").await;
    window.click("sign-in-submit").await;
    window
        .text_where("sign-in-problem-password", "that the password is wrong", |text| {
            text.contains("password")
        })
        .await;
    window.screenshot("sign-in-refused.png").await;
    window.find("sign-in-password").await.clear().await.unwrap();
    window.type_into("sign-in-password", PASSWORD).await;
    window.click("sign-in-submit").await;

    window.click("queue-my_turn").await;
    window.select("[data-testid='row']").await;
    window.text_where("sync-status", "that it is up to date", |text| !text.is_empty()).await;
    let api = Api::sign_in(&address, &me.email, PASSWORD).await;
    let reference = decidable(&window, &api).await;
    window.open_item(&reference).await;
    window.screenshot("queue.png").await;
    window.press("a").await;
    submit_dialog(&window).await;
    window.screenshot("approved-with-undo.png").await;

    let decided = eventually("the portal has my approval", Duration::from_secs(60), || async {
        let item = api.item(&reference).await;
        let mine = item
            .closed_reviews
            .iter()
            .chain(&item.reviews)
            .flat_map(|review| &review.decisions)
            .filter(|decision| decision.by == api.me.id && decision.round == item.round)
            .cloned()
            .collect::<Vec<_>>();
        (!mine.is_empty()).then_some(mine)
    })
    .await;
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].verdict, Verdict::Approve);

    let admin = portal.account_with("portal_admin");
    let other = Ctl::signed_in(&desktop, place.path("other"), &address, &admin.email);
    let shown = other.run(&["show", &reference]).expect_ok();
    assert!(shown.out.contains(&me.name), "{}", shown.out);
    portal.verify_audit();
    window.close().await;
}

/// A row of my turn that waits for a decision, not for completion.
async fn decidable(window: &Window, api: &Api) -> String {
    for reference in window.rows().await {
        let item = api.item(&reference).await;
        if item.waiting_on().any(|id| id == &api.me.id) {
            return reference;
        }
    }
    panic!("nothing to decide among {:?}", window.rows().await);
}

/// Where approving asks for an optional comment first, sends it off.
async fn submit_dialog(window: &Window) {
    if window.is_there("[data-testid='action-form-submit']").await {
        window.click("action-form-submit").await;
    }
}
