//! `GET /v1/items/{reference}/audit`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, submit};
use postern_domain::Event;
use postern_protocol::{AuditLine, ErrorCode};
use postern_test_support::TestPortal;

#[tokio::test]
async fn the_trail_of_an_item_is_complete_and_in_order() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    submit(&olga, "s2", "acme").await;
    let lines: Vec<AuditLine> = ok(olga.get("/v1/items/ACME-1/audit")).await;
    assert!(matches!(lines[0].recorded.event, Event::Submitted { .. }));
    assert_eq!(lines.len() as u64, item.version);
    assert!(lines.iter().all(|line| line.item == item.id));
    assert_eq!(postern_domain::replay(&item.id, lines.iter().map(|line| &line.recorded)), Ok(item));
}

#[tokio::test]
async fn only_staff_who_may_see_the_item_read_its_trail() {
    let portal = TestPortal::start().await;
    submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let path = "/v1/items/ACME-1/audit";
    assert_eq!(problem(portal.sign_in("gus").await.get(path)).await, ErrorCode::NotFound);
    assert_eq!(problem(portal.sign_in("carla").await.get(path)).await, ErrorCode::Forbidden);
    assert_eq!(problem(portal.sign_in("gina").await.get(path)).await, ErrorCode::Forbidden);
}
