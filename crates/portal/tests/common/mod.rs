//! What the tests of the routes share.
#![allow(dead_code)]

use postern_domain::{Arranged, AttachmentId, ClientId, Command, CommandId, Grant, Item, Kind, Role, Scope};
use postern_portal_store::{AuditFilter, BootstrapStart, BootstrapWish};
use postern_protocol::{
    CommandOutcome, Cursor, DirectCommand, ErrorCode, ExportedLine, NewItem, Outcome, Problem,
    PublishJourney, Written, paths,
};
use postern_test_support::{Session, TestPortal, person};
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

/// A journey of one look, as an admin writes it.
pub const LETTERS: &str = r#"
key = "letters"
name = "Outgoing letters"

[[stages]]
key = "second_look"
name = "Second look"
target = { hours = 8 }

[[stages.steps]]
key = "second_look"
name = "Somebody else has read it"
deciders = [{ role = "internal_approver" }]
"#;

/// Its golden cases.
pub const LETTERS_CASES: &str = r#"
journey = "letters"
people = [{ id = "carla", roles = ["client"] }, { id = "anna", roles = ["internal_approver"] }]

[[cases]]
name = "Somebody else looks at a letter"
kind = "request"
submitter = "carla"
acts = [{ does = "approve" }]
expect = { phase = "approved", opened = ["second_look"] }
"#;

/// The letters with a team lead's look after the first one.
pub fn letters_with_a_lead() -> String {
    format!(
        "{LETTERS}\n[[stages]]\nkey = \"lead\"\nname = \"Lead\"\ntarget = {{ hours = 8 }}\n\n[[stages.steps]]\n\
         key = \"lead\"\nname = \"A lead has read it\"\ndeciders = [{{ role = \"team_lead\" }}]\n"
    )
}

/// What it takes to publish a document of the letters; the case holds for every version of it.
pub fn publish_letters(document: &str) -> PublishJourney {
    let expect = LETTERS_CASES.find("acts").unwrap();
    PublishJourney {
        document: Written::Toml(document.to_owned()),
        cases: format!("{}acts = []\nexpect = {{ phase = \"in_review\" }}\n", &LETTERS_CASES[..expect]),
        cohorts: None,
        replayed: None,
    }
}

/// Hands over a letter of ACME.
pub async fn submit_letter(session: &Session, command: &str) -> Item {
    let new = NewItem { journey: Some("letters".into()), ..new_item(command, "acme", Some("olga")) };
    ok(session.post(paths::ITEMS, &new)).await
}

/// What the audit trail says last of how the organisation is arranged.
pub async fn last_arranged(portal: &TestPortal) -> Arranged {
    let mut last = None;
    let take = |line| {
        if let ExportedLine::Organisation(line) = line {
            last = Some(line.arranged);
        }
        Ok(())
    };
    portal.store().export_audit(&AuditFilter::default(), take).await.unwrap();
    last.unwrap()
}

/// The request of everybody who is no admin of the whole organisation must be turned away.
pub async fn only_for_admins<T: serde::Serialize>(portal: &TestPortal, path: &str, body: &T) {
    let acme = ClientId::from("acme");
    let scoped = Grant { role: Role::PortalAdmin, scope: Scope { client: Some(acme), ..Scope::EVERYTHING } };
    let mut ada = person("ada").everywhere(Role::TeamLead).build();
    ada.grants.push(scoped);
    portal.add_person(&ada).await;
    for who in ["olga", "abel", "carla", "ada"] {
        let session = portal.sign_in(who).await;
        assert_eq!(problem(session.post(path, body)).await, ErrorCode::Forbidden, "{who}");
    }
    let stranger = portal.http.post(format!("{}{path}", portal.url())).json(body);
    assert_eq!(problem(stranger).await, ErrorCode::TokenExpired);
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
