//! Who has it: one seat of several handed on, and escalation to a lead by name.

use crate::harness::*;
use postern_console_core::{Request, Settlement};
use postern_domain::*;
use postern_test_support::{TestPortal, person};

/// A world whose deliverables need two of three approvers, everybody of them asked.
async fn world_of_two() -> World {
    let portal = TestPortal::start().await;
    for name in ["ben", "cem", "dan"] {
        portal.add_person(&person(name).everywhere(Role::InternalApprover).build()).await;
    }
    portal.add_person(&person("lou").everywhere(Role::TeamLead).build()).await;
    let mut stage = Stage::of_one("review", "Review", vec![Deciders::Role(Role::InternalApprover)], None);
    stage.steps[0].quorum = Quorum::AtLeast(2);
    let journey = Journey { version: 0, ..Journey::of_stages("standard", "Two of them", vec![stage]) };
    portal.publish(&journey).await;
    World::around(portal).await
}

fn names(item: &Item) -> Vec<&str> {
    item.reviews[0].reviewers.iter().map(PersonId::as_str).collect()
}

fn hand(to: &str, from: Option<&str>) -> Request {
    let from = from.map(PersonId::from);
    Request::Reassign { to: PersonId::from(to), reason: None, step: None, from }
}

#[tokio::test]
async fn of_several_reviewers_one_is_replaced_and_the_others_keep_their_seats() {
    let world = world_of_two().await;
    let item = world.item("Annual report").await;
    let [first, second] = names(&item)[..] else { panic!("{:?}", names(&item)) };
    let lea = world.console("lea").await;
    let view = lea.item(&item.id).await;
    let seats: Vec<&str> = view.steps[0].seats.iter().map(|seat| seat.reviewer.id.as_str()).collect();
    assert_eq!(seats, [first, second]);
    let other = ["abel", "ben", "cem", "dan"].into_iter().find(|name| !names(&item).contains(name)).unwrap();
    let command = lea.give(&item.id, hand(other, Some(first))).await;
    lea.sync().await;
    assert_eq!(lea.settlement(&command).await, Settlement::Applied);
    let after = world.now(&item.id).await;
    assert!(
        names(&after).contains(&second) && names(&after).contains(&other) && !names(&after).contains(&first)
    );
    let history = lea.item(&item.id).await.history;
    assert_eq!(history[0].text, format!("handed it from {first} to {other}"));
}

#[tokio::test]
async fn without_a_word_who_has_one_seat_of_several_hands_over_that_one() {
    let world = world_of_two().await;
    let item = world.item("Annual report").await;
    let mine = names(&item)[0].to_owned();
    let (mine, second): (&'static str, _) = (Box::leak(mine.into_boxed_str()), names(&item)[1].to_owned());
    let other = ["abel", "ben", "cem", "dan"].into_iter().find(|name| !names(&item).contains(name)).unwrap();
    let console = world.console(mine).await;
    console.give(&item.id, hand(other, None)).await;
    console.sync().await;
    let after = world.now(&item.id).await;
    assert!(
        names(&after).contains(&second.as_str()) && names(&after).contains(&other),
        "{:?}",
        names(&after)
    );
}

#[tokio::test]
async fn who_has_none_of_several_seats_says_in_whose_place() {
    let world = world_of_two().await;
    let item = world.item("Annual report").await;
    let other = ["abel", "ben", "cem", "dan"].into_iter().find(|name| !names(&item).contains(name)).unwrap();
    let lea = world.console("lea").await;
    let refused = lea.act(&item.id, hand(other, None)).await.results.remove(0);
    assert!(refused.message.contains("in whose place"), "{}", refused.message);
    let state = lea.item(&item.id).await.actions;
    let state = state.into_iter().find(|state| state.action == Action::Reassign).unwrap();
    assert!(state.allowed, "one seat can be handed on: {:?}", state.why_not);
}

#[tokio::test]
async fn an_escalation_goes_to_the_lead_who_is_named_and_from_there_to_another() {
    let world = world_of_two().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let leads = olga.engine.candidates(std::slice::from_ref(&item.id), Action::Escalate).await.unwrap();
    assert_eq!(leads.iter().map(|lead| lead.name.as_str()).collect::<Vec<_>>(), ["lea", "lou"]);
    let to =
        |name: &str| Request::Escalate { reason: "It waits.".to_owned(), to: Some(PersonId::from(name)) };
    olga.give(&item.id, to("lou")).await;
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.escalation.unwrap().to, Some(PersonId::from("lou")));
    let others = olga.engine.candidates(std::slice::from_ref(&item.id), Action::Escalate).await.unwrap();
    assert_eq!(others.iter().map(|lead| lead.name.as_str()).collect::<Vec<_>>(), ["lea"]);
    let state = olga.item(&item.id).await.actions;
    assert!(state.iter().any(|state| state.action == Action::Escalate && state.allowed));
    olga.give(&item.id, to("lea")).await;
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.escalation.unwrap().to, Some(PersonId::from("lea")));
    let nobody = olga.act(&item.id, to("abel")).await.results.remove(0);
    assert_eq!(nobody.message, "abel would need the role team lead.");
}
