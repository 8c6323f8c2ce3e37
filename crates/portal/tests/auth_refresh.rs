//! `POST /v1/auth/refresh`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem};
use postern_domain::Item;
use postern_protocol::{ErrorCode, Refresh, TokenPair, paths};
use postern_test_support::{Fault, FaultyTransport, TestPortal};
use reqwest::RequestBuilder;

fn refresh(portal: &TestPortal, base: &str, token: &str) -> RequestBuilder {
    let request = Refresh { refresh_token: token.into() };
    portal.http.post(format!("{base}{}", paths::REFRESH)).json(&request)
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_pair_once_the_access_token_ran_out() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    portal.clock.advance_ms(16 * 60_000);
    assert_eq!(problem(olga.get("/v1/items/ACME-1")).await, ErrorCode::TokenExpired);
    let pair: TokenPair = ok(refresh(&portal, &portal.url(), &olga.signed_in.tokens.refresh_token)).await;
    let with_new =
        portal.http.get(format!("{}/v1/items/ACME-1", portal.url())).bearer_auth(&pair.access_token);
    assert_eq!(problem(with_new).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_used_refresh_token_ends_the_session_for_everybody_who_holds_it() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let first = &olga.signed_in.tokens.refresh_token;
    let second: TokenPair = ok(refresh(&portal, &portal.url(), first)).await;
    portal.clock.advance_ms(121_000);
    assert_eq!(problem(refresh(&portal, &portal.url(), first)).await, ErrorCode::SessionEnded);
    assert_eq!(
        problem(refresh(&portal, &portal.url(), &second.refresh_token)).await,
        ErrorCode::SessionEnded
    );
    let with_second =
        portal.http.get(format!("{}/v1/items/A-1", portal.url())).bearer_auth(&second.access_token);
    assert_eq!(problem(with_second).await, ErrorCode::TokenExpired);
}

#[tokio::test]
async fn a_client_that_lost_the_reply_repeats_itself_and_stays_signed_in() {
    let portal = TestPortal::start().await;
    let network = FaultyTransport::start(portal.address()).await.unwrap();
    let olga = portal.sign_in("olga").await;
    let token = &olga.signed_in.tokens.refresh_token;
    network.once(paths::REFRESH, Fault::DropReply);
    assert!(refresh(&portal, &network.url(), token).send().await.is_err());
    portal.clock.advance_ms(3_000);
    let pair: TokenPair = ok(refresh(&portal, &network.url(), token)).await;
    portal.clock.advance_ms(60_000);
    ok::<TokenPair>(refresh(&portal, &network.url(), &pair.refresh_token)).await;
}

#[tokio::test]
async fn an_unknown_token_and_an_access_token_are_no_refresh_tokens() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    for token in ["nonsense", olga.token()] {
        assert_eq!(problem(refresh(&portal, &portal.url(), token)).await, ErrorCode::SessionEnded);
    }
    let _: Item = common::ok(olga.post(paths::ITEMS, &common::new_item("c1", "acme", None))).await;
}
