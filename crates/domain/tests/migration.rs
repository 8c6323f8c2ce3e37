//! Items in flight move to another version of their journey, and nothing that was decided is lost or made up.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::*;
use std::collections::BTreeMap;
use world::*;

/// The built-in journey's next version, changed.
fn next(change: impl FnOnce(&mut Journey)) -> Journey {
    let mut journey = Journey::built_in();
    journey.version += 1;
    change(&mut journey);
    journey
}

fn migrate(world: &mut World, new: &Journey, stages: &[(&str, &str)]) -> Result<Ruling, Refusal> {
    let stages: BTreeMap<StageKey, StageKey> =
        stages.iter().map(|(old, new)| (StageKey::from(*old), StageKey::from(*new))).collect();
    let command = Command::Migrate { to: new.version, stages };
    let ruling = world.act_to(&Actor::System("migration".into()), &command, Some(new))?;
    world.journey = new.clone();
    Ok(ruling)
}

fn stage_of(world: &World) -> &str {
    world.item().stage().unwrap().as_str()
}

#[track_caller]
fn replays(world: &World) {
    assert_eq!(&replay(&World::id(), &world.log).unwrap(), world.item());
}

#[test]
fn what_is_open_and_the_same_in_both_versions_stays_open() {
    let mut world = World::at_review();
    let before = world.item().clone();
    let new = next(|journey| journey.stages.last_mut().unwrap().name = "Signature".into());
    migrate(&mut world, &new, &[]).unwrap();
    assert_eq!(world.item().journey.version, new.version);
    assert_eq!(world.item().reviews, before.reviews);
    assert_eq!(world.item().phase, Phase::InReview);
    let told = &world.item().history.last().unwrap().what;
    assert_eq!(told, &Happening::Migrated { from: before.journey.version, to: new.version });
    replays(&world);
}

#[test]
fn a_step_with_other_rules_opens_anew_by_them() {
    let mut world = World::at_review();
    let step = world.item().reviews[0].step.clone();
    let new = next(|journey| {
        let stage = journey.stages.iter_mut().find(|stage| stage.step(&step).is_some()).unwrap();
        stage.steps[0].quorum = Quorum::AtLeast(2);
    });
    migrate(&mut world, &new, &[]).unwrap();
    let item = world.item();
    assert_eq!(item.reviews[0].needed, 2);
    assert_eq!(item.closed_reviews.last().unwrap().closed.as_ref().unwrap().outcome, ReviewOutcome::Outdated);
    replays(&world);
}

#[test]
fn a_stage_that_vanishes_needs_one_that_takes_its_place() {
    let mut world = World::at_review();
    let gone = stage_of(&world).to_owned();
    let new = next(|journey| journey.stages.retain(|stage| stage.key.as_str() != gone));
    let last = new.stages.last().unwrap().key.to_string();
    assert_eq!(
        migrate(&mut world, &new, &[]).unwrap_err(),
        Refusal::UnknownStage { stage: gone.as_str().into() }
    );
    migrate(&mut world, &new, &[(&gone, &last)]).unwrap();
    assert_eq!(stage_of(&world), last);
    replays(&world);
}

#[test]
fn a_decision_by_the_rules_of_the_version_before_asks_its_author_to_look_again() {
    let mut world = World::at_review();
    let (who, seen) = (world.reviewer(), world.seen());
    let new = next(|journey| journey.name = "Renamed".into());
    migrate(&mut world, &new, &[]).unwrap();
    let refusal = world.refused(&who, Command::approve(seen));
    assert!(refusal.is_conflict(), "{refusal:?}");
    world.approve(&who);
}

#[test]
fn approvals_of_content_that_the_new_version_names_otherwise_are_asked_for_again() {
    let mut world = World::at_review();
    let step = world.item().reviews[0].step.clone();
    let journey_of_two = |journey: &mut Journey| {
        let stage = journey.stages.iter_mut().find(|stage| stage.step(&step).is_some()).unwrap();
        stage.steps[0].quorum = Quorum::AtLeast(2);
    };
    migrate(&mut world, &next(journey_of_two), &[]).unwrap();
    let who = world.reviewer();
    world.approve(&who);
    let mut cosmetic = next(journey_of_two);
    cosmetic.version += 1;
    cosmetic.cosmetic.insert(Part::Title);
    migrate(&mut world, &cosmetic, &[]).unwrap();
    let open = &world.item().reviews[0];
    assert!(open.decisions.is_empty() && open.needed == 2, "{open:?}");
    world.approve(&who);
    replays(&world);
}

#[test]
fn the_new_form_is_asked_before_anything_moves() {
    let mut world = World::at_review();
    let before = world.item().clone();
    let required = next(|journey| {
        let field = r#"{ "key": "cost_centre", "name": "Cost centre", "type": "text", "required": true }"#;
        journey.fields = vec![serde_json::from_str(field).unwrap()];
    });
    let refusal = migrate(&mut world, &required, &[]).unwrap_err();
    assert!(matches!(&refusal, Refusal::Field { key, .. } if key == "cost_centre"), "{refusal:?}");
    let tickets = next(|journey| journey.kinds = vec![Kind::Ticket]);
    assert_eq!(migrate(&mut world, &tickets, &[]).unwrap_err(), Refusal::WrongKind { kind: before.kind });
    assert_eq!(world.item(), &before);
}

#[test]
fn only_the_portal_migrates_and_it_does_so_once() {
    let mut world = World::at_review();
    let new = next(|_| ());
    let command = Command::Migrate { to: new.version, stages: BTreeMap::new() };
    let denied = Refusal::Denied { action: Action::Migrate, why: Denial::AutomationOnly };
    let by_admin = world.act_to(&Actor::Person("admin".into()), &command, Some(&new)).unwrap_err();
    assert!(
        matches!(by_admin, Refusal::Denied { action: Action::Migrate, .. }),
        "{by_admin:?}, not {denied:?}"
    );
    migrate(&mut world, &new, &[]).unwrap();
    assert_eq!(migrate(&mut world, &new, &[]), Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySet)));
    let unknown = Command::Migrate { to: 99, stages: BTreeMap::new() };
    let refusal = world.act_to(&Actor::System("migration".into()), &unknown, None).unwrap_err();
    assert_eq!(refusal, Refusal::UnknownJourney);
}

#[test]
fn what_is_finished_or_set_aside_stays_where_it_is() {
    let mut world = World::at_review();
    world.accept("lena", Command::RaiseException { category: "data".into(), reason: "missing".into() });
    let new = next(|_| ());
    assert!(matches!(migrate(&mut world, &new, &[]), Err(Refusal::WrongPhase { .. })));
    world.accept("lena", Command::ResolveException { to: ExceptionExit::Complete, reason: "done".into() });
    assert!(matches!(migrate(&mut world, &new, &[]), Err(Refusal::WrongPhase { .. })));
}

#[test]
fn where_nothing_is_left_to_decide_it_goes_on() {
    let mut world = World::at_review();
    let new = next(|journey| {
        for stage in &mut journey.stages {
            stage.when = Some(Condition::new("fields.amount > 1000000000"));
        }
    });
    migrate(&mut world, &new, &[]).unwrap();
    assert_eq!(world.item().phase, Phase::Approved);
    replays(&world);
}
