//! `GET /v1/items/{reference}/next`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, submit};
use postern_domain::explain::{self, Next};
use postern_portal_store::ReadBy;
use postern_test_support::TestPortal;

#[tokio::test]
async fn the_portal_says_what_the_rules_say_of_the_same_item_to_staff_and_to_contacts() {
    let portal = TestPortal::start_without_chores().await;
    let carla = portal.sign_in("carla").await;
    let item = submit(&carla, "s1", "acme").await;
    let item = portal.store().item(&item.id).await.unwrap().unwrap();
    let directory = portal.store().directory().await.unwrap();
    for who in ["olga", "abel", "lea", "carla"] {
        let session = portal.sign_in(who).await;
        let told: Next = ok(session.get("/v1/items/ACME-1/next")).await;
        let reader = ReadBy { directory: &directory, person: Some(session.person()) };
        let said = if who == "carla" {
            explain::next_for_client(&item, &reader)
        } else {
            explain::next(&item, &reader, portal.environment.now())
        };
        assert_eq!(told, said, "{who}");
        assert!(told.sentence.ends_with('.'), "{told:?}");
    }
}
