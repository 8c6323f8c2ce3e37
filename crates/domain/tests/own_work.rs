//! Nobody decides on what they contributed to in the round, whatever way leads the item back into review.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::*;
use world::{World, set_title, submission};

const CONTRIBUTOR: Refusal = Refusal::Denied { action: Action::Approve, why: Denial::Contributor };

/// Keyed in by the owner and sent back by a lead.
fn keyed_in_and_sent_back() -> World {
    let mut world = World::new();
    world.accept("olga", Command::Submit(Box::new(submission())));
    world.send_back("lena");
    world
}

fn raise(world: &mut World, who: &str) {
    world.accept(who, Command::RaiseException { category: "data".into(), reason: "unclear".into() });
}

fn resolve(world: &mut World, who: &str, to: ExceptionExit) {
    world.accept(who, Command::ResolveException { to, reason: "settled".into() });
}

fn reopen(world: &mut World, who: &str) {
    world.accept(who, Command::Withdraw { reason: "not needed".into() });
    world.accept(who, Command::Reopen { reason: "needed after all".into() });
}

#[track_caller]
fn may_not_decide(world: &mut World, who: &str) {
    let seen = world.seen();
    assert_eq!(world.refused(who, Command::approve(seen)), CONTRIBUTOR);
    assert!(world.item().waiting_on().all(|id| id.as_str() != who), "it is the author's own turn");
}

#[test]
fn an_exception_between_a_request_for_changes_and_review_does_not_make_an_author_a_decider() {
    let mut world = keyed_in_and_sent_back();
    raise(&mut world, "olga");
    resolve(&mut world, "olga", ExceptionExit::Stage("intake".into()));
    assert_eq!(world.item().round, 1);
    may_not_decide(&mut world, "olga");
}

#[test]
fn withdrawing_and_reopening_does_not_make_an_author_a_decider() {
    let mut world = keyed_in_and_sent_back();
    reopen(&mut world, "olga");
    may_not_decide(&mut world, "olga");
}

#[test]
fn handing_over_again_without_a_change_does_not_make_an_author_a_decider() {
    let mut world = keyed_in_and_sent_back();
    world.accept("contact", Command::Resubmit { comment: None });
    may_not_decide(&mut world, "olga");
}

#[test]
fn a_change_that_is_taken_back_before_it_is_handed_over_again_does_not_make_an_author_a_decider() {
    let mut world = keyed_in_and_sent_back();
    let title = world.item().title.clone();
    world.accept("contact", set_title("Another report"));
    world.accept("contact", set_title(&title));
    world.accept("contact", Command::Resubmit { comment: None });
    may_not_decide(&mut world, "olga");
}

#[test]
fn a_migration_is_no_change_of_content_that_makes_an_author_a_decider() {
    let mut world = keyed_in_and_sent_back();
    let next = world.journey.numbered(world.journey.version);
    let next = Journey { cosmetic: [Part::Description].into(), ..next };
    let migrate = Command::Migrate { to: next.version, stages: Default::default() };
    world.act_to(&Actor::System("migration".into()), &migrate, Some(&next)).unwrap();
    world.journey = next;
    world.accept("contact", Command::Resubmit { comment: None });
    may_not_decide(&mut world, "olga");
}

#[test]
fn who_changed_what_was_sent_back_may_not_decide_on_it_in_the_round_that_follows() {
    let mut world = World::at_review();
    let reviewer = world.reviewer();
    world.send_back(&reviewer);
    world.accept("olga", set_title("Corrected by its owner"));
    world.accept("contact", Command::Resubmit { comment: None });
    assert_eq!(world.item().round, 2);
    may_not_decide(&mut world, "olga");
}

#[test]
fn an_author_of_an_earlier_round_decides_on_what_others_made_of_it() {
    let mut world = keyed_in_and_sent_back();
    world.accept("contact", set_title("Rewritten by the client"));
    world.accept("contact", Command::Resubmit { comment: None });
    assert_eq!(world.item().round, 2);
    assert_eq!(world.reviewer(), "olga");
    world.approve("olga");
}

#[test]
fn a_detour_by_an_exception_keeps_what_was_changed_since_it_was_sent_back() {
    let mut world = keyed_in_and_sent_back();
    world.accept("contact", set_title("Rewritten by the client"));
    raise(&mut world, "lena");
    resolve(&mut world, "lena", ExceptionExit::Back);
    world.accept("contact", Command::Resubmit { comment: None });
    assert_eq!(world.reviewer(), "olga", "the client rewrote it");
}

#[test]
fn a_deputy_of_an_author_does_not_decide_after_an_exception_either() {
    let mut world = World::submitted();
    world.approve("olga");
    let reviewer = world.reviewer();
    world.accept("olga", set_title("Edited by its owner"));
    assert!(world.item().contributors.contains(&"olga".into()));
    raise(&mut world, &reviewer);
    resolve(&mut world, "lena", ExceptionExit::Stage("review".into()));
    assert!(world.item().contributors.contains(&"olga".into()), "still the same round");
    let version = world.item().assignment_version;
    let refusal = world.refused("lena", Command::reassign("olga".into(), version));
    assert_eq!(refusal, Refusal::NotEligible { person: "olga".into(), why: Denial::Contributor });
}
