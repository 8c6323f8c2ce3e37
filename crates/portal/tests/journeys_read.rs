//! `GET /v1/journeys/{key}/{version}`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem};
use postern_domain::publication::{Cohorts, Lifecycle};
use postern_domain::shipped;
use postern_protocol::{ErrorCode, PublishedJourney};
use postern_test_support::TestPortal;

#[tokio::test]
async fn a_version_is_read_whole_with_its_state() {
    let portal = TestPortal::start().await;
    let invoices = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    let published = portal.publish(&invoices).await;
    let olga = portal.sign_in("olga").await;
    let read: PublishedJourney = ok(olga.get("/v1/journeys/invoice-approval/1")).await;
    assert_eq!(read.journey, published);
    assert_eq!(read.state, Lifecycle::Published { cohorts: Cohorts::All });
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_no_version_is_malformed() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    assert_eq!(problem(olga.get("/v1/journeys/invoice-approval/9")).await, ErrorCode::NotFound);
    assert_eq!(problem(olga.get("/v1/journeys/invoice-approval/last")).await, ErrorCode::Malformed);
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get("/v1/journeys/invoice-approval/1")).await, ErrorCode::Forbidden);
}
