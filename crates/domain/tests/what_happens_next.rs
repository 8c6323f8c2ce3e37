//! What happens next, who must act, by when and why, in sentences.
#![allow(clippy::unwrap_used)]

mod reading;
mod steps;
mod world;

use postern_domain::calendar::Target;
use postern_domain::*;
use reading::Nobody;
use steps::{side_by_side, stage, step, submit};
use world::World;

fn next(world: &World) -> explain::Next {
    explain::next(world.item(), &Nobody(world), world.now)
}

#[test]
fn each_of_several_open_steps_names_its_own_date() {
    let mut world = side_by_side();
    submit(&mut world);
    let mut item = world.item().clone();
    item.reviews[1].due_at = item.reviews[1].due_at.map(|due| due.plus_ms(DAY_MS));
    let dates: Vec<String> = item
        .reviews
        .iter()
        .map(|review| explain::date_time(review.due_at.unwrap(), chrono_tz::UTC))
        .collect();
    world.item = Some(item);
    let told = next(&world).sentence;
    assert_eq!(told, format!("lily decides at legal by {}. bo decides at brand by {}.", dates[0], dates[1]));
    let by_hand = world.now.plus_ms(9 * DAY_MS);
    world.accept("lena", Command::SetDue { due_at: Some(by_hand) });
    let date = explain::date_time(by_hand, chrono_tz::UTC);
    let told = next(&world).sentence;
    assert_eq!(told, format!("lily decides at legal by {date}. bo decides at brand by {date}."));
}

#[test]
fn the_next_rung_is_told_with_its_person_and_its_time() {
    let mut world = side_by_side();
    let rung = |hours, to| Rung { after: RungTime::Opened(Target::Hours(hours)), to };
    world.journey.escalation = vec![rung(1, RungTo::Owner), rung(5, RungTo::Lead)];
    submit(&mut world);
    let opened = world.item().entered_at;
    let at = |hours| explain::date_time(opened.plus_ms(hours * HOUR_MS), chrono_tz::UTC);
    let told = |world: &World| next(world).because;
    let sentence = format!("Undecided, it escalates to olga on {}.", at(1));
    assert!(told(&world).contains(&sentence), "{:?}", told(&world));
    world.now = opened.plus_ms(2 * HOUR_MS);
    assert!(told(&world).contains(&"It escalates to olga now.".to_owned()), "{:?}", told(&world));
    let climb = Command::Climb { stage: "checks".into(), round: 1, rung: 1 };
    world.act_as(&Actor::System("escalation".into()), &climb).unwrap();
    let sentence = format!("Undecided, it escalates to lena on {}.", at(5));
    assert!(told(&world).contains(&sentence), "{:?}", told(&world));
}

#[test]
fn what_is_approved_says_who_approved_it_and_how_long_completion_may_take() {
    let mut world = steps::world(vec![stage("one", vec![step("one", "legal")])], &[("lily", &["legal"])]);
    world.journey.completion = Some(Target::Hours(8));
    submit(&mut world);
    steps::approve(&mut world, "lily", "one");
    let since = explain::date_time(world.now, chrono_tz::UTC);
    assert_eq!(
        next(&world).because,
        [
            "Every step that applies has approved it: one by lily.".to_owned(),
            format!("Its completion has 8 hours from {since} on."),
        ]
    );
}

#[test]
fn what_was_handed_over_and_is_not_in_review_yet_says_why() {
    let mut world = World::submitted();
    let mut item = world.item().clone();
    (item.phase, item.reviews) = (Phase::Submitted, Vec::new());
    world.item = Some(item);
    assert_eq!(next(&world).because, ["contact handed it over.", "No step of its journey is open yet."]);
}

#[test]
fn what_is_over_says_whose_doing_it_was() {
    let mut world = World::submitted();
    world.accept("contact", Command::Withdraw { reason: "not needed".into() });
    assert_eq!(next(&world).because, ["contact withdrew it: not needed"]);
}
