//! `POST /v1/auth/sign-out`, and what else ends a session.
#![allow(clippy::unwrap_used)]

mod common;

use common::problem;
use postern_portal_store::PersonChange;
use postern_protocol::{ErrorCode, paths};
use postern_test_support::{TestPortal, clerk};

#[tokio::test]
async fn a_session_that_was_signed_out_of_is_over_at_once() {
    let portal = TestPortal::start().await;
    let (olga, elsewhere) = (portal.sign_in("olga").await, portal.sign_in("olga").await);
    let reply = olga.post(paths::SIGN_OUT, &()).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    assert_eq!(problem(olga.get("/v1/items/ACME-1")).await, ErrorCode::TokenExpired);
    assert_eq!(
        problem(elsewhere.get("/v1/items/ACME-1")).await,
        ErrorCode::NotFound,
        "the other session goes on"
    );
}

#[tokio::test]
async fn a_disabled_persons_next_request_is_refused() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    portal.store().change_person(&"olga".into(), &disable, &clerk(), portal.environment.now()).await.unwrap();
    for path in [paths::BOOTSTRAP, paths::EVENTS, "/v1/items/ACME-1"] {
        assert_eq!(problem(olga.get(path)).await, ErrorCode::ShutOut, "{path}");
    }
}
