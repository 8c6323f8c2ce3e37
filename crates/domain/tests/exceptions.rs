//! Who resolves an exception, to where, and what stands still meanwhile.
#![allow(clippy::unwrap_used)]

mod steps;
mod world;

use postern_domain::calendar::Target;
use postern_domain::*;
use steps::{approve, stage, step};
use world::{World, away, person, set_title, submission};

/// With a second owner, who has nothing to do with the item.
fn with_otto(mut world: World) -> World {
    let people = world.organisation.people.iter().cloned();
    let otto = person("otto", &[Role::InternalOwner]);
    world.organisation.people = People::new(people.chain([otto]).collect::<Vec<_>>());
    world
}

fn raise(world: &mut World, who: &str) {
    world.accept(who, Command::RaiseException { category: "data".into(), reason: "unclear".into() });
}

fn resolve(to: ExceptionExit) -> Command {
    Command::ResolveException { to, reason: "settled".into() }
}

fn handler(world: &World) -> Option<&str> {
    world.item().exception.as_ref().unwrap().handler.as_ref().map(PersonId::as_str)
}

/// The rule of a denial, for example `not_handler`.
fn denied(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Denied { action: Action::ResolveException, why } => {
            serde_json::to_value(why).unwrap().as_str().unwrap_or("with more to say").to_owned()
        }
        other => panic!("not denied: {other:?}"),
    }
}

#[test]
fn only_the_handler_or_a_lead_or_an_admin_resolves_an_exception() {
    for (who, may) in [("olga", true), ("lena", true), ("admin", true), ("otto", false)] {
        let mut world = with_otto(World::at_review());
        raise(&mut world, "anna");
        assert_eq!(handler(&world), Some("olga"));
        if may {
            world.accept(who, resolve(ExceptionExit::Back));
        } else {
            assert_eq!(denied(&world.refused(who, resolve(ExceptionExit::Back))), "not_handler", "{who}");
        }
    }
}

#[test]
fn whomever_the_journey_names_resolves_an_exception_and_the_owner_then_does_not() {
    let mut world = with_otto(World::at_review());
    world.journey.exceptions.handlers = vec![Deciders::Person("otto".into())];
    raise(&mut world, "anna");
    assert_eq!(handler(&world), Some("otto"));
    assert_eq!(denied(&world.refused("olga", resolve(ExceptionExit::Back))), "not_handler");
    world.accept("otto", resolve(ExceptionExit::Back));
}

#[test]
fn every_one_of_those_whom_the_journey_names_resolves_not_only_the_one_who_was_asked() {
    for who in ["olga", "otto"] {
        let mut world = with_otto(World::at_review());
        world.journey.exceptions.handlers = vec![Deciders::Role(Role::InternalOwner)];
        raise(&mut world, "anna");
        world.accept(who, resolve(ExceptionExit::Back));
    }
}

#[test]
fn completing_what_nobody_approved_takes_what_an_override_takes_and_is_kept_as_one() {
    let mut world = World::at_review();
    raise(&mut world, "anna");
    assert_eq!(denied(&world.refused("olga", resolve(ExceptionExit::Complete))), "no_override");
    assert_eq!(denied(&world.refused("admin", resolve(ExceptionExit::Complete))), "no_override");
    world.accept("lena", resolve(ExceptionExit::Complete));
    assert_eq!(world.item().phase, Phase::Completed);
    let last = serde_json::to_value(&world.item().history.last().unwrap().what).unwrap();
    assert_eq!(last["exception_resolved"]["overriding"], true, "{last}");
}

#[test]
fn completing_ones_own_work_unapproved_takes_a_journey_that_lets_own_work_be_overridden() {
    let mut world = World::at_review();
    world.accept("lena", set_title("Lena's own words"));
    raise(&mut world, "anna");
    assert_eq!(denied(&world.refused("lena", resolve(ExceptionExit::Complete))), "contributor");
    world.journey.overrides.own_work = true;
    world.accept("lena", resolve(ExceptionExit::Complete));
}

#[test]
fn automation_does_not_complete_what_nobody_approved() {
    let mut world = World::at_review();
    raise(&mut world, "anna");
    let ruling = world.act_as(&Actor::System("tidy".into()), &resolve(ExceptionExit::Complete));
    assert!(matches!(ruling, Err(Refusal::Denied { .. })), "{ruling:?}");
}

#[test]
fn what_was_approved_is_completed_out_of_an_exception_by_its_owner() {
    let mut world = World::at_review();
    while world.item().phase == Phase::InReview {
        world.approve(&world.reviewer());
    }
    raise(&mut world, "olga");
    world.accept("olga", resolve(ExceptionExit::Complete));
    assert_eq!(world.item().phase, Phase::Completed);
}

fn three_stages() -> World {
    let stages = vec![
        stage("first", vec![step("first", "legal")]),
        stage("second", vec![step("brand", "brand"), step("risk", "legal")]),
        stage("third", vec![step("third", "legal")]),
    ];
    steps::world(stages, &[("lily", &["legal"]), ("bo", &["brand"])])
}

#[test]
fn an_exception_that_leads_past_steps_says_which_nobody_approved() {
    let mut world = three_stages();
    steps::submit(&mut world);
    approve(&mut world, "lily", "first");
    approve(&mut world, "bo", "brand");
    raise(&mut world, "lily");
    world.accept("lena", resolve(ExceptionExit::Stage("third".into())));
    let history = serde_json::to_value(&world.item().history).unwrap();
    let passed: Vec<_> =
        history.as_array().unwrap().iter().filter_map(|entry| entry["what"].get("led_past")).collect();
    assert_eq!(passed, [&serde_json::json!({ "steps": ["risk"] })], "{history}");
}

#[test]
fn an_exception_that_leads_back_passes_nothing_over() {
    let mut world = three_stages();
    steps::submit(&mut world);
    approve(&mut world, "lily", "first");
    raise(&mut world, "lily");
    world.accept("lena", resolve(ExceptionExit::Stage("first".into())));
    assert!(!world.log.iter().any(|line| matches!(line.event, Event::Skipped { .. })));
}

#[test]
fn whoever_left_during_an_exception_is_represented_when_it_is_over() {
    let mut world = World::at_review();
    let reviewer = world.reviewer();
    let other = if reviewer == "anna" { "aron" } else { "anna" };
    raise(&mut world, "olga");
    away(&mut world, &reviewer, &[other]);
    world.accept("olga", resolve(ExceptionExit::Back));
    assert_eq!(world.reviewer(), other);
}

#[test]
fn an_exception_is_not_handed_to_somebody_who_is_away() {
    let mut world = with_otto(World::at_review());
    away(&mut world, "olga", &[]);
    raise(&mut world, "anna");
    assert_eq!(handler(&world), Some("lena"));

    let mut world = with_otto(World::at_review());
    away(&mut world, "olga", &["otto"]);
    raise(&mut world, "anna");
    assert_eq!(handler(&world), Some("otto"), "her deputy");
    world.accept("otto", resolve(ExceptionExit::Back));
}

#[test]
fn a_date_set_by_hand_outlives_an_exception() {
    let mut world = World::at_review();
    let by_hand = Some(world.now.plus_ms(90 * DAY_MS));
    world.accept("olga", Command::SetDue { due_at: by_hand });
    raise(&mut world, "anna");
    world.now = world.now.plus_ms(DAY_MS);
    world.accept("olga", resolve(ExceptionExit::Back));
    assert_eq!(world.item().due_at, by_hand);
    assert!(world.item().due_by_hand);
}

#[test]
fn the_clients_answer_is_not_awaited_while_the_item_is_an_exception() {
    let mut world = World::at_review();
    world.journey.client_answer = Some(Target::Hours(48));
    let reviewer = world.reviewer();
    world.send_back(&reviewer);
    let due = world.item().due_at.unwrap();
    raise(&mut world, "olga");
    let raised = world.now;
    world.now = world.now.plus_ms(30 * HOUR_MS);
    world.accept("olga", resolve(ExceptionExit::Back));
    assert_eq!(world.item().phase, Phase::ChangesRequested);
    assert_eq!(world.item().due_at, Some(due.plus_ms(world.now.since(raised))));
}

#[test]
fn completion_is_not_awaited_while_the_item_is_an_exception() {
    let mut world = World::at_review();
    world.journey.completion = Some(Target::Hours(48));
    while world.item().phase == Phase::InReview {
        world.approve(&world.reviewer());
    }
    let due = world.item().due_at.unwrap();
    raise(&mut world, "olga");
    let raised = world.now;
    world.now = world.now.plus_ms(30 * HOUR_MS);
    world.accept("olga", resolve(ExceptionExit::Back));
    assert_eq!(world.item().due_at, Some(due.plus_ms(world.now.since(raised))));
}

#[test]
fn an_exception_of_what_was_never_in_review_leads_to_review() {
    let mut world = World::new();
    world.accept("contact", Command::Submit(Box::new(submission())));
    raise(&mut world, "olga");
    world.accept("lena", resolve(ExceptionExit::Stage("review".into())));
    assert_eq!(world.item().stage(), Some(&"review".into()));
}
