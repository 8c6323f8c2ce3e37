//! On which version of a journey a new item starts, whichever way it is handed over.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, START};
use postern_domain::publication::Cohorts;
use postern_domain::{Actor, Command, Denial, Event, Journey, JourneyRef, Recorded, Refusal, Submission};
use postern_portal_store::Publication;
use postern_protocol::Outcome;
use postern_test_support::{acme, clerk, submission};

async fn publish(fixture: &Fixture, cohorts: &Cohorts) -> u32 {
    let journey = Journey::built_in();
    let publication = Publication { cohorts, ..Publication::for_all(&journey) };
    fixture.store.publish_journey(&publication, &clerk(), fixture.now()).await.unwrap().version
}

/// What comes of a hand-over on that version of the built-in journey.
async fn started_on(fixture: &Fixture, who: &str, item: &str, version: u32) -> Outcome {
    let journey = JourneyRef { version, ..Journey::built_in().reference() };
    let submission = Submission { journey, ..submission(&acme(), "Work", Some("olga")) };
    fixture.command(who, item, Command::Submit(Box::new(submission))).await
}

fn superseded(version: u32, current: Option<u32>) -> Outcome {
    Outcome::Refused { refusal: Refusal::JourneySuperseded { version, current } }
}

#[tokio::test]
async fn nothing_starts_on_a_version_that_was_superseded_since_the_console_learnt_of_it() {
    let fixture = Fixture::new().await;
    assert!(matches!(started_on(&fixture, "olga", "i1", 1).await, Outcome::Applied { .. }));
    assert_eq!(publish(&fixture, &Cohorts::All).await, 2);
    assert_eq!(started_on(&fixture, "olga", "i2", 1).await, superseded(1, Some(2)));
    assert!(matches!(started_on(&fixture, "olga", "i3", 2).await, Outcome::Applied { .. }));
    // What started before goes on where it is.
    assert_eq!(fixture.item("i1").await.journey.version, 1);
}

#[tokio::test]
async fn nothing_starts_on_a_version_that_is_for_other_clients() {
    let fixture = Fixture::new().await;
    publish(&fixture, &Cohorts::Some(vec!["pilot".into()])).await;
    assert_eq!(started_on(&fixture, "olga", "i1", 2).await, superseded(2, Some(1)));
    assert!(matches!(started_on(&fixture, "olga", "i2", 1).await, Outcome::Applied { .. }));
    publish(&fixture, &Cohorts::Some(vec![acme().cohort])).await;
    assert_eq!(started_on(&fixture, "olga", "i3", 1).await, superseded(1, Some(3)));
    assert!(matches!(started_on(&fixture, "olga", "i4", 3).await, Outcome::Applied { .. }));
}

#[tokio::test]
async fn who_may_hand_nothing_over_there_is_told_that_and_nothing_of_versions() {
    let fixture = Fixture::new().await;
    publish(&fixture, &Cohorts::All).await;
    let refused = started_on(&fixture, "gus", "i1", 1).await;
    let Outcome::Refused { refusal: Refusal::Denied { why, .. } } = refused else { panic!("{refused:?}") };
    assert_eq!(why, Denial::OutOfScope);
}

#[tokio::test]
async fn a_draft_stays_on_the_version_that_it_was_written_on() {
    let fixture = Fixture::new().await;
    let written = Submission { reference: "ACME-1".into(), ..submission(&acme(), "A draft", None) };
    let drafted = Recorded {
        event: Event::drafted(written.clone(), &Journey::built_in()),
        by: Actor::Person("carla".into()),
        on_behalf_of: None,
        at: postern_domain::Timestamp(START),
        device_at: None,
        command: None,
    };
    let item = postern_domain::replay(&"i1".into(), [&drafted]).unwrap();
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    bulk.add_item(&item, &[drafted]).await.unwrap();
    bulk.commit().await.unwrap();
    publish(&fixture, &Cohorts::All).await;
    let handed_over = fixture.command("carla", "i1", Command::Submit(Box::new(written))).await;
    assert!(matches!(handed_over, Outcome::Applied { .. }), "{handed_over:?}");
}
