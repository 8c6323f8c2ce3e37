//! The portal is away: decisions are made all the same, and arrive exactly once when it is back.
#![allow(clippy::unwrap_used)]

use postern_journeys::portal::PASSWORD;
use postern_journeys::{Api, Desktop, Place, Portal, Window, eventually};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn decisions_made_offline_arrive_exactly_once_when_the_portal_is_back() {
    let place = Place::new();
    let desktop = Desktop::start(&place);
    let mut portal = Portal::with_sample(&place, 600);
    let me = portal.suggested();
    let api = Api::sign_in(&portal.address(), &me.email, PASSWORD).await;
    let address = portal.address();
    let window = Window::open(&desktop, &place.path("me"), Some((&address, &me.email, PASSWORD))).await;
    window.click("queue-my_turn").await;
    window.select("[data-testid='row']").await;

    let mut chosen = Vec::new();
    for reference in window.rows().await {
        if api.item(&reference).await.waiting_on().any(|id| id == &api.me.id) {
            chosen.push(reference);
        }
        if chosen.len() == 3 {
            break;
        }
    }
    assert_eq!(chosen.len(), 3, "three decisions wait for {}", me.name);

    portal.stop();
    for reference in &chosen {
        window.open_item(reference).await;
        window.press("a").await;
        window
            .text_where("toast", "what was done", |text| text.contains(&format!("{reference} approved")))
            .await;
    }
    window.screenshot("offline-pending.png").await;
    window.text_where("pending-count", "three changes", |text| text.contains('3')).await;
    window.screenshot("offline-pending.png").await;
    window.click("pending-count").await;
    window.select("[data-testid='outbox-line']").await;
    window.screenshot("outbox.png").await;
    // Longer than an action is held: it is given, and cannot leave.
    tokio::time::sleep(Duration::from_secs(11)).await;
    portal.start();

    let api = Api::sign_in(&portal.address(), &me.email, PASSWORD).await;
    for reference in &chosen {
        let mine = eventually("the decision arrives", Duration::from_secs(90), || async {
            let item = api.item(reference).await;
            let mine = item
                .closed_reviews
                .iter()
                .chain(&item.reviews)
                .filter(|review| review.round == item.round)
                .flat_map(|review| &review.decisions)
                .filter(|decision| decision.by == api.me.id)
                .count();
            (mine > 0).then_some(mine)
        })
        .await;
        assert_eq!(mine, 1, "{reference} was decided {mine} times");
        let approvals = api.audit(reference).await;
        let by_me = approvals
            .iter()
            .filter(|line| line.recorded.by.person() == Some(&api.me.id))
            .filter(|line| matches!(line.recorded.event, postern_domain::Event::Decided { .. }))
            .filter(|line| line.recorded.device_at.is_some())
            .count();
        assert_eq!(by_me, 1, "the audit trail of {reference}");
    }
    eventually("the outbox is empty", Duration::from_secs(60), || async {
        (!window.is_there("[data-testid='outbox-line'][data-state='waiting']").await
            && !window.is_there("[data-testid='outbox-line'][data-state='sending']").await)
            .then_some(())
    })
    .await;
    portal.verify_audit();
    window.close().await;
}
