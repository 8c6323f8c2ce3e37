//! `POST /v1/calendar-uses`
#![allow(clippy::unwrap_used)]

mod common;

use common::{last_arranged, of_problem, ok, only_for_admins};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_domain::{Actor, Arrangement};
use postern_protocol::{ErrorCode, paths};
use postern_test_support::{Session, TestPortal};

fn keeps(of: CalendarOf, calendar: &str) -> CalendarUse {
    CalendarUse { of, calendar: calendar.into() }
}

async fn publish_office(lea: &Session) {
    let office = Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") };
    let _: Calendar = ok(lea.post(paths::CALENDARS, &office)).await;
}

#[tokio::test]
async fn an_admin_says_who_keeps_a_calendar_and_the_trail_says_who_said_it() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    publish_office(&lea).await;
    let of = [CalendarOf::Everybody, CalendarOf::Group("legal".into()), CalendarOf::Person("abel".into())];
    for of in of {
        let request = keeps(of, "office");
        let kept: CalendarUse = ok(lea.post(paths::CALENDAR_USES, &request)).await;
        assert_eq!(kept, request);
        let arranged = last_arranged(&portal).await;
        assert_eq!(arranged.by, Actor::Person("lea".into()));
        assert_eq!(arranged.change, Arrangement::CalendarKept { keeps: request });
    }
    let organisation = &portal.store().directory().await.unwrap().organisation;
    assert_eq!(organisation.calendars.default_calendar().key().as_str(), "office");
}

#[tokio::test]
async fn a_calendar_or_a_person_that_is_not_there_is_not_found() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    publish_office(&lea).await;
    for request in
        [keeps(CalendarOf::Everybody, "nowhere"), keeps(CalendarOf::Person("nobody".into()), "office")]
    {
        let refused = of_problem(lea.post(paths::CALENDAR_USES, &request).send().await.unwrap()).await;
        assert_eq!(refused.code, ErrorCode::NotFound);
        assert!(refused.detail.contains("nowhere") || refused.detail.contains("nobody"), "{refused:?}");
    }
}

#[tokio::test]
async fn who_keeps_what_is_said_by_admins() {
    let portal = TestPortal::start().await;
    only_for_admins(&portal, paths::CALENDAR_USES, &keeps(CalendarOf::Everybody, "office")).await;
}
