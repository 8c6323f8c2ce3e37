//! `POST /v1/calendars`
#![allow(clippy::unwrap_used)]

mod common;

use common::{last_arranged, of_problem, ok, only_for_admins};
use postern_domain::calendar::Calendar;
use postern_domain::{Actor, Arrangement};
use postern_protocol::{ErrorCode, paths};
use postern_test_support::TestPortal;

fn office() -> Calendar {
    Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") }
}

#[tokio::test]
async fn an_admin_publishes_version_after_version_and_the_trail_says_who() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    for version in 1..=2 {
        let reply = lea.post(paths::CALENDARS, &office()).send().await.unwrap();
        assert_eq!(reply.status(), 201);
        let published: Calendar = reply.json().await.unwrap();
        assert_eq!(published, Calendar { version, ..office() });
        let arranged = last_arranged(&portal).await;
        assert_eq!(arranged.by, Actor::Person("lea".into()));
        assert_eq!(arranged.change, Arrangement::CalendarPublished { calendar: published });
    }
    let in_force: Calendar = ok(lea.get("/v1/calendars/office")).await;
    assert_eq!(in_force.version, 2);
}

#[tokio::test]
async fn what_is_no_calendar_is_refused_in_words() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let nowhere = Calendar { zone: "Europe/Atlantis".into(), ..office() };
    let refused = of_problem(lea.post(paths::CALENDARS, &nowhere).send().await.unwrap()).await;
    assert_eq!(refused.code, ErrorCode::Refused);
    assert!(refused.detail.contains("Europe/Atlantis"), "{}", refused.detail);
    assert!(portal.store().directory().await.unwrap().calendars.is_empty());
}

#[tokio::test]
async fn calendars_are_published_by_admins() {
    let portal = TestPortal::start().await;
    only_for_admins(&portal, paths::CALENDARS, &office()).await;
}
