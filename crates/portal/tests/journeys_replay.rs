//! `POST /v1/journeys/replay`
#![allow(clippy::unwrap_used)]

mod common;

use common::{LETTERS, letters_with_a_lead, ok, only_for_admins, publish_letters, submit_letter};
use postern_protocol::{JourneyDocument, JourneyPublication, JourneyReplay, Written, paths};
use postern_test_support::{Session, TestPortal};

fn document(text: &str) -> JourneyDocument {
    JourneyDocument { document: Written::Toml(text.to_owned()), cases: String::new() }
}

async fn replay(session: &Session, text: &str) -> JourneyReplay {
    ok(session.post(paths::JOURNEY_REPLAY, &document(text))).await
}

#[tokio::test]
async fn what_past_items_would_have_done_otherwise_is_said_item_by_item() {
    let portal = TestPortal::start().await;
    let (lea, carla) = (portal.sign_in("lea").await, portal.sign_in("carla").await);
    let _: JourneyPublication = ok(lea.post(paths::JOURNEYS, &publish_letters(LETTERS))).await;
    for command in ["s1", "s2"] {
        submit_letter(&carla, command).await;
    }
    common::submit(&carla, "s3", "acme").await;
    let found = replay(&lea, &letters_with_a_lead()).await;
    assert_eq!((found.looked_at, found.moved), (2, 2), "items of other journeys are not asked");
    let mut told = found.first;
    told.sort();
    assert_eq!(told, ["ACME-1: also asks lead", "ACME-2: also asks lead"]);
    let same = replay(&lea, LETTERS).await;
    assert_eq!((same.looked_at, same.moved), (2, 0));
}

#[tokio::test]
async fn the_digest_names_the_document_and_the_ways_and_not_how_many_items_go_them() {
    let portal = TestPortal::start().await;
    let (lea, carla) = (portal.sign_in("lea").await, portal.sign_in("carla").await);
    let _: JourneyPublication = ok(lea.post(paths::JOURNEYS, &publish_letters(LETTERS))).await;
    let none = replay(&lea, &letters_with_a_lead()).await;
    submit_letter(&carla, "s1").await;
    let one = replay(&lea, &letters_with_a_lead()).await;
    submit_letter(&carla, "s2").await;
    let two = replay(&lea, &letters_with_a_lead()).await;
    assert_ne!(none.digest, one.digest);
    assert_eq!(one.digest, two.digest);
    assert_ne!(one.digest, replay(&lea, LETTERS).await.digest);
}

#[tokio::test]
async fn past_items_are_replayed_for_admins() {
    let portal = TestPortal::start().await;
    only_for_admins(&portal, paths::JOURNEY_REPLAY, &document(LETTERS)).await;
}
