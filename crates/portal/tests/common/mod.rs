//! What the tests of the routes share.
#![allow(dead_code)]

use postern_domain::{CommandId, Item, Kind};
use postern_portal_store::{BootstrapStart, BootstrapWish};
use postern_protocol::{Cursor, ErrorCode, NewItem, Problem, paths};
use postern_test_support::{Session, TestPortal};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;

/// The reply, which must be a success.
pub async fn ok<T: DeserializeOwned>(request: RequestBuilder) -> T {
    let reply = request.send().await.unwrap();
    let status = reply.status();
    let text = reply.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The problem's code; the reply must be a problem as RFC 9457 and the protocol have it.
pub async fn problem(request: RequestBuilder) -> ErrorCode {
    of_problem(request.send().await.unwrap()).await.code
}

pub async fn of_problem(reply: Response) -> Problem {
    let status = reply.status().as_u16();
    assert_eq!(reply.headers()["content-type"], "application/problem+json", "{status}");
    let request_id = reply.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Problem = reply.json().await.unwrap();
    assert_eq!((problem.status, problem.code.status()), (status, status));
    assert_eq!(problem.request_id, request_id);
    problem
}

pub fn new_item(command: &str, client: &str, owner: Option<&str>) -> NewItem {
    NewItem {
        command: CommandId::from(command),
        kind: Kind::Request,
        title: format!("Work {command}"),
        description: "All of it.".into(),
        client: client.into(),
        project: None,
        journey: None,
        fields: Default::default(),
        priority: Default::default(),
        owner: owner.map(Into::into),
    }
}

/// Hands over an item for `client`, owned by olga.
pub async fn submit(session: &Session, command: &str, client: &str) -> Item {
    ok(session.post(paths::ITEMS, &new_item(command, client, Some("olga")))).await
}

/// A cursor that stands before everything.
pub async fn start_of_time(portal: &TestPortal, person: &str) -> Cursor {
    let start = portal.store().bootstrap(&person.into(), BootstrapWish::default()).await.unwrap();
    let BootstrapStart::Ready(begin, _) = start else { panic!("{start:?}") };
    Cursor { seq: 0, ..begin.cursor }
}
