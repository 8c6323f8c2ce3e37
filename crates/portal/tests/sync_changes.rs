//! `GET /v1/sync/changes`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, start_of_time, submit};
use postern_portal_store::PersonChange;
use postern_protocol::{Change, ChangePage, Cursor, ErrorCode, paths};
use postern_test_support::{Session, TestPortal, clerk};

fn since(cursor: &Cursor, limit: u32) -> String {
    format!("{}?cursor={cursor}&limit={limit}", paths::CHANGES)
}

async fn references(session: &Session, cursor: &Cursor) -> Vec<String> {
    let page: ChangePage = ok(session.get(&since(cursor, 100))).await;
    page.changes
        .into_iter()
        .map(|change| match change {
            Change::Upsert { item } => item.reference,
            Change::Leave { id } => panic!("{id} leaves"),
        })
        .collect()
}

#[tokio::test]
async fn a_person_gets_what_changed_in_their_scope_and_nothing_else() {
    let portal = TestPortal::start().await;
    let (olga, gus) = (portal.sign_in("olga").await, portal.sign_in("gus").await);
    submit(&olga, "s1", "acme").await;
    submit(&olga, "s2", "globex").await;
    let cursor = start_of_time(&portal, "olga").await;
    assert_eq!(references(&olga, &cursor).await, ["ACME-1", "GLOBEX-1"]);
    assert_eq!(references(&gus, &cursor).await, ["GLOBEX-1"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_overlap() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    for number in 0..5 {
        submit(&olga, &format!("s{number}"), "acme").await;
    }
    let first: ChangePage = ok(olga.get(&since(&start_of_time(&portal, "olga").await, 2))).await;
    assert_eq!((first.changes.len(), first.more), (2, true));
    let rest = references(&olga, &first.cursor).await;
    assert_eq!(rest, ["ACME-3", "ACME-4", "ACME-5"]);
}

#[tokio::test]
async fn other_grants_end_the_cursor() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let cursor = start_of_time(&portal, "olga").await;
    let mut grants = olga.person().grants.clone();
    grants.push(portal.sign_in("gus").await.person().grants[0].clone());
    let change = PersonChange { grants: Some(grants), ..PersonChange::default() };
    portal.store().change_person(&"olga".into(), &change, &clerk(), portal.environment.now()).await.unwrap();
    assert_eq!(problem(olga.get(&since(&cursor, 10))).await, ErrorCode::ScopeChanged);
}

#[tokio::test]
async fn a_cursor_from_before_a_restore_is_gone() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let cursor = start_of_time(&portal, "olga").await;
    portal.store().roll_epoch("restored").await.unwrap();
    assert_eq!(problem(olga.get(&since(&cursor, 10))).await, ErrorCode::CursorGone);
}

#[tokio::test]
async fn a_cursor_that_is_none_is_malformed_and_a_clients_contact_has_none() {
    let portal = TestPortal::start().await;
    let (olga, carla) = (portal.sign_in("olga").await, portal.sign_in("carla").await);
    assert_eq!(problem(olga.get(&format!("{}?cursor=x", paths::CHANGES))).await, ErrorCode::Malformed);
    assert_eq!(problem(olga.get(paths::CHANGES)).await, ErrorCode::Malformed);
    let cursor = start_of_time(&portal, "carla").await;
    assert_eq!(problem(carla.get(&since(&cursor, 10))).await, ErrorCode::Forbidden);
}
