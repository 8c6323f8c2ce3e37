//! `/healthz`, `/readyz`, and what every reply has.
#![allow(clippy::unwrap_used)]

mod common;

use common::of_problem;
use postern_protocol::{ErrorCode, REQUEST_ID, paths};
use postern_test_support::TestPortal;

#[tokio::test]
async fn a_portal_at_work_is_there_and_ready() {
    let portal = TestPortal::start().await;
    for (path, says) in [(paths::HEALTH, "ok\n"), (paths::READY, "ready\n")] {
        let reply = portal.http.get(format!("{}{path}", portal.url())).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.text().await.unwrap(), says);
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_or_made() {
    let portal = TestPortal::start().await;
    let url = format!("{}{}", portal.url(), paths::HEALTH);
    let id = async |given: &str| {
        let reply = portal.http.get(&url).header(REQUEST_ID, given).send().await.unwrap();
        reply.headers()[REQUEST_ID].to_str().unwrap().to_owned()
    };
    assert_eq!(id("console-42").await, "console-42");
    assert_ne!(id("with spaces and \"quotes\"").await, "with spaces and \"quotes\"");
    let made = portal.http.get(&url).send().await.unwrap();
    assert_eq!(made.headers()[REQUEST_ID].len(), 36);
}

#[tokio::test]
async fn an_address_that_is_not_there_is_a_problem_like_others() {
    let portal = TestPortal::start().await;
    let nowhere = portal.http.get(format!("{}/nowhere", portal.url())).send().await.unwrap();
    assert_eq!(of_problem(nowhere).await.code, ErrorCode::NotFound);
    let wrong_method = portal.http.delete(format!("{}{}", portal.url(), paths::ITEMS)).send().await.unwrap();
    assert_eq!(of_problem(wrong_method).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn replies_are_not_cached_and_not_guessed_at() {
    let portal = TestPortal::start().await;
    let reply = portal.http.get(format!("{}{}", portal.url(), paths::HEALTH)).send().await.unwrap();
    assert_eq!(reply.headers()["cache-control"], "no-store");
    assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
}
