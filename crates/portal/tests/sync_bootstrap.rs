//! `GET /v1/sync/bootstrap`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, submit};
use postern_protocol::{BootstrapPart, ChangePage, Cursor, ErrorCode, paths};
use postern_test_support::{Fault, FaultyTransport, Session, TestPortal};

async fn bootstrap(session: &Session) -> (Cursor, Vec<String>) {
    let text = session.get(paths::BOOTSTRAP).send().await.unwrap().text().await.unwrap();
    let mut parts = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let Some(BootstrapPart::Begin { cursor, items, .. }) = parts.next() else { panic!("{text}") };
    let Some(BootstrapPart::End { items: sent, .. }) = parts.next_back() else { panic!("{text}") };
    let references: Vec<_> = parts
        .map(|part| match part {
            BootstrapPart::Item { item } => item.reference,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((items, sent), (references.len() as u64, references.len() as u64));
    (cursor, references)
}

#[tokio::test]
async fn a_snapshot_holds_what_the_person_may_see_and_changes_go_on_from_its_cursor() {
    let portal = TestPortal::start().await;
    let (olga, gus) = (portal.sign_in("olga").await, portal.sign_in("gus").await);
    submit(&olga, "s1", "acme").await;
    submit(&olga, "s2", "globex").await;
    let (cursor, mut references) = bootstrap(&olga).await;
    references.sort();
    assert_eq!(references, ["ACME-1", "GLOBEX-1"]);
    assert_eq!(bootstrap(&gus).await.1, ["GLOBEX-1"]);
    submit(&olga, "s3", "acme").await;
    let page: ChangePage = ok(olga.get(&format!("{}?cursor={cursor}", paths::CHANGES))).await;
    assert_eq!((page.changes.len(), page.more, page.directory), (1, false, None));
}

#[tokio::test]
async fn a_snapshot_is_compressed_for_those_who_can_read_that() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let request = |accept: &str| {
        plain
            .get(format!("{}{}", portal.url(), paths::BOOTSTRAP))
            .bearer_auth(olga.token())
            .header("accept-encoding", accept)
            .send()
    };
    let gzip = request("gzip").await.unwrap();
    assert_eq!(gzip.headers()["content-encoding"], "gzip");
    assert_eq!(gzip.headers()["content-type"], "application/x-ndjson");
    assert!(gzip.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
    assert!(!request("identity").await.unwrap().headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn a_snapshot_that_was_cut_off_has_no_end() {
    let portal = TestPortal::start().await;
    let network = FaultyTransport::start(portal.address()).await.unwrap();
    let olga = portal.sign_in_at(&network.url(), "olga").await;
    submit(&olga, "s1", "acme").await;
    network.once(paths::BOOTSTRAP, Fault::CutReply(400));
    let text = match olga.get(paths::BOOTSTRAP).send().await {
        Ok(reply) => reply.text().await.unwrap_or_default(),
        Err(_) => String::new(),
    };
    assert!(!text.contains("\"part\":\"end\""));
}

#[tokio::test]
async fn a_clients_contact_has_no_snapshot_and_a_stranger_neither() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get(paths::BOOTSTRAP)).await, ErrorCode::Forbidden);
    let stranger = portal.http.get(format!("{}{}", portal.url(), paths::BOOTSTRAP));
    assert_eq!(problem(stranger).await, ErrorCode::TokenExpired);
}
