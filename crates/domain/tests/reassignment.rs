//! Whose seat a reassignment moves, and who may.
#![allow(clippy::unwrap_used)]

mod reading;
mod steps;
mod world;

use postern_domain::*;
use reading::Nobody;
use steps::{member, seen_at, stage, step};
use world::{World, away};

/// One step of three, any of whom is enough.
fn three() -> World {
    let everyone = Step { assignment: Assignment::Everyone, ..step("check", "legal") };
    let people: [(&str, &[&str]); 4] =
        [("ada", &["legal"]), ("ben", &["legal"]), ("cyd", &["legal"]), ("bo", &["brand"])];
    let mut world = steps::world(vec![stage("check", vec![everyone])], &people);
    // Legal too, but they joined after it was opened.
    steps::submit(&mut world);
    let others = world.organisation.people.iter().cloned();
    let dan = member("dan", &["legal"]);
    world.organisation.people = People::new(others.chain([dan]).collect::<Vec<_>>());
    world
}

fn hand(world: &World, from: Option<&str>, to: &str) -> Command {
    Command::Reassign {
        step: None,
        from: from.map(PersonId::from),
        to: to.into(),
        assignment_version: world.item().assignment_version,
        reason: None,
    }
}

fn turns(world: &World) -> Vec<&str> {
    world.item().waiting_on().map(PersonId::as_str).collect()
}

#[test]
fn handing_ones_own_turn_on_takes_it_from_nobody_else() {
    let mut world = three();
    assert_eq!(turns(&world), ["ada", "ben", "cyd"]);
    let command = hand(&world, None, "dan");
    world.accept("ada", command);
    assert_eq!(turns(&world), ["ben", "cyd", "dan"]);
    let seen = seen_at(&world, "check");
    let refusal = world.refused("ada", Command::approve(seen));
    assert_eq!(refusal, Refusal::Denied { action: Action::Approve, why: Denial::NotReviewer });
}

#[test]
fn replacing_one_of_several_moves_that_seat_alone() {
    let mut world = three();
    let command = hand(&world, Some("ben"), "dan");
    world.accept("lena", command);
    assert_eq!(turns(&world), ["ada", "cyd", "dan"]);
    let moved = Happening::Reassigned {
        step: Some("check".into()),
        from: Some("ben".into()),
        to: "dan".into(),
        reason: None,
    };
    assert_eq!(world.item().history.last().unwrap().what, moved);
}

#[test]
fn a_lead_who_replaces_one_of_several_says_whom() {
    let mut world = three();
    let command = hand(&world, None, "dan");
    let refusal = world.refused("lena", command);
    let told = serde_json::to_value(&refusal).unwrap();
    assert_eq!(told["rule"], "seat_required", "{told}");
    assert_eq!(turns(&world), ["ada", "ben", "cyd"]);
}

#[test]
fn whoever_is_away_and_is_given_a_seat_is_represented_at_once() {
    let mut world = three();
    away(&mut world, "dan", &["lena"]);
    let command = hand(&world, Some("ben"), "dan");
    world.accept("lena", command);
    assert_eq!(turns(&world), ["ada", "cyd", "lena"]);
}

#[test]
fn a_reassignment_that_leaves_too_few_different_people_is_escalated() {
    let both = Step { quorum: Quorum::All, ..step("check", "legal") };
    let people: [(&str, &[&str]); 2] = [("ada", &["legal"]), ("ben", &["legal"])];
    let mut world = steps::world(vec![stage("check", vec![both])], &people);
    let others = world.organisation.people.iter().cloned();
    let dan = member("dan", &[]);
    world.organisation.people = People::new(others.chain([dan]).collect::<Vec<_>>());
    away(&mut world, "ada", &["lena"]);
    steps::submit(&mut world);
    assert_eq!(turns(&world), ["ben", "lena"]);
    let command = hand(&world, Some("ben"), "lena");
    world.accept("ben", command);
    assert!(world.item().is_uncovered(), "lena sits there for ada already");
    let escalation = world.item().escalation.as_ref().unwrap();
    assert_eq!((&escalation.by, &escalation.to), (&Actor::System("clock".into()), &Some("lena".into())));
}

#[test]
fn where_one_person_sits_nobody_needs_to_say_whom() {
    let mut world = World::at_review();
    let former = world.reviewer();
    let other = if former == "anna" { "aron" } else { "anna" };
    let command = hand(&world, None, other);
    world.accept("lena", command);
    assert_eq!(world.reviewer(), other);
}

#[test]
fn whoever_may_not_reassign_learns_who_may() {
    let mut world = World::at_review();
    let former = world.reviewer();
    let other = if former == "anna" { "aron" } else { "anna" };
    let command = hand(&world, None, other);
    let refusal = world.refused(other, command);
    let told = explain::refusal(&refusal, &Nobody(&world));
    for who in ["owner", "turn", "team lead", "portal admin"] {
        assert!(told.contains(who), "{told}");
    }
}
