//! `GET /v1/sync/events`
#![allow(clippy::unwrap_used)]

mod common;

use common::{problem, submit};
use postern_portal_store::PersonChange;
use postern_protocol::{ErrorCode, News, paths};
use postern_test_support::{Session, TestPortal, clerk};
use reqwest::Response;

struct Events {
    reply: Response,
    buffer: String,
}

impl Events {
    async fn follow(session: &Session) -> Self {
        let reply = session.get(paths::EVENTS).send().await.unwrap();
        assert_eq!(reply.headers()["content-type"], "text/event-stream");
        Self { reply, buffer: String::new() }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<News> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let event: String = self.buffer.drain(..end + 2).collect();
                if let Some(data) = event.strip_prefix("event: head\ndata: ") {
                    return Some(serde_json::from_str(data.trim()).unwrap());
                }
                continue;
            }
            let chunk = self.reply.chunk().await.unwrap()?;
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn a_follower_hears_where_the_head_is_and_then_of_every_move() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let mut events = Events::follow(&olga).await;
    let first = events.next().await.unwrap();
    let head = portal.store().head().await.unwrap();
    assert_eq!((first.head.epoch.clone(), first.head.seq), (head.epoch, head.seq));
    submit(&olga, "s1", "acme").await;
    assert_eq!(events.next().await.unwrap().head.seq, first.head.seq + 1);
}

#[tokio::test]
async fn a_stream_ends_when_the_portal_stops() {
    let mut portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let mut events = Events::follow(&olga).await;
    events.next().await.unwrap();
    portal.stop().await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn somebody_who_was_disabled_hears_nothing_more() {
    let portal = TestPortal::start().await;
    let (olga, abel) = (portal.sign_in("olga").await, portal.sign_in("abel").await);
    let mut events = Events::follow(&abel).await;
    events.next().await.unwrap();
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    portal.store().change_person(&"abel".into(), &disable, &clerk(), portal.environment.now()).await.unwrap();
    submit(&olga, "s1", "acme").await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_clients_contact_follows_nothing() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get(paths::EVENTS)).await, ErrorCode::Forbidden);
}
