//! The portal's clock where several portals share one data directory: whatever it does is done once.
#![allow(clippy::unwrap_used)]

mod common;

use common::{new_item, ok};
use postern_domain::calendar::Target;
use postern_domain::{Event, HOUR_MS, Item, ItemId, Journey, Rung, RungTime, RungTo};
use postern_portal::{Config, PasswordCost, Portal, QuietPortal};
use postern_portal_store::AuditFilter;
use postern_protocol::{ExportedLine, paths};
use postern_test_support::TestPortal;
use std::collections::BTreeMap;
use std::time::Duration;

const ITEMS: usize = 100;

/// A hundred items under a ladder of three rungs, an hour apart from when each is due.
async fn world() -> TestPortal {
    let mut portal = TestPortal::start_without_chores().await;
    let mut journey = Journey::built_in();
    for stage in &mut journey.stages {
        stage.target = Some(Target::Hours(1));
    }
    let rung = |hours, to| Rung { after: RungTime::Overdue(Target::Hours(hours)), to };
    journey.escalation = vec![rung(1, RungTo::Owner), rung(2, RungTo::Lead), rung(3, RungTo::Lead)];
    portal.publish(&journey).await;
    let carla = portal.sign_in("carla").await;
    for number in 0..ITEMS {
        let new = new_item(&format!("submit-{number}"), "acme", Some("olga"));
        let _: Item = ok(carla.post(paths::ITEMS, &new)).await;
    }
    portal.stop().await;
    portal
}

/// One more portal on the same data, which looks at the clock when it is told to.
async fn another(world: &TestPortal) -> QuietPortal {
    let portal = Portal {
        password_cost: PasswordCost::Trivial,
        ..Portal::new(Config::default(), world.environment.clone())
    };
    portal.open(world.data()).await.unwrap()
}

/// How often each rung of each item was climbed, by the audit trail.
async fn climbed(portal: &QuietPortal) -> BTreeMap<(ItemId, u8), usize> {
    let mut climbed = BTreeMap::new();
    let take = |line| {
        if let ExportedLine::Item(line) = line
            && let Event::Escalated { rung: Some(rung), .. } = line.recorded.event
        {
            *climbed.entry((line.item, rung)).or_default() += 1;
        }
        Ok(())
    };
    portal.store().export_audit(&AuditFilter::default(), take).await.unwrap();
    climbed
}

/// Both look at the clock at the same time, on threads of their own, until nothing is left to do.
async fn both_tick(one: QuietPortal, other: QuietPortal) -> (QuietPortal, QuietPortal) {
    async fn until_done(mut portal: QuietPortal) -> QuietPortal {
        while portal.tick().await.unwrap() > 0 {}
        portal
    }
    let (one, other) = tokio::join!(tokio::spawn(until_done(one)), tokio::spawn(until_done(other)));
    (one.unwrap(), other.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_portals_that_look_at_once_climb_each_rung_of_each_item_once() {
    let world = world().await;
    let (mut one, mut other) = (another(&world).await, another(&world).await);
    world.clock.advance_ms(HOUR_MS + 1);
    for rung in 1..=3 {
        world.clock.advance_ms(HOUR_MS);
        (one, other) = both_tick(one, other).await;
        let climbed = climbed(&one).await;
        assert_eq!(climbed.len(), ITEMS * rung);
        assert!(climbed.values().all(|times| *times == 1), "{climbed:?}");
    }
    one.store().verify_audit(|_| {}).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_dies_while_it_climbs_leaves_the_rest_to_the_other_and_nothing_twice() {
    let world = world().await;
    let mut one = another(&world).await;
    world.clock.advance_ms(HOUR_MS + 1);
    for rung in 1..=3 {
        world.clock.advance_ms(HOUR_MS);
        let mut dying = another(&world).await;
        let climbing = tokio::spawn(async move { dying.tick().await });
        tokio::time::sleep(Duration::from_millis(40)).await;
        // Gone with everything that it had open, in the middle of whatever it was doing.
        climbing.abort();
        let _ = climbing.await;
        let before = climbed(&one).await.len();
        assert!(before < ITEMS * rung, "it died too late to show anything: {before}");
        let successor = another(&world).await;
        (one, _) = both_tick(one, successor).await;
        let climbed = climbed(&one).await;
        assert_eq!(climbed.len(), ITEMS * rung);
        assert!(climbed.values().all(|times| *times == 1), "{climbed:?}");
    }
    one.store().verify_audit(|_| {}).await.unwrap().unwrap();
}
