//! Admission: so many are served at once; each of the others learns when to come back.
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, submit};
use futures_util::future::join_all;
use postern_domain::{Command, CommentId, Visibility};
use postern_portal::Config;
use postern_portal_store::Rules;
use postern_protocol::{ErrorCode, NamedItems, Problem, Push, PushReply, paths};
use postern_test_support::{TestPortal, envelope};
use reqwest::RequestBuilder;
use std::collections::BTreeSet;

async fn portal(config: Config) -> TestPortal {
    TestPortal::start_with(config, Rules::default()).await
}

/// After how many seconds somebody who is turned away is to come back.
async fn turned_away(request: RequestBuilder) -> u64 {
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 503);
    let seconds = reply.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(reply.json::<Problem>().await.unwrap().code, ErrorCode::Unavailable);
    seconds
}

fn said_by(console: &str, item: &str) -> Push {
    let id = CommentId(format!("comment-of-{console}"));
    let (visibility, body) = (Visibility::Internal, "Seen.".to_owned());
    let mut command = envelope(1, item, Command::Comment { id, visibility, body, mentions: Vec::new() });
    command.id = format!("by-{console}").as_str().into();
    Push { console: console.into(), commands: vec![command] }
}

#[tokio::test]
async fn who_exchanges_when_too_many_do_is_told_a_time_of_their_own_to_come_back() {
    let portal = portal(Config { concurrent_exchanges: 0, ..Config::default() }).await;
    let olga = portal.sign_in("olga").await;
    let cursor = common::start_of_time(&portal, "olga").await;
    let named = NamedItems { cursor: cursor.clone(), ids: Vec::new() };
    let requests = (0..24).map(|number| match number % 3 {
        0 => olga.get(&format!("{}?cursor={cursor}", paths::CHANGES)),
        1 => olga.post(paths::NAMED, &named),
        _ => olga.post(paths::COMMANDS, &said_by(&format!("c{number}"), "i")),
    });
    let seconds = join_all(requests.map(turned_away)).await;
    assert!(seconds.iter().all(|seconds| (1..=6).contains(seconds)), "{seconds:?}");
    assert!(seconds.iter().collect::<BTreeSet<_>>().len() > 2, "they do not come back at once: {seconds:?}");
}

#[tokio::test]
async fn pushes_wait_a_little_for_their_turn() {
    let portal = portal(Config { concurrent_exchanges: 1, ..Config::default() }).await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    let pushes = (0..8).map(|number| said_by(&format!("c{number}"), item.id.as_str())).collect::<Vec<_>>();
    let replies = join_all(pushes.iter().map(|push| ok::<PushReply>(olga.post(paths::COMMANDS, push)))).await;
    assert!(replies.iter().all(|reply| reply.outcomes.len() == 1));
    assert_eq!(portal.store().item(&item.id).await.unwrap().unwrap().comments.len(), 8);
}

#[tokio::test]
async fn who_loads_when_too_many_do_is_told_a_time_of_their_own_to_come_back() {
    let portal = portal(Config { concurrent_loads: 0, ..Config::default() }).await;
    let olga = portal.sign_in("olga").await;
    let seconds = join_all((0..24).map(|_| turned_away(olga.get(paths::BOOTSTRAP)))).await;
    assert!(seconds.iter().all(|seconds| (3..=12).contains(seconds)), "{seconds:?}");
    assert!(seconds.iter().collect::<BTreeSet<_>>().len() > 3, "they do not come back at once: {seconds:?}");
}
