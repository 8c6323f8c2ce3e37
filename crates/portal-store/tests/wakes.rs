//! Chores of the portal's clock: none is lost, and none stands before the others.
#![allow(clippy::unwrap_used)]

mod common;

use common::Fixture;
use postern_domain::calendar::Target;
use postern_domain::*;
use postern_portal_store::{Chore, Order, Publication, Source};
use postern_protocol::Outcome;
use postern_test_support::{acme, clerk, submission};

/// The built-in journey with this ladder, as another version.
async fn with_ladder(fixture: &Fixture, target: Option<Target>, ladder: Vec<Rung>) {
    let mut journey = Journey { version: 2, escalation: ladder, ..Journey::built_in() };
    for stage in &mut journey.stages {
        stage.target = target;
    }
    let publication = Publication::for_all(&journey);
    let published = fixture.store.publish_journey(&publication, &clerk(), fixture.now()).await.unwrap();
    assert_eq!(published.version, 2);
}

/// Handed over by the client's own contact, on the version with the ladder.
async fn handed_over(fixture: &Fixture, id: &str) -> Item {
    let journey = JourneyRef { version: 2, ..Journey::built_in().reference() };
    let submission = Submission { journey, ..submission(&acme(), &format!("Title of {id}"), Some("olga")) };
    let outcome = fixture.command("carla", id, Command::Submit(Box::new(submission))).await;
    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
    fixture.item(id).await
}

fn overdue(hours: u32, to: RungTo) -> Rung {
    Rung { after: RungTime::Overdue(Target::Hours(hours)), to }
}

fn order(chore: Chore) -> Order {
    Order {
        id: CommandId(chore.key),
        item: chore.item,
        command: Some(chore.command),
        by: Actor::System("escalation".into()),
        made_at: None,
        source: Source::Direct,
    }
}

#[tokio::test]
async fn a_rung_that_was_refused_in_a_race_is_climbed_when_it_is_reached_again() {
    let fixture = Fixture::new().await;
    with_ladder(&fixture, Some(Target::Hours(1)), vec![overdue(1, RungTo::Lead)]).await;
    let item = handed_over(&fixture, "i1").await;
    let reached = item.due_at.unwrap().plus_ms(HOUR_MS);
    let chore = fixture.store.rungs_reached(reached).await.unwrap().remove(0);
    // Between the look and the climb somebody sets another date.
    let later = Some(reached.plus_ms(HOUR_MS));
    fixture.command("olga", "i1", Command::SetDue { due_at: later }).await;
    let refused = fixture.store.apply_command(&order(chore.clone()), reached).await.unwrap().outcome;
    assert!(matches!(refused, Outcome::Refused { refusal: Refusal::NotDueYet { .. } }), "{refused:?}");
    assert!(fixture.store.rungs_reached(reached).await.unwrap().is_empty());

    let reached = reached.plus_ms(2 * HOUR_MS);
    let again = fixture.store.rungs_reached(reached).await.unwrap().remove(0);
    assert_eq!(again.key, chore.key, "it is the same rung");
    let climbed = fixture.store.apply_command(&order(again.clone()), reached).await.unwrap().outcome;
    assert!(matches!(climbed, Outcome::Applied { .. }), "{climbed:?}");
    // Once it is climbed, whoever comes second gets the first one's outcome.
    assert_eq!(fixture.store.apply_command(&order(again), reached).await.unwrap().outcome, climbed);
    assert_eq!(fixture.item("i1").await.rungs, 1);
}

#[tokio::test]
async fn a_rung_without_a_date_holds_no_other_back() {
    let fixture = Fixture::new().await;
    let opened = Rung { after: RungTime::Opened(Target::Hours(2)), to: RungTo::Lead };
    with_ladder(&fixture, None, vec![overdue(1, RungTo::Owner), opened]).await;
    let item = handed_over(&fixture, "i1").await;
    assert_eq!(item.due_at, None);
    let reached = item.entered_at.plus_ms(3 * HOUR_MS);
    let chore = fixture.store.rungs_reached(reached).await.unwrap().remove(0);
    let climbed = fixture.store.apply_command(&order(chore), reached).await.unwrap().outcome;
    assert!(matches!(climbed, Outcome::Applied { .. }), "{climbed:?}");
    assert!(fixture.store.rungs_reached(reached).await.unwrap().is_empty(), "nothing is left to climb");
}

#[tokio::test]
async fn a_later_rung_that_is_reached_waits_for_the_one_before_it() {
    let fixture = Fixture::new().await;
    let opened = Rung { after: RungTime::Opened(Target::Hours(2)), to: RungTo::Lead };
    with_ladder(&fixture, Some(Target::Hours(9)), vec![overdue(1, RungTo::Owner), opened]).await;
    let item = handed_over(&fixture, "i1").await;
    let reached = item.entered_at.plus_ms(3 * HOUR_MS);
    assert!(fixture.store.rungs_reached(reached).await.unwrap().is_empty());
}

#[tokio::test]
async fn chores_that_are_refused_do_not_stand_before_others() {
    let fixture = Fixture::new().await;
    with_ladder(&fixture, Some(Target::Hours(1)), vec![overdue(1, RungTo::Lead)]).await;
    let mut last = START;
    for number in 0..201 {
        last = handed_over(&fixture, &format!("i{number}")).await.due_at.unwrap();
    }
    let reached = last.plus_ms(HOUR_MS);
    let first = fixture.store.rungs_reached(reached).await.unwrap();
    assert_eq!(first.len(), 200);
    for chore in &first {
        fixture.store.put_off(chore, reached).await.unwrap();
    }
    let then = fixture.store.rungs_reached(reached).await.unwrap();
    let items: Vec<&str> = then.iter().map(|chore| chore.item.as_str()).collect();
    assert_eq!(items, ["i200"]);
    let all = fixture.store.rungs_reached(reached.plus_ms(HOUR_MS)).await.unwrap();
    assert_eq!(all.len(), 200, "what was put off is looked at again");
}

const START: Timestamp = Timestamp(common::START);
