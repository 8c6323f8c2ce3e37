//! `PUT` and `GET /v1/files/{sha256}`: content in one piece, and what is read of it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{attach, name, problem, submit};
use postern_portal::Config;
use postern_portal_store::Rules;
use postern_protocol::{ErrorCode, Outcome};
use postern_test_support::{Fault, FaultyTransport, Session, TestPortal};

fn path(content: &[u8]) -> String {
    format!("/v1/files/{}", name(content))
}

async fn upload(session: &Session, content: &'static [u8]) -> u16 {
    let request = session.put(&path(content)).header("content-type", "text/plain").body(content);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_file_that_is_attached_is_there_for_those_who_may_see_the_item() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let content = b"The whole plan.";
    assert_eq!(upload(&carla, content).await, 201);
    assert_eq!(upload(&carla, content).await, 200);
    for who in ["carla", "olga"] {
        let session = portal.sign_in(who).await;
        assert_eq!(
            problem(session.get(&path(content))).await,
            ErrorCode::NotFound,
            "no item names it yet: {who}"
        );
    }
    assert!(matches!(attach(&carla, "ACME-1", content).await, Outcome::Applied { .. }));
    for (who, may_see) in [("carla", true), ("olga", true), ("abel", true), ("gus", false), ("gina", false)] {
        let request = portal.sign_in(who).await.get(&path(content));
        if may_see {
            let reply = request.send().await.unwrap();
            assert_eq!(reply.headers()["content-type"], "text/plain");
            assert_eq!(reply.headers()["content-disposition"], "attachment");
            assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
            assert_eq!(reply.bytes().await.unwrap(), &content[..], "{who}");
        } else {
            assert_eq!(problem(request).await, ErrorCode::NotFound, "{who}");
        }
    }
}

#[tokio::test]
async fn knowing_a_hash_is_not_having_the_file() {
    let portal = TestPortal::start().await;
    let (olga, gina) = (portal.sign_in("olga").await, portal.sign_in("gina").await);
    submit(&olga, "s1", "acme").await;
    submit(&olga, "s2", "globex").await;
    let content = b"A secret of Acme.";
    upload(&olga, content).await;
    attach(&olga, "ACME-1", content).await;
    let outcome = attach(&gina, "GLOBEX-1", content).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert_eq!(problem(gina.get(&path(content))).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn content_that_is_not_what_its_name_says_is_not_kept() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    let request = carla.put(&path(b"one thing")).body("another thing");
    assert_eq!(problem(request).await, ErrorCode::Malformed);
    for name in ["../../portal.db", "abc", &"A".repeat(64)] {
        let request = carla.put(&format!("/v1/files/{}", name.replace('/', "%2F"))).body("x");
        assert_eq!(problem(request).await, ErrorCode::Malformed, "{name}");
    }
    assert_eq!(leftovers(&portal), 0);
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_too_large() {
    let config = Config { max_upload_bytes: 10, ..Config::default() };
    let portal = TestPortal::start_with(config, Rules::default()).await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.put(&path(b"eleven bytes")).body("eleven bytes")).await, ErrorCode::TooLarge);
    assert_eq!(leftovers(&portal), 0);
    assert_eq!(upload(&carla, b"ten bytes.").await, 201);
}

#[tokio::test]
async fn an_upload_that_lost_its_reply_is_sent_again() {
    let portal = TestPortal::start().await;
    let network = FaultyTransport::start(portal.address()).await.unwrap();
    let carla = portal.sign_in_at(&network.url(), "carla").await;
    network.once("/v1/files", Fault::DropReply);
    let content = b"The whole plan.";
    assert!(carla.put(&path(content)).body(&content[..]).send().await.is_err());
    assert_eq!(upload(&carla, content).await, 200);
}

#[tokio::test]
async fn a_download_that_broke_off_goes_on_where_it_stopped() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let content = b"The whole plan, and what it costs.";
    upload(&carla, content).await;
    attach(&carla, "ACME-1", content).await;
    let reply = carla.get(&path(content)).header("range", "bytes=10-").send().await.unwrap();
    assert_eq!(reply.status(), 206);
    assert_eq!(reply.headers()["content-range"], "bytes 10-33/34");
    assert_eq!(reply.bytes().await.unwrap(), &content[10..]);
    let beyond = carla.get(&path(content)).header("range", "bytes=34-").send().await.unwrap();
    assert_eq!(beyond.status(), 200);
    assert_eq!(beyond.bytes().await.unwrap(), &content[..]);
    let stranger = portal.sign_in("gina").await;
    assert_eq!(problem(stranger.get(&path(content)).header("range", "bytes=10-")).await, ErrorCode::NotFound);
}

/// Files below `files/` that are no content.
fn leftovers(portal: &TestPortal) -> usize {
    let folders = [portal.data().join("files"), portal.data().join("files/partial")];
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    entries.filter(|entry| entry.as_ref().unwrap().path().is_file()).count()
}
