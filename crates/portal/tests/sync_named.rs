//! `POST /v1/sync/items`, and the versions that it answers to.
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, start_of_time, submit};
use postern_domain::ItemId;
use postern_portal_store::PersonChange;
use postern_protocol::{BootstrapPart, Change, ChangePage, Cursor, ErrorCode, MAX_NAMED, NamedItems, paths};
use postern_test_support::{Session, TestPortal, clerk};

/// What a load of versions alone says.
async fn versions(session: &Session) -> (Cursor, Vec<(ItemId, u64)>) {
    let path = format!("{}?versions=true", paths::BOOTSTRAP);
    let text = session.get(&path).send().await.unwrap().text().await.unwrap();
    assert!(!text.contains("\"part\":\"item\""), "{text}");
    let mut parts = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let Some(BootstrapPart::Begin { cursor, items, .. }) = parts.next() else { panic!("{text}") };
    let Some(BootstrapPart::End { items: sent, .. }) = parts.next_back() else { panic!("{text}") };
    let versions: Vec<_> = parts
        .flat_map(|part| match part {
            BootstrapPart::Versions { of } => of,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((items, sent), (versions.len() as u64, versions.len() as u64));
    (cursor, versions)
}

async fn named(session: &Session, cursor: &Cursor, ids: &[ItemId]) -> Vec<(ItemId, u64)> {
    let named = NamedItems { cursor: cursor.clone(), ids: ids.to_vec() };
    let page: ChangePage = ok(session.post(paths::NAMED, &named)).await;
    let versions = page.changes.into_iter().map(|change| match change {
        Change::Upsert { item } => (item.id, item.version),
        Change::Leave { id } => panic!("{id} leaves"),
    });
    versions.collect()
}

#[tokio::test]
async fn versions_name_what_is_in_sight_and_naming_what_is_not_gives_nothing() {
    let portal = TestPortal::start().await;
    let (olga, gus) = (portal.sign_in("olga").await, portal.sign_in("gus").await);
    submit(&olga, "s1", "acme").await;
    submit(&olga, "s2", "globex").await;
    let (cursor, all) = versions(&olga).await;
    let ids: Vec<ItemId> = all.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(named(&olga, &cursor, &ids).await, all);
    let (cursor, of_gus) = versions(&gus).await;
    assert_eq!((all.len(), of_gus.len()), (2, 1));
    let missing = ItemId::from("never-there");
    assert_eq!(named(&gus, &cursor, &[ids, vec![missing]].concat()).await, of_gus);
}

#[tokio::test]
async fn other_grants_another_portal_and_too_many_names_are_answered_each_in_its_way() {
    let portal = TestPortal::start().await;
    let (olga, carla) = (portal.sign_in("olga").await, portal.sign_in("carla").await);
    let (cursor, _) = versions(&olga).await;
    let ask = |cursor: &Cursor, names: usize| NamedItems {
        cursor: cursor.clone(),
        ids: vec![ItemId::from("i"); names],
    };
    let code = async |asked: NamedItems| problem(olga.post(paths::NAMED, &asked)).await;
    assert_eq!(code(ask(&cursor, MAX_NAMED + 1)).await, ErrorCode::TooLarge);
    let of_carla = start_of_time(&portal, "carla").await;
    assert_eq!(problem(carla.post(paths::NAMED, &ask(&of_carla, 1))).await, ErrorCode::Forbidden);
    let of_gus = portal.sign_in("gus").await.person().grants.clone();
    let fewer = PersonChange { grants: Some(of_gus), ..PersonChange::default() };
    portal.store().change_person(&"olga".into(), &fewer, &clerk(), portal.environment.now()).await.unwrap();
    assert_eq!(code(ask(&cursor, 1)).await, ErrorCode::ScopeChanged);
    portal.store().roll_epoch("restored").await.unwrap();
    assert_eq!(code(ask(&cursor, 1)).await, ErrorCode::CursorGone);
}
