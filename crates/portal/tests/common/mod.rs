//! What the tests of the routes share.
#![allow(dead_code)]

use postern_domain::{AttachmentId, Command, CommandId, Item, Kind};
use postern_portal_store::{BootstrapStart, BootstrapWish};
use postern_protocol::{CommandOutcome, Cursor, DirectCommand, ErrorCode, NewItem, Outcome, Problem, paths};
use postern_test_support::{Session, TestPortal};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

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

/// An event log in which so many declarations were handed over.
pub fn log_of(cases: usize) -> String {
    let mut text = "<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n".to_owned();
    for case in 0..cases {
        text += &format!(
            "<trace>\n<string key=\"concept:name\" value=\"case {case}\"/>\n\
             <event><string key=\"concept:name\" value=\"Declaration SUBMITTED by EMPLOYEE\"/>\
             <date key=\"time:timestamp\" value=\"2018-01-01T09:00:00Z\"/>\
             <string key=\"org:resource\" value=\"STAFF MEMBER\"/>\
             <string key=\"org:role\" value=\"EMPLOYEE\"/></event>\n</trace>\n"
        );
    }
    text + "</log>\n"
}

/// What content is called.
pub fn name(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// Attaches content, as `plan.txt`.
pub async fn attach(session: &Session, reference: &str, content: &[u8]) -> Outcome {
    let command = Command::AttachVersion {
        attachment: AttachmentId::from("a1"),
        name: "plan.txt".into(),
        sha256: name(content),
        size: content.len() as u64,
        media_type: "text/plain".into(),
    };
    let command = DirectCommand { id: format!("attach-{reference}").as_str().into(), command };
    let reply: CommandOutcome = ok(session.post(&format!("/v1/items/{reference}/commands"), &command)).await;
    reply.outcome
}
