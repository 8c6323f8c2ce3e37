//! `POST /v1/auth/sign-in`
#![allow(clippy::unwrap_used)]

mod common;

use common::{of_problem, ok, problem};
use postern_portal_store::PersonChange;
use postern_protocol::{ErrorCode, SignIn, SignedIn, paths};
use postern_test_support::{PASSWORD, TestPortal, clerk, person};
use reqwest::RequestBuilder;

fn attempt(portal: &TestPortal, email: &str, password: &str) -> RequestBuilder {
    let request = SignIn { email: email.into(), password: password.into(), device: "laptop".into() };
    portal.http.post(format!("{}{}", portal.url(), paths::SIGN_IN)).json(&request)
}

#[tokio::test]
async fn the_right_password_gives_tokens_that_open_doors() {
    let portal = TestPortal::start().await;
    let signed_in: SignedIn = ok(attempt(&portal, "OLGA@example.com ", PASSWORD)).await;
    assert_eq!((signed_in.person.id.as_str(), signed_in.organisation.as_str()), ("olga", "Example"));
    assert_ne!(signed_in.tokens.access_token, signed_in.tokens.refresh_token);
    let now = portal.environment.now();
    assert_eq!(signed_in.tokens.access_expires_at.since(now), 15 * 60_000);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_apart_by_nobody() {
    let portal = TestPortal::start().await;
    let wrong = of_problem(attempt(&portal, "olga@example.com", "nonsense").send().await.unwrap()).await;
    let unknown = of_problem(attempt(&portal, "nobody@example.com", PASSWORD).send().await.unwrap()).await;
    assert_eq!(wrong.code, ErrorCode::WrongCredentials);
    assert_eq!((wrong.title, wrong.detail, wrong.code), (unknown.title, unknown.detail, unknown.code));
}

#[tokio::test]
async fn somebody_without_a_password_or_disabled_cannot_sign_in() {
    let portal = TestPortal::start().await;
    portal
        .store()
        .add_person(&person("ghost").build(), None, &clerk(), portal.environment.now())
        .await
        .unwrap();
    assert_eq!(problem(attempt(&portal, "ghost@example.com", "")).await, ErrorCode::WrongCredentials);
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    portal.store().change_person(&"olga".into(), &disable, &clerk(), portal.environment.now()).await.unwrap();
    // Whether somebody was switched off is said only to who knows the password.
    assert_eq!(problem(attempt(&portal, "olga@example.com", "guess")).await, ErrorCode::WrongCredentials);
    assert_eq!(problem(attempt(&portal, "olga@example.com", PASSWORD)).await, ErrorCode::ShutOut);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_waiting_helps() {
    let portal = TestPortal::start().await;
    for _ in 0..5 {
        assert_eq!(problem(attempt(&portal, "olga@example.com", "guess")).await, ErrorCode::WrongCredentials);
    }
    let reply = attempt(&portal, "olga@example.com", PASSWORD).send().await.unwrap();
    let wait: i64 = reply.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(of_problem(reply).await.code, ErrorCode::Throttled);
    portal.clock.advance_ms(wait * 1_000);
    ok::<SignedIn>(attempt(&portal, "olga@example.com", PASSWORD)).await;
    ok::<SignedIn>(attempt(&portal, "olga@example.com", PASSWORD)).await;
}

#[tokio::test]
async fn a_body_that_is_no_sign_in_is_malformed() {
    let portal = TestPortal::start().await;
    let request = portal.http.post(format!("{}{}", portal.url(), paths::SIGN_IN));
    assert_eq!(problem(request.try_clone().unwrap().body("{")).await, ErrorCode::Malformed);
    assert_eq!(problem(request.json(&serde_json::json!({"email": 1}))).await, ErrorCode::Malformed);
}
