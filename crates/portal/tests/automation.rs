//! What the portal does by the clock.
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, submit};
use postern_domain::absence::{Absence, Delegation, DelegationScope, LocalDateTime};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse, Holiday, Target};
use postern_domain::*;
use postern_protocol::{CommandOutcome, DirectCommand, Outcome};
use postern_test_support::TestPortal;
use std::time::Duration;

/// The item once it is as it should be; the clock of a test portal looks twenty times a second.
async fn once(portal: &TestPortal, id: &ItemId, is: impl Fn(&Item) -> bool) -> Item {
    for _ in 0..200 {
        let item = portal.store().item(id).await.unwrap().unwrap();
        if is(&item) {
            return item;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not within five seconds: {:?}", portal.store().item(id).await.unwrap());
}

fn turns(item: &Item) -> Vec<&str> {
    item.waiting_on().map(PersonId::as_str).collect()
}

fn clerk() -> Actor {
    Actor::System("command-line".to_owned())
}

/// A local instant in UTC, some hours from the portal's now.
fn in_hours(portal: &TestPortal, hours: i64) -> LocalDateTime {
    let at = portal.environment.now().plus_ms(hours * HOUR_MS);
    LocalDateTime::shown_at(at, chrono_tz::UTC).unwrap()
}

fn away(portal: &TestPortal, who: &str, from: i64, until: i64, to: &str) -> Absence {
    Absence {
        id: AbsenceId(format!("{who}-{from}")),
        person: who.into(),
        from: in_hours(portal, from),
        until: in_hours(portal, until),
        zone: "UTC".into(),
        delegations: vec![Delegation { to: to.into(), scope: DelegationScope::EVERYTHING }],
        note: String::new(),
        version: 0,
        cancelled: false,
    }
}

#[tokio::test]
async fn a_turn_moves_to_the_deputy_and_comes_back() {
    let portal = TestPortal::start().await;
    let item = submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let first = turns(&item).first().map(|id| (*id).to_owned()).unwrap();
    let deputy = if first == "lea" { "abel" } else { "lea" };
    portal
        .store()
        .save_absence(&away(&portal, &first, 1, 3, deputy), &clerk(), portal.environment.now())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(turns(&portal.store().item(&item.id).await.unwrap().unwrap()), [first.as_str()]);

    portal.clock.advance_ms(HOUR_MS + 60_000);
    let covered = once(&portal, &item.id, |item| turns(item) != [first.as_str()]).await;
    let said = covered.history.last().unwrap();
    assert_eq!(said.by, Actor::System("clock".into()));
    assert!(matches!(said.what, Happening::CoverChanged { .. }));

    portal.clock.advance_ms(2 * HOUR_MS);
    once(&portal, &item.id, |item| turns(item) == [first.as_str()]).await;
}

#[tokio::test]
async fn an_absence_changed_by_two_is_saved_once() {
    let portal = TestPortal::start().await;
    let absence = away(&portal, "abel", 1, 3, "lea");
    let saved = portal.store().save_absence(&absence, &clerk(), portal.environment.now()).await.unwrap();
    let postern_portal_store::Saved::Saved(first) = saved else { panic!("{saved:?}") };
    assert_eq!(first.version, 1);
    let again = portal.store().save_absence(&absence, &clerk(), portal.environment.now()).await.unwrap();
    assert_eq!(again, postern_portal_store::Saved::Changed(first));
}

/// The built-in journey with a ladder and business time, as another version.
async fn with_ladder(portal: &TestPortal) {
    let mut journey = Journey { version: 2, ..Journey::built_in() };
    for stage in &mut journey.stages {
        stage.target = Some(Target::BusinessMinutes(60));
    }
    let rung = |hours, to| Rung { after: RungTime::Overdue(Target::Hours(hours)), to };
    journey.escalation = vec![rung(1, RungTo::Owner), rung(5, RungTo::Lead)];
    portal.publish(&journey).await;
}

#[tokio::test]
async fn each_rung_is_climbed_once_also_after_a_restart() {
    let mut portal = TestPortal::start().await;
    with_ladder(&portal).await;
    let item = submit(&portal.sign_in("olga").await, "s1", "acme").await;
    assert_eq!(item.journey.version, 2);
    let due = item.due_at.unwrap();
    portal.clock.advance_ms(due.since(portal.environment.now()) + HOUR_MS + 1);
    let climbed = once(&portal, &item.id, |item| item.rungs == 1).await;
    let escalation = climbed.escalation.unwrap();
    assert_eq!((escalation.level, escalation.by), (1, Actor::System("escalation".into())));
    portal.restart().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(portal.store().item(&item.id).await.unwrap().unwrap().rungs, 1);

    portal.clock.advance_ms(4 * HOUR_MS);
    let climbed = once(&portal, &item.id, |item| item.rungs == 2).await;
    let levels = climbed.history.iter().filter(|entry| matches!(entry.what, Happening::Escalated { .. }));
    assert_eq!(levels.count(), 2);
}

#[tokio::test]
async fn a_published_holiday_moves_what_is_due() {
    let portal = TestPortal::start().await;
    with_ladder(&portal).await;
    let mut office = Calendar::always("UTC");
    office.key = "office".into();
    portal.store().publish_calendar(&office, &clerk(), portal.environment.now()).await.unwrap();
    let everybody = CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() };
    portal.store().use_calendar(&everybody, &clerk(), portal.environment.now()).await.unwrap();
    let item = submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let due = item.due_at.unwrap();
    assert_eq!(due, item.submitted_at.unwrap().plus_ms(HOUR_MS));
    let today = chrono::DateTime::from_timestamp_millis(due.ms()).unwrap().date_naive();
    let tomorrow = today.succ_opt().unwrap();
    for date in [today, tomorrow] {
        office.holidays.push(Holiday { date, name: "Founders' day".into() });
    }
    portal.store().publish_calendar(&office, &clerk(), portal.environment.now()).await.unwrap();
    let moved = once(&portal, &item.id, |item| item.due_at != Some(due)).await;
    assert!(moved.due_at.unwrap() >= due.plus_ms(20 * HOUR_MS), "{:?}", moved.due_at);
    assert_eq!(moved.reviews[0].clock.as_ref().unwrap().calendar_version, 2);
}

#[tokio::test]
async fn what_only_the_clock_does_is_refused_to_people() {
    let portal = TestPortal::start().await;
    let item = submit(&portal.sign_in("olga").await, "s1", "acme").await;
    let lea = portal.sign_in("lea").await;
    let climb = Command::Climb { stage: item.stage().unwrap().clone(), round: 1, rung: 1 };
    for (id, command) in [("c1", climb), ("c2", Command::Refresh {})] {
        let path = format!("/v1/items/{}/commands", item.reference);
        let sent = DirectCommand { id: id.into(), command };
        let outcome = ok::<CommandOutcome>(lea.post(&path, &sent)).await.outcome;
        let denied =
            |refusal: &Refusal| matches!(refusal, Refusal::Denied { why: Denial::AutomationOnly, .. });
        assert!(matches!(&outcome, Outcome::Refused { refusal } if denied(refusal)), "{outcome:?}");
    }
}
