//! `GET /v1/calendars/{key}`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem};
use postern_domain::Actor;
use postern_domain::calendar::Calendar;
use postern_protocol::ErrorCode;
use postern_test_support::TestPortal;

async fn portal_with_two_versions() -> TestPortal {
    let portal = TestPortal::start().await;
    let (store, now) = (portal.store(), portal.environment.now());
    let by = Actor::System("command-line".into());
    let office = Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") };
    store.publish_calendar(&office, &by, now).await.unwrap();
    store.publish_calendar(&Calendar { name: "Summer".into(), ..office }, &by, now).await.unwrap();
    portal
}

#[tokio::test]
async fn without_a_version_it_is_the_one_in_force_and_with_one_it_is_that() {
    let portal = portal_with_two_versions().await;
    let olga = portal.sign_in("olga").await;
    let newest: Calendar = ok(olga.get("/v1/calendars/office")).await;
    assert_eq!((newest.version, newest.name.as_str()), (2, "Summer"));
    let first: Calendar = ok(olga.get("/v1/calendars/office?version=1")).await;
    assert_eq!((first.version, first.week), (1, newest.week));
}

#[tokio::test]
async fn a_calendar_may_be_called_anything() {
    let portal = TestPortal::start().await;
    let by = Actor::System("command-line".into());
    let olga = portal.sign_in("olga").await;
    for key in ["preview", "uses", "calendars"] {
        let calendar = Calendar { key: key.into(), ..Calendar::standard("UTC") };
        portal.store().publish_calendar(&calendar, &by, portal.environment.now()).await.unwrap();
        let read: Calendar = ok(olga.get(&format!("/v1/calendars/{key}"))).await;
        assert_eq!(read.key.as_str(), key);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_no_version_is_malformed() {
    let portal = portal_with_two_versions().await;
    let olga = portal.sign_in("olga").await;
    assert_eq!(problem(olga.get("/v1/calendars/moon")).await, ErrorCode::NotFound);
    assert_eq!(problem(olga.get("/v1/calendars/office?version=9")).await, ErrorCode::NotFound);
    assert_eq!(problem(olga.get("/v1/calendars/office?version=last")).await, ErrorCode::Malformed);
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get("/v1/calendars/office")).await, ErrorCode::Forbidden);
}
