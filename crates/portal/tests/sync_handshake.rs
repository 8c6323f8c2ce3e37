//! `POST /v1/sync/handshake`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, submit};
use postern_protocol::{
    ErrorCode, Handshake, HandshakeReply, HandshakeVerdict, PROTOCOL_HEADER, PROTOCOL_VERSION, Push,
    PushReply, paths,
};
use postern_test_support::{Session, TestPortal, envelope};

fn hello(console: &str, acknowledged: u64) -> Handshake {
    Handshake {
        protocol_version: PROTOCOL_VERSION,
        app_version: "0.1.0".into(),
        console: console.into(),
        epoch: None,
        acknowledged,
        diverged: None,
    }
}

async fn verdict(session: &Session, handshake: &Handshake) -> HandshakeVerdict {
    ok::<HandshakeReply>(session.post(paths::HANDSHAKE, handshake)).await.verdict
}

#[tokio::test]
async fn a_new_console_is_told_who_and_where_it_is() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let reply: HandshakeReply = ok(olga.post(paths::HANDSHAKE, &hello("c1", 0))).await;
    let head = portal.store().head().await.unwrap();
    assert_eq!((reply.verdict, reply.last_applied), (HandshakeVerdict::Ok, 0));
    assert_eq!((reply.epoch, reply.seq), (head.epoch, head.seq));
    assert_eq!((reply.person.as_str(), reply.server_time), ("olga", portal.environment.now()));
}

#[tokio::test]
async fn a_console_with_outcomes_that_the_portal_does_not_know_is_ahead() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    assert_eq!(verdict(&olga, &hello("c1", 1)).await, HandshakeVerdict::ClientAhead);
}

#[tokio::test]
async fn a_console_that_another_person_used_must_take_a_new_id() {
    let portal = TestPortal::start().await;
    let (olga, abel) = (portal.sign_in("olga").await, portal.sign_in("abel").await);
    let item = submit(&olga, "s1", "acme").await;
    let command = postern_domain::Command::Withdraw { reason: "Not needed".into() };
    let push = Push { console: "c1".into(), commands: vec![envelope(1, item.id.as_str(), command)] };
    ok::<PushReply>(olga.post(paths::COMMANDS, &push)).await;
    let reply: HandshakeReply = ok(olga.post(paths::HANDSHAKE, &hello("c1", 1))).await;
    assert_eq!((reply.verdict, reply.last_applied), (HandshakeVerdict::Ok, 1));
    let reply: HandshakeReply = ok(abel.post(paths::HANDSHAKE, &hello("c1", 0))).await;
    assert_eq!((reply.verdict, reply.last_applied), (HandshakeVerdict::ClientForked, 0));
}

#[tokio::test]
async fn a_console_below_the_floor_is_asked_to_upgrade() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let old = Handshake { protocol_version: 0, ..hello("c1", 0) };
    assert_eq!(verdict(&olga, &old).await, HandshakeVerdict::UpgradeRequired);
}

#[tokio::test]
async fn a_console_below_the_floor_is_turned_away_whatever_it_asks_for() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let asked = || olga.get(paths::READY);
    assert_eq!(problem(asked().header(PROTOCOL_HEADER, "0")).await, ErrorCode::UpgradeRequired);
    assert!(asked().header(PROTOCOL_HEADER, PROTOCOL_VERSION).send().await.unwrap().status().is_success());
    assert!(asked().send().await.unwrap().status().is_success(), "an integration is no console");
}

#[tokio::test]
async fn a_clients_contact_has_no_console() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.post(paths::HANDSHAKE, &hello("c1", 0))).await, ErrorCode::Forbidden);
}
