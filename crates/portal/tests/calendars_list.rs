//! `GET /v1/calendars`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem};
use postern_domain::Actor;
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_protocol::{CalendarLine, ErrorCode, paths};
use postern_test_support::TestPortal;

#[tokio::test]
async fn each_calendar_is_listed_once_in_the_version_that_is_in_force_with_who_keeps_it() {
    let portal = TestPortal::start().await;
    let (store, now) = (portal.store(), portal.environment.now());
    let by = Actor::System("command-line".into());
    let office = Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") };
    store.publish_calendar(&office, &by, now).await.unwrap();
    store.publish_calendar(&office, &by, now).await.unwrap();
    let of = CalendarOf::Group("legal".into());
    store.use_calendar(&CalendarUse { of: of.clone(), calendar: "office".into() }, &by, now).await.unwrap();
    let lines: Vec<CalendarLine> = ok(portal.sign_in("olga").await.get(paths::CALENDARS)).await;
    let office: Vec<_> = lines.iter().filter(|line| line.key.as_str() == "office").collect();
    assert_eq!(office.len(), 1, "{lines:?}");
    assert_eq!((office[0].version, office[0].zone.as_str()), (2, "Europe/Amsterdam"));
    assert_eq!(office[0].kept_by, [of]);
}

#[tokio::test]
async fn calendars_are_for_staff() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get(paths::CALENDARS)).await, ErrorCode::Forbidden);
}
