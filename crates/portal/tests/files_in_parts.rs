//! `HEAD` and `PATCH /v1/files/{sha256}`: content that comes in parts.
#![allow(clippy::unwrap_used)]

mod common;

use common::{attach, name, of_problem, problem, submit};
use postern_domain::DAY_MS;
use postern_portal::{Clock as _, Config};
use postern_portal_store::Rules;
use postern_protocol::{
    ErrorCode, Outcome, UPLOAD_COMPLETE, UPLOAD_LENGTH, UPLOAD_OFFSET, UploadState, file_path,
};
use postern_test_support::{Fault, FaultyTransport, Session, TestPortal};
use reqwest::{Method, RequestBuilder};
use std::time::{Duration, UNIX_EPOCH};
use tokio::io::AsyncWriteExt as _;

/// Bytes that differ everywhere.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 7 + at / 251) % 251).unwrap()).collect()
}

async fn state(session: &Session, content: &[u8]) -> UploadState {
    let reply = session.request(Method::HEAD, &file_path(&name(content))).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    let text = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
    UploadState::read(&text(UPLOAD_OFFSET), &text(UPLOAD_COMPLETE)).unwrap()
}

fn part(session: &Session, sha256: &str, offset: usize, of: usize, body: &[u8]) -> RequestBuilder {
    session
        .request(Method::PATCH, &file_path(sha256))
        .header(UPLOAD_OFFSET, offset)
        .header(UPLOAD_LENGTH, of)
        .header("content-type", "text/plain")
        .body(body.to_vec())
}

/// Sends one part of `content` and returns where the portal stands then.
async fn send(session: &Session, content: &[u8], from: usize, to: usize) -> UploadState {
    let request = part(session, &name(content), from, content.len(), &content[from..to]);
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status(), 204, "{:?}", reply.text().await);
    let text = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
    UploadState::read(&text(UPLOAD_OFFSET), &text(UPLOAD_COMPLETE)).unwrap()
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart_of_the_portal_and_is_content_when_it_is_whole() {
    let mut portal = TestPortal::start().await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let carla = portal.sign_in("carla").await;
    let content = content(1000);
    assert_eq!(state(&carla, &content).await, UploadState { offset: 0, complete: false });
    assert_eq!(send(&carla, &content, 0, 300).await, UploadState { offset: 300, complete: false });
    portal.restart().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(state(&carla, &content).await, UploadState { offset: 300, complete: false });
    assert!(matches!(attach(&carla, "ACME-1", &content).await, Outcome::Refused { .. }));
    assert_eq!(send(&carla, &content, 300, 1000).await, UploadState { offset: 1000, complete: true });
    assert_eq!(state(&carla, &content).await, UploadState { offset: 1000, complete: true });
    assert!(portal.store().check().await.unwrap().is_empty());
    assert_eq!(partials(&portal), 0);
}

#[tokio::test]
async fn after_a_cut_at_any_byte_the_upload_goes_on_where_the_portal_is() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    for cut in [0, 1, 63, 64, 199] {
        let content = [content(200), vec![u8::try_from(cut).unwrap()]].concat();
        cut_upload(&portal, &carla, &content, cut).await;
        assert_eq!(state(&carla, &content).await, UploadState { offset: cut as u64, complete: false });
        let done = send(&carla, &content, cut, content.len()).await;
        assert_eq!(done, UploadState { offset: 201, complete: true }, "cut at {cut}");
    }
}

/// Announces all of `content`, sends `cut` bytes of it, and breaks the connection once the portal has them.
async fn cut_upload(portal: &TestPortal, session: &Session, content: &[u8], cut: usize) {
    let mut stream = tokio::net::TcpStream::connect(portal.address()).await.unwrap();
    let length = content.len();
    let head = format!(
        "PATCH {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{UPLOAD_OFFSET}: 0\r\n{UPLOAD_LENGTH}: \
         {length}\r\ncontent-length: {length}\r\n\r\n",
        file_path(&name(content)),
        session.token()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&content[..cut]).await.unwrap();
    stream.flush().await.unwrap();
    let there =
        || partial_of(portal, content).is_some_and(|file| file.metadata().unwrap().len() == cut as u64);
    for _ in 0..1000 {
        if there() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{cut} bytes did not arrive within ten seconds");
}

/// The file of an upload of `content` that is not whole yet.
fn partial_of(portal: &TestPortal, content: &[u8]) -> Option<std::fs::DirEntry> {
    let entries = std::fs::read_dir(portal.data().join("files/partial")).ok()?;
    entries.flatten().find(|entry| entry.file_name().to_string_lossy().ends_with(&name(content)))
}

#[tokio::test]
async fn a_part_whose_reply_was_lost_or_that_came_twice_is_there_once() {
    let portal = TestPortal::start().await;
    let network = FaultyTransport::start(portal.address()).await.unwrap();
    let carla = portal.sign_in_at(&network.url(), "carla").await;
    let content = content(100);
    network.once("/v1/files", Fault::DropReply);
    assert!(part(&carla, &name(&content), 0, 100, &content[..40]).send().await.is_err());
    let reply = part(&carla, &name(&content), 0, 100, &content[..40]).send().await.unwrap();
    assert_eq!(reply.headers()[UPLOAD_OFFSET], "40");
    assert_eq!(of_problem(reply).await.code, ErrorCode::WrongOffset);
    network.once("/v1/files", Fault::Duplicate);
    let twice = part(&carla, &name(&content), 40, 100, &content[40..70]).send().await.unwrap();
    assert_eq!(of_problem(twice).await.code, ErrorCode::WrongOffset);
    assert!(send(&carla, &content, 70, 100).await.complete);
}

#[tokio::test]
async fn content_that_is_not_what_its_name_says_is_thrown_away_when_it_is_whole() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    let content = content(100);
    let wrong = part(&carla, &name(&content), 0, 100, &[0; 100]);
    assert_eq!(problem(wrong).await, ErrorCode::Malformed);
    assert_eq!(state(&carla, &content).await, UploadState { offset: 0, complete: false });
    assert!(send(&carla, &content, 0, 100).await.complete);
}

#[tokio::test]
async fn two_uploads_of_the_same_content_are_each_persons_own_and_end_as_one_file() {
    let portal = TestPortal::start().await;
    let (carla, olga) = (portal.sign_in("carla").await, portal.sign_in("olga").await);
    // More than once: which of the two is first at the end is a race.
    for size in 100..120 {
        let content = content(size);
        send(&carla, &content, 0, 60).await;
        assert_eq!(state(&olga, &content).await.offset, 0);
        let (mine, theirs) = tokio::join!(send(&carla, &content, 60, size), send(&olga, &content, 0, size));
        assert!(mine.complete && theirs.complete);
    }
    assert!(portal.store().check().await.unwrap().is_empty());
    assert_eq!(partials(&portal), 0);
}

#[tokio::test]
async fn naming_a_hash_says_nothing_about_what_the_portal_has() {
    let portal = TestPortal::start().await;
    let (olga, gina) = (portal.sign_in("olga").await, portal.sign_in("gina").await);
    submit(&olga, "s1", "acme").await;
    submit(&olga, "s2", "globex").await;
    let content = content(100);
    send(&olga, &content, 0, 100).await;
    attach(&olga, "ACME-1", &content).await;
    assert_eq!(state(&portal.sign_in("carla").await, &content).await.offset, 100, "she sees the item");
    assert_eq!(state(&gina, &content).await, UploadState { offset: 0, complete: false });
    let all_but_one = send(&gina, &content, 0, 99).await;
    assert_eq!(all_but_one, UploadState { offset: 99, complete: false });
    assert!(matches!(attach(&gina, "GLOBEX-1", &content).await, Outcome::Refused { .. }));
    assert_eq!(problem(gina.get(&file_path(&name(&content)))).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_too_large_or_makes_no_sense_is_refused_and_leaves_nothing() {
    let config = Config { max_upload_bytes: 100, ..Config::default() };
    let portal = TestPortal::start_with(config, Rules::default()).await;
    let carla = portal.sign_in("carla").await;
    let (sha256, bytes) = (name(&content(100)), content(101));
    assert_eq!(problem(part(&carla, &sha256, 0, 101, &bytes)).await, ErrorCode::TooLarge);
    assert_eq!(problem(part(&carla, &sha256, 0, 50, &bytes[..51])).await, ErrorCode::TooLarge);
    assert_eq!(problem(part(&carla, "../../portal.db", 0, 50, &bytes[..50])).await, ErrorCode::NotFound);
    assert_eq!(problem(part(&carla, "abc", 0, 50, &bytes[..50])).await, ErrorCode::Malformed);
    let bare = carla.request(Method::PATCH, &file_path(&sha256)).body("x");
    assert_eq!(problem(bare).await, ErrorCode::Malformed);
    assert_eq!(
        std::fs::read_dir(portal.data().join("files/partial")).map_or(0, |all| {
            all.filter(|file| file.as_ref().unwrap().metadata().unwrap().len() > 0).count()
        }),
        0
    );
}

#[tokio::test]
async fn what_nobody_continues_for_a_week_is_removed() {
    let mut portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    let (old, new) = (content(100), content(90));
    send(&carla, &old, 0, 60).await;
    send(&carla, &new, 0, 60).await;
    for file in std::fs::read_dir(portal.data().join("files/partial")).unwrap() {
        let path = file.unwrap().path();
        let is_old = path.to_string_lossy().ends_with(&name(&old));
        let age = if is_old { 7 * DAY_MS + 1 } else { 6 * DAY_MS };
        let at = portal.clock.now().plus_ms(-age).ms().cast_unsigned();
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_millis(at)).unwrap();
    }
    portal.restart().await;
    let carla = portal.sign_in("carla").await;
    for _ in 0..100 {
        if partials(&portal) < 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(state(&carla, &old).await.offset, 0);
    assert_eq!(state(&carla, &new).await.offset, 60);
}

fn partials(portal: &TestPortal) -> usize {
    std::fs::read_dir(portal.data().join("files/partial")).map_or(0, Iterator::count)
}
