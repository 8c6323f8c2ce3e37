//! What an item's time was spent on: the parts add up to its age.
#![allow(clippy::unwrap_used)]

mod steps;
mod world;

use metrics::{Part, by_owner, by_stage, parts, whole_age_ms};
use postern_domain::*;
use proptest::prelude::*;
use steps::{stage, step};
use world::{World, set_title};

/// The parts touch, do not overlap, and add up.
fn tiles(item: &Item, now: Timestamp) -> Vec<Part> {
    let parts = parts(item, now);
    let mut at = item.created_at;
    for part in &parts {
        assert_eq!(part.from, at, "a gap or an overlap");
        assert!(part.length_ms() > 0);
        at = part.until;
    }
    assert_eq!(at.since(item.created_at), whole_age_ms(item, now));
    let sum: i64 = parts.iter().map(Part::length_ms).sum();
    assert_eq!(sum, whole_age_ms(item, now));
    assert_eq!(by_owner(&parts).values().sum::<i64>(), sum);
    let in_review = parts.iter().filter(|part| part.phase == Phase::InReview);
    assert_eq!(by_stage(&parts).values().sum::<i64>(), in_review.map(Part::length_ms).sum::<i64>());
    parts
}

fn later(world: &mut World, hours: i64) {
    world.now = world.now.plus_ms(hours * HOUR_MS - 60_000);
}

fn phases(parts: &[Part]) -> Vec<(Phase, Option<&str>, i64)> {
    parts
        .iter()
        .map(|part| (part.phase, part.stage.as_ref().map(StageKey::as_str), part.length_ms() / HOUR_MS))
        .collect()
}

#[test]
fn the_time_at_each_stage_with_the_client_and_as_an_exception_is_told_apart() {
    let mut world = World::submitted();
    later(&mut world, 2);
    world.approve("olga");
    later(&mut world, 3);
    world.send_back(&world.reviewer());
    later(&mut world, 5);
    world.accept("contact", set_title("Corrected"));
    later(&mut world, 1);
    world.accept("contact", Command::Resubmit { comment: None });
    later(&mut world, 4);
    world.accept("olga", Command::RaiseException { category: "data".into(), reason: "unclear".into() });
    later(&mut world, 7);
    world.accept("olga", Command::ResolveException { to: ExceptionExit::Back, reason: "clear".into() });
    later(&mut world, 1);
    world.approve("olga");
    let now = world.now.plus_ms(6 * HOUR_MS);
    let parts = tiles(world.item(), now);
    assert_eq!(
        phases(&parts),
        [
            (Phase::InReview, Some("intake"), 2),
            (Phase::InReview, Some("review"), 3),
            (Phase::ChangesRequested, None, 6),
            (Phase::InReview, Some("intake"), 4),
            (Phase::Exception, Some("intake"), 7),
            (Phase::InReview, Some("intake"), 1),
            (Phase::InReview, Some("review"), 6),
        ]
    );
    assert_eq!(by_stage(&parts)[&"intake".into()], 7 * HOUR_MS);
    assert_eq!(by_stage(&parts)[&"review".into()], 9 * HOUR_MS);
    let with_client: i64 = parts.iter().filter(|part| part.is_with_client()).map(Part::length_ms).sum();
    let exception: i64 = parts.iter().filter(|part| part.is_exception()).map(Part::length_ms).sum();
    assert_eq!((with_client, exception), (6 * HOUR_MS, 7 * HOUR_MS));
}

#[test]
fn the_time_with_each_owner_is_told_apart() {
    let mut world = World::submitted();
    while world.item().phase == Phase::InReview {
        world.approve(&world.reviewer());
    }
    let begun = world.item().created_at;
    let version = world.item().assignment_version;
    later(&mut world, 2);
    let handed_on = Command::reassign("lena".into(), version);
    world.accept("olga", handed_on);
    let parts = tiles(world.item(), world.now.plus_ms(3 * HOUR_MS));
    let olga = by_owner(&parts)[&Some("olga".into())];
    assert_eq!(olga, world.now.since(begun));
    assert_eq!(by_owner(&parts)[&Some("lena".into())], 3 * HOUR_MS);
}

#[test]
fn a_completed_item_grows_no_older_and_a_reopened_one_does() {
    let mut world = World::submitted();
    while world.item().phase == Phase::InReview {
        world.approve(&world.reviewer());
    }
    world.accept("olga", Command::Complete {});
    let age = whole_age_ms(world.item(), world.now);
    assert_eq!(whole_age_ms(world.item(), world.now.plus_ms(DAY_MS)), age);
    later(&mut world, 9);
    world.accept("olga", Command::Reopen { reason: "not done".into() });
    let parts = tiles(world.item(), world.now.plus_ms(HOUR_MS));
    let done: Vec<&Part> = parts.iter().filter(|part| part.phase == Phase::Completed).collect();
    assert_eq!(done.iter().map(|part| part.length_ms()).collect::<Vec<_>>(), [9 * HOUR_MS]);
}

/// Two of three must approve, and one request for changes alone does not send it back.
#[test]
fn one_request_for_changes_of_two_leaves_the_item_in_review() {
    let votes = Step {
        quorum: Quorum::AtLeast(2),
        veto: Veto::Nobody,
        assignment: Assignment::Everyone,
        ..step("vote", "board")
    };
    let people: [(&str, &[&str]); 3] = [("a1", &["board"]), ("a2", &["board"]), ("a3", &["board"])];
    let mut world = steps::world(vec![stage("vote", vec![votes])], &people);
    steps::submit(&mut world);
    later(&mut world, 2);
    steps::send_back(&mut world, "a1", "vote");
    assert_eq!(world.item().phase, Phase::InReview);
    let parts = tiles(world.item(), world.now.plus_ms(HOUR_MS));
    assert!(parts.iter().all(|part| part.phase == Phase::InReview), "{parts:?}");
    assert_eq!(pauses(world.item()), [], "the client does not have it");
    steps::send_back(&mut world, "a2", "vote");
    assert_eq!(pauses(world.item()).len(), 1);
}

fn command(world: &World, what: usize) -> Command {
    let seen = world.seen();
    let version = world.item().assignment_version;
    let stage = world.journey.stages[what % 3].key.clone();
    match what {
        0..=4 => Command::approve(seen),
        5 => Command::RequestChanges { seen, reason: "again".into() },
        6 | 7 => Command::Resubmit { comment: None },
        8 => Command::reassign("lena".into(), version),
        9 => Command::RaiseException { category: "data".into(), reason: "missing".into() },
        10 => Command::ResolveException { to: ExceptionExit::Back, reason: "there".into() },
        11..=13 => Command::ResolveException { to: ExceptionExit::Stage(stage), reason: "there".into() },
        14 => Command::Complete {},
        15 => set_title(&format!("Title {}", world.log.len())),
        16 => Command::Withdraw { reason: "no".into() },
        _ => Command::Reopen { reason: "yes".into() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_parts_of_every_items_age_add_up_to_it_by_stage_and_by_owner_too(
        tries in prop::collection::vec((0..6_usize, 0..18_usize, 0..50_i64), 1..50),
    ) {
        const WHO: [&str; 5] = ["olga", "anna", "aron", "lena", "contact"];
        let mut world = World::submitted();
        for (who, what, hours) in tries {
            later(&mut world, hours);
            let who = WHO.get(who).map_or_else(|| world.item().waiting_on().next().map_or("lena".into(), ToString::to_string), |who| (*who).to_owned());
            let command = command(&world, what);
            let _ = world.act(&who, &command);
            let now = world.now.plus_ms(HOUR_MS);
            let parts = tiles(world.item(), now);
            if let Some(last) = parts.last().filter(|_| !world.item().phase.is_terminal()) {
                prop_assert_eq!(last.phase, world.item().phase);
                prop_assert_eq!(last.stage.as_ref(), world.item().stage());
                prop_assert_eq!(last.owner.as_ref(), world.item().owner.as_ref());
            }
        }
    }
}
