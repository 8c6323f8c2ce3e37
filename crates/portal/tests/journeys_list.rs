//! `GET /v1/journeys`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem, submit};
use postern_domain::publication::{Cohorts, Lifecycle};
use postern_domain::{Command, Journey, shipped};
use postern_portal_store::Publication;
use postern_protocol::{CommandOutcome, DirectCommand, ErrorCode, JourneyLine, Outcome, paths};
use postern_test_support::{TestPortal, clerk};

async fn publish(portal: &TestPortal, journey: &Journey, cohorts: &Cohorts) {
    let publication = Publication { cohorts, ..Publication::for_all(journey) };
    portal.store().publish_journey(&publication, &clerk(), portal.environment.now()).await.unwrap();
}

#[tokio::test]
async fn every_version_is_listed_with_whether_new_items_start_on_it() {
    let portal = TestPortal::start().await;
    let invoices = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    let pilot = Cohorts::Some(vec!["pilot".into()]);
    for cohorts in [&Cohorts::All, &pilot, &Cohorts::All] {
        publish(&portal, &invoices, cohorts).await;
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
    publish(&portal, &invoices, &Cohorts::All).await;
    publish(&portal, &invoices, &pilot).await;
    let lines: Vec<JourneyLine> = ok(portal.sign_in("olga").await.get(paths::JOURNEYS)).await;
    let states: Vec<_> =
        lines.into_iter().filter(|line| line.key == invoices.key).map(|line| line.state).collect();
    let published = |cohorts| Lifecycle::Published { cohorts };
    assert_eq!(states, [published(Cohorts::All), published(pilot)]);
}

#[tokio::test]
async fn admins_read_how_many_items_are_on_a_version_and_not_finished() {
    let portal = TestPortal::start_without_chores().await;
    let carla = portal.sign_in("carla").await;
    for command in ["s1", "s2", "s3"] {
        submit(&carla, command, "acme").await;
    }
    let withdraw = DirectCommand { id: "w".into(), command: Command::Withdraw { reason: "Twice.".into() } };
    let gone: CommandOutcome = ok(carla.post("/v1/items/ACME-3/commands", &withdraw)).await;
    assert!(matches!(gone.outcome, Outcome::Applied { .. }), "{gone:?}");
    portal.publish(&Journey::built_in()).await;
    for (who, expected) in [("lea", [Some(2), Some(0)]), ("olga", [None, None])] {
        let lines: Vec<JourneyLine> = ok(portal.sign_in(who).await.get(paths::JOURNEYS)).await;
        assert_eq!(lines.iter().map(|line| line.in_flight).collect::<Vec<_>>(), expected, "{who}");
    }
}

#[tokio::test]
async fn journeys_are_for_staff() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get(paths::JOURNEYS)).await, ErrorCode::Forbidden);
}
