//! `POST /v1/items`
#![allow(clippy::unwrap_used)]

mod common;

use common::{new_item, of_problem, ok, problem, submit};
use postern_domain::{Actor, Item, Phase};
use postern_protocol::{ErrorCode, NewItem, paths};
use postern_test_support::TestPortal;

#[tokio::test]
async fn a_contact_hands_over_an_item_and_gets_its_reference() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    let reply = carla.post(paths::ITEMS, &new_item("c1", "acme", None)).send().await.unwrap();
    assert_eq!(reply.status(), 201);
    let item: Item = reply.json().await.unwrap();
    assert_eq!((item.reference.as_str(), item.round), ("ACME-1", 1));
    assert_eq!(item.submitter, Actor::Person("carla".into()));
    assert!(matches!(item.phase, Phase::Submitted | Phase::InReview), "{:?}", item.phase);
    assert_eq!((item.journey.key.as_str(), item.journey.version), ("standard", 1));
}

#[tokio::test]
async fn a_repeated_request_makes_no_second_item() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    let first: Item = ok(carla.post(paths::ITEMS, &new_item("c1", "acme", None))).await;
    let again = carla.post(paths::ITEMS, &new_item("c1", "acme", None)).send().await.unwrap();
    assert_eq!(again.status(), 200);
    assert_eq!(again.json::<Item>().await.unwrap().id, first.id);
    let next: Item = ok(carla.post(paths::ITEMS, &new_item("c2", "acme", None))).await;
    assert_eq!(next.reference, "ACME-2");
}

#[tokio::test]
async fn the_newest_version_of_the_journey_is_taken() {
    let portal = TestPortal::start().await;
    let mut journey = postern_domain::Journey::built_in();
    journey.version = 2;
    portal.publish(&journey).await;
    let item = submit(&portal.sign_in("olga").await, "c1", "acme").await;
    assert_eq!(item.journey.version, 2);
}

#[tokio::test]
async fn what_a_rule_refuses_makes_no_item_and_says_why() {
    let portal = TestPortal::start().await;
    let (carla, abel) = (portal.sign_in("carla").await, portal.sign_in("abel").await);
    let before = portal.store().head().await.unwrap().audit_seq;
    let empty = NewItem { title: "  ".into(), ..new_item("c1", "acme", None) };
    let nowhere = NewItem { journey: Some("none".into()), ..new_item("c2", "acme", None) };
    for (session, request, says) in [
        (
            &carla,
            &new_item("c3", "globex", None),
            "You cannot hand this over: you have no access to this client's items.",
        ),
        (&carla, &new_item("c4", "nobody", None), "The client or project is not known."),
        (&carla, &empty, "The title is empty."),
        (&carla, &nowhere, "The item's journey is not known here yet. Sync, then try again."),
        (
            &abel,
            &new_item("c5", "acme", None),
            "You cannot hand this over: it takes the role client, client admin, owner or team lead.",
        ),
    ] {
        let refused = of_problem(session.post(paths::ITEMS, request).send().await.unwrap()).await;
        assert_eq!((refused.code, refused.detail.as_str()), (ErrorCode::Refused, says));
    }
    assert_eq!(portal.store().head().await.unwrap().audit_seq, before);
}

#[tokio::test]
async fn a_stranger_hands_over_nothing() {
    let portal = TestPortal::start().await;
    let request =
        portal.http.post(format!("{}{}", portal.url(), paths::ITEMS)).json(&new_item("c1", "acme", None));
    assert_eq!(problem(request).await, ErrorCode::TokenExpired);
}
