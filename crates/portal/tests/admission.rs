//! Admission: so many are served at once; each of the others learns when to come back.
#![allow(clippy::unwrap_used)]

mod common;

use axum::body::Body;
use axum::http;
use common::{ok, submit};
use futures_util::future::join_all;
use postern_domain::{Command, CommentId, Visibility};
use postern_portal::{Config, Portal, QuietPortal};
use postern_portal_store::{Rules, StoreOptions};
use postern_protocol::{BootstrapPart, ErrorCode, NamedItems, Problem, Push, PushReply, paths};
use postern_test_support::{Session, TestPortal, envelope};
use reqwest::RequestBuilder;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tower::ServiceExt as _;

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

#[tokio::test]
async fn comparisons_and_loads_do_not_take_each_others_places() {
    let compare = format!("{}?versions=true", paths::BOOTSTRAP);
    let full_of_loads = portal(Config { concurrent_loads: 0, ..Config::default() }).await;
    let olga = full_of_loads.sign_in("olga").await;
    assert_eq!(olga.get(&compare).send().await.unwrap().status(), 200);
    let full_of_comparisons = portal(Config { concurrent_comparisons: 0, ..Config::default() }).await;
    let olga = full_of_comparisons.sign_in("olga").await;
    let seconds = turned_away(olga.get(&compare)).await;
    assert!((3..=12).contains(&seconds), "{seconds}");
    assert_eq!(olga.get(paths::BOOTSTRAP).send().await.unwrap().status(), 200);
}

/// A second portal on the same data that takes requests without a socket, so that no buffer of the system takes a reply
/// that nobody reads.
async fn without_a_socket(portal: &TestPortal, config: Config) -> QuietPortal {
    let store_options = StoreOptions { load_page: 1, ..StoreOptions::default() };
    let made = Portal { store_options, ..Portal::new(config, portal.environment.clone()) };
    made.open(portal.data()).await.unwrap()
}

async fn load(portal: &QuietPortal, session: &Session, more: &str) -> http::Response<Body> {
    let request = http::Request::get(format!("{}{more}", paths::BOOTSTRAP))
        .header("authorization", format!("Bearer {}", session.token()));
    portal.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn parts(reply: http::Response<Body>) -> Vec<BootstrapPart> {
    let body = axum::body::to_bytes(reply.into_body(), usize::MAX).await.unwrap();
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[tokio::test]
async fn who_reads_slowly_makes_room_after_a_while_and_goes_on_behind_what_came() {
    let test = TestPortal::start().await;
    let olga = test.sign_in("olga").await;
    for number in 0..12 {
        submit(&olga, &format!("s{number}"), "acme").await;
    }
    let config = Config { concurrent_loads: 1, load_seconds: 1, ..Config::default() };
    let portal = without_a_socket(&test, config).await;
    let slow = load(&portal, &olga, "").await;
    assert_eq!(slow.status(), 200);
    let mut tries = 0;
    let began = Instant::now();
    let quick = loop {
        let quick = load(&portal, &olga, "").await;
        match quick.status().as_u16() {
            503 => tries += 1,
            status => break (status, quick),
        }
        assert!(began.elapsed() < Duration::from_secs(10), "there is no room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(quick.0, 200);
    assert!(tries > 0 && began.elapsed() > Duration::from_millis(500), "it was taken for a while");
    assert!(matches!(parts(quick.1).await.last(), Some(BootstrapPart::End { items: 12, .. })));

    let came = parts(slow).await;
    let [BootstrapPart::Begin { cursor, .. }, items @ .., BootstrapPart::Pause { items: said }] =
        came.as_slice()
    else {
        panic!("{came:?}")
    };
    assert!((1..12).contains(said) && *said == items.len() as u64, "{said} of {}", items.len());
    let Some(BootstrapPart::Item { item: last }) = items.last() else { panic!("{items:?}") };
    let rest = parts(load(&portal, &olga, &format!("?cursor={cursor}&after={}", last.id)).await).await;
    assert!(matches!(rest.last(), Some(BootstrapPart::End { items, .. }) if items + said == 12), "{rest:?}");
    portal.close().await;
}

#[tokio::test]
async fn a_load_without_any_time_brings_a_page_each_time() {
    let portal = TestPortal::start_with_loads_of(2).await;
    let olga = portal.sign_in("olga").await;
    for number in 0..5 {
        submit(&olga, &format!("s{number}"), "acme").await;
    }
    let (mut path, mut came, mut requests) = (paths::BOOTSTRAP.to_owned(), 0, 0);
    loop {
        requests += 1;
        let text = olga.get(&path).send().await.unwrap().text().await.unwrap();
        let read: Vec<BootstrapPart> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let BootstrapPart::Begin { cursor, .. } = &read[0] else { panic!("{text}") };
        let mut items = read.iter().filter_map(|part| match part {
            BootstrapPart::Item { item } => Some(&item.id),
            _ => None,
        });
        came += items.clone().count();
        if matches!(read.last(), Some(BootstrapPart::End { .. })) {
            break;
        }
        path = format!("{}?cursor={cursor}&after={}", paths::BOOTSTRAP, items.next_back().unwrap());
    }
    assert_eq!((came, requests), (5, 4), "two, two, one, and the word that it was all");
}
