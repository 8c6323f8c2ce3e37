//! `GET /v1/journeys`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem};
use postern_domain::publication::{Cohorts, Lifecycle};
use postern_domain::shipped;
use postern_protocol::{ErrorCode, JourneyLine, paths};
use postern_test_support::TestPortal;

#[tokio::test]
async fn every_version_is_listed_with_whether_new_items_start_on_it() {
    let portal = TestPortal::start().await;
    let invoices = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    let pilot = Cohorts::Some(vec!["pilot".into()]);
    for cohorts in [&Cohorts::All, &pilot, &Cohorts::All] {
        portal.store().publish_journey(&invoices, cohorts, "").await.unwrap();
    }
    let lines: Vec<JourneyLine> = ok(portal.sign_in("olga").await.get(paths::JOURNEYS)).await;
    let states: Vec<_> = lines
        .into_iter()
        .filter(|line| line.key == invoices.key)
        .map(|line| (line.version, line.state))
        .collect();
    let all = Lifecycle::Published { cohorts: Cohorts::All };
    assert_eq!(states, [(1, Lifecycle::Superseded), (2, Lifecycle::Superseded), (3, all)]);
}

#[tokio::test]
async fn a_version_for_some_cohorts_leaves_the_one_before_in_force_for_the_others() {
    let portal = TestPortal::start().await;
    let invoices = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    let pilot = Cohorts::Some(vec!["pilot".into()]);
    portal.store().publish_journey(&invoices, &Cohorts::All, "").await.unwrap();
    portal.store().publish_journey(&invoices, &pilot, "").await.unwrap();
    let lines: Vec<JourneyLine> = ok(portal.sign_in("olga").await.get(paths::JOURNEYS)).await;
    let states: Vec<_> =
        lines.into_iter().filter(|line| line.key == invoices.key).map(|line| line.state).collect();
    let published = |cohorts| Lifecycle::Published { cohorts };
    assert_eq!(states, [published(Cohorts::All), published(pilot)]);
}

#[tokio::test]
async fn journeys_are_for_staff() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get(paths::JOURNEYS)).await, ErrorCode::Forbidden);
}
