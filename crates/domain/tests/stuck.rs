//! What counts as stuck: one definition, however it is asked.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::*;
use world::World;

/// Of the built-in review, 85 of 100 took an hour at most.
fn norms() -> Norms {
    Norms::new([StageNorm {
        journey: "standard".into(),
        stage: "review".into(),
        p85_ms: HOUR_MS,
        samples: MIN_SAMPLES,
    }])
}

fn resolve(world: &mut World) {
    world.accept("olga", Command::ResolveException { to: ExceptionExit::Back, reason: "clear".into() });
}

fn raise(world: &mut World) {
    world.accept("olga", Command::RaiseException { category: "data".into(), reason: "unclear".into() });
}

/// Both ways of asking say the same, at every minute of a day and just beside what each of them names.
fn agree(item: &Item) {
    let from = stuck_from(item, &norms());
    let minutes = (0..24 * 60).map(|minute| item.created_at.plus_ms(minute * MINUTE_MS));
    let beside = from.iter().flat_map(|from| [-1, 0, 1].map(|ms| from.plus_ms(ms)));
    for now in minutes.chain(beside) {
        let is = stuck(item, &norms(), now).is_some();
        assert_eq!(is, from.is_some_and(|from| from < now), "{:?} at {now}", item.phase);
    }
}

fn at_review() -> World {
    let mut world = World::at_review();
    world.accept("lena", Command::SetDue { due_at: None });
    world
}

#[test]
fn an_exception_does_not_make_an_item_younger_at_its_stage() {
    let mut world = at_review();
    let opened = world.item().reviews[0].opened_at;
    world.now = opened.plus_ms(50 * MINUTE_MS);
    raise(&mut world);
    resolve(&mut world);
    assert_eq!(stuck_from(world.item(), &norms()), Some(opened.plus_ms(HOUR_MS)));
    let after = opened.plus_ms(HOUR_MS + 1);
    assert_eq!(stuck(world.item(), &norms(), after), Some(Stuck::SlowerThanUsual));
}

#[test]
fn what_is_asked_as_an_instant_and_what_is_asked_now_agree_in_every_phase() {
    let mut world = at_review();
    agree(world.item());
    raise(&mut world);
    agree(world.item());
    resolve(&mut world);
    agree(world.item());
    while world.item().phase == Phase::InReview {
        world.approve(&world.reviewer());
        agree(world.item());
    }
    world.accept("olga", Command::Complete {});
    agree(world.item());
    assert_eq!(stuck_from(world.item(), &norms()), None);
}

#[test]
fn the_definition_names_every_reason() {
    let told = stuck_definition();
    for reason in ["past due", "too few people", "85 of 100"] {
        assert!(told.contains(reason), "{told}");
    }
}
