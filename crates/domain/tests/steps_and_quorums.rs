//! Steps side by side, quorums, vetoes.
#![allow(clippy::unwrap_used)]

mod steps;
mod world;

use postern_domain::*;
use steps::*;
use world::{World, submission};

#[test]
fn steps_of_one_stage_open_together_and_all_of_them_must_approve() {
    let mut world = side_by_side();
    submit(&mut world);
    let turns: Vec<_> = world.item().waiting_on().map(PersonId::as_str).collect();
    assert_eq!(turns, ["bo", "lily"]);
    approve(&mut world, "bo", "brand");
    assert_eq!((world.item().phase, world.item().reviews.len()), (Phase::InReview, 1));
    approve(&mut world, "lily", "legal");
    assert_eq!(world.item().phase, Phase::Approved);
}

#[test]
fn a_decision_meant_for_one_step_never_counts_at_the_other() {
    let mut world = side_by_side();
    submit(&mut world);
    let seen = seen_at(&world, "legal");
    let refusal = world.refused("bo", Command::approve(seen));
    assert_eq!(refusal, Refusal::Denied { action: Action::Approve, why: Denial::NotReviewer });
}

#[test]
fn sending_back_at_one_step_closes_the_others_undecided() {
    let mut world = side_by_side();
    submit(&mut world);
    approve(&mut world, "bo", "brand");
    send_back(&mut world, "lily", "legal");
    let item = world.item();
    assert_eq!((item.phase, item.reviews.len()), (Phase::ChangesRequested, 0));
    world.accept("contact", Command::Resubmit { comment: None });
    assert_eq!(world.item().reviews.len(), 2, "both look at the new round");
}

#[test]
fn reassigning_says_which_step_when_it_could_mean_several() {
    let mut world = side_by_side();
    submit(&mut world);
    let version = world.item().assignment_version;
    let refusal = world.refused("lena", Command::reassign("lena".into(), version));
    assert_eq!(refusal, Refusal::StepRequired { steps: vec!["legal".into(), "brand".into()] });
    world.accept(
        "lena",
        Command::Reassign {
            step: Some("brand".into()),
            from: None,
            to: "lena".into(),
            assignment_version: version,
            reason: None,
        },
    );
    let turns: Vec<_> = world.item().waiting_on().map(PersonId::as_str).collect();
    assert_eq!(turns, ["lena", "lily"]);
}

fn one_per_group(members: &[(&str, &[&str])]) -> World {
    let board = Step {
        quorum: Quorum::OnePerGroup(vec!["legal".into(), "finance".into()]),
        assignment: Assignment::Everyone,
        ..Step::new("board", "Board", vec![])
    };
    world(vec![stage("board", vec![board])], members)
}

#[test]
fn one_per_group_takes_two_people_even_where_one_wears_both_hats() {
    let mut world = one_per_group(&[("both", &["legal", "finance"]), ("fay", &["finance"])]);
    submit(&mut world);
    approve(&mut world, "both", "board");
    assert_eq!(world.item().phase, Phase::InReview, "one person is one approval");
    approve(&mut world, "fay", "board");
    assert_eq!(world.item().phase, Phase::Approved);
}

#[test]
fn one_per_group_with_a_single_person_for_all_groups_is_not_made_easier() {
    let mut world = one_per_group(&[("both", &["legal", "finance"])]);
    submit(&mut world);
    assert_eq!(world.item().phase, Phase::Exception);
}

#[test]
fn two_of_the_same_group_do_not_fill_the_other() {
    let mut world = one_per_group(&[("l1", &["legal"]), ("l2", &["legal"]), ("fay", &["finance"])]);
    submit(&mut world);
    approve(&mut world, "l1", "board");
    approve(&mut world, "l2", "board");
    assert_eq!(world.item().phase, Phase::InReview);
    approve(&mut world, "fay", "board");
    assert_eq!(world.item().phase, Phase::Approved);
}

#[test]
fn a_group_that_nobody_is_left_of_is_missing_however_many_others_are_there() {
    let members: &[(&str, &[&str])] = &[("l1", &["legal"]), ("l2", &["legal"]), ("fay", &["finance"])];
    let mut world = one_per_group(members);
    submit(&mut world);
    let board = |world: &World| world.item().review(&"board".into()).unwrap().clone();
    assert_eq!(board(&world).missing_people(), 0);
    assert_eq!(board(&world).groups.len(), 3);
    let version = world.item().assignment_version;
    let handed_on = Command::Reassign {
        step: None,
        from: Some("fay".into()),
        to: "l2".into(),
        assignment_version: version,
        reason: None,
    };
    let refusal = world.refused("lena", handed_on);
    assert!(matches!(refusal, Refusal::QuorumUnreachable { .. }), "two lawyers are no finance: {refusal:?}");
    // Her account is switched off: two are still there, and none of finance.
    let off = |person: &Person| Person { disabled: person.id.as_str() == "fay", ..person.clone() };
    let people: Vec<Person> = world.organisation.people.iter().map(off).collect();
    world.organisation.people = People::new(people);
    world.act_as(&Actor::System("clock".into()), &Command::Refresh {}).unwrap();
    assert_eq!(board(&world).missing_people(), 1);
    assert!(world.item().is_uncovered());
    let short = short_handed(world.item(), &world.journey, &world.organisation.people);
    assert_eq!((short[0].needed, short[0].able), (2, 1));
    let refusal = world.refused("lena", Command::Claim { step: None, assignment_version: version + 1 });
    assert_eq!(
        refusal,
        Refusal::Denied { action: Action::Claim, why: Denial::NotADecider },
        "a lead is no finance"
    );
}

fn two_of_three(veto: Veto) -> World {
    let votes =
        Step { quorum: Quorum::AtLeast(2), assignment: Assignment::Everyone, veto, ..step("vote", "board") };
    world(
        vec![stage("vote", vec![votes])],
        &[("a1", &["board"]), ("a2", &["board"]), ("a3", &["board", "chair"])],
    )
}

#[test]
fn without_a_veto_an_item_goes_back_when_the_quorum_is_out_of_reach() {
    let mut world = two_of_three(Veto::Nobody);
    submit(&mut world);
    send_back(&mut world, "a1", "vote");
    assert_eq!(world.item().phase, Phase::InReview, "two are left, and two must approve");
    send_back(&mut world, "a2", "vote");
    assert_eq!(world.item().phase, Phase::ChangesRequested);
}

#[test]
fn a_lead_who_was_never_asked_does_not_keep_alive_what_everybody_asked_has_refused() {
    let votes = Step { quorum: Quorum::AtLeast(2), veto: Veto::Nobody, ..step("vote", "board") };
    let mut world = world(vec![stage("vote", vec![votes])], &[("a1", &["board"]), ("a2", &["board"])]);
    submit(&mut world);
    send_back(&mut world, "a1", "vote");
    assert_eq!(world.item().phase, Phase::ChangesRequested);
}

#[test]
fn only_those_with_a_veto_send_back_alone() {
    let chair = || Veto::Only(vec![Deciders::Group("chair".into())]);
    let mut world = two_of_three(chair());
    submit(&mut world);
    send_back(&mut world, "a1", "vote");
    assert_eq!(world.item().phase, Phase::InReview);
    let mut world = two_of_three(chair());
    submit(&mut world);
    send_back(&mut world, "a3", "vote");
    assert_eq!(world.item().phase, Phase::ChangesRequested);
}

#[test]
fn a_quorum_stays_what_it_was_when_people_are_switched_off_or_handed_on() {
    let mut world = two_of_three(Veto::Anyone);
    submit(&mut world);
    let people = world.organisation.people.iter().cloned().map(|mut person| {
        person.disabled |= ["a2", "a3"].contains(&person.id.as_str());
        person
    });
    world.organisation.people = People::new(people.collect::<Vec<_>>());
    approve(&mut world, "a1", "vote");
    assert_eq!(world.item().phase, Phase::InReview, "one approval is still not two");
    let mut everybody = two_of_three(Veto::Anyone);
    submit(&mut everybody);
    let hand = |world: &World, from: &str, to: &str| Command::Reassign {
        step: None,
        from: Some(from.into()),
        to: to.into(),
        assignment_version: world.item().assignment_version,
        reason: None,
    };
    let to_a2 = hand(&everybody, "a1", "a2");
    everybody.accept("lena", to_a2);
    let to_a3 = hand(&everybody, "a2", "a3");
    let refusal = everybody.refused("lena", to_a3);
    assert_eq!(refusal, Refusal::QuorumUnreachable { step: "vote".into(), needed: 2 });
}

#[test]
fn too_few_people_are_made_up_for_by_leads_and_that_is_said() {
    let votes = Step { quorum: Quorum::AtLeast(2), ..step("vote", "board") };
    let mut world = world(vec![stage("vote", vec![votes])], &[("a1", &["board"])]);
    submit(&mut world);
    let turns: Vec<_> = world.item().waiting_on().map(PersonId::as_str).collect();
    assert_eq!(turns, ["a1", "lena"]);
    let said = world
        .item()
        .history
        .iter()
        .any(|entry| matches!(&entry.what, Happening::ReviewOpened { fallback: true, .. }));
    assert!(said);
}

#[test]
fn a_journey_may_refuse_what_nobody_could_decide() {
    let refusing = Step { no_decider: NoDecider::Refuse, ..step("legal", "legal") };
    let mut world = world(vec![stage("legal", vec![refusing])], &[]);
    let refusal = world.refused("contact", Command::Submit(Box::new(submission())));
    assert_eq!(refusal, Refusal::NobodyToDecide { step: "legal".into() });
}

#[test]
fn the_seats_of_a_pool_are_claimed_one_by_one() {
    let votes = Step { quorum: Quorum::AtLeast(2), assignment: Assignment::Pool, ..step("vote", "board") };
    let mut world = world(
        vec![stage("vote", vec![votes])],
        &[("a1", &["board"]), ("a2", &["board"]), ("a3", &["board"])],
    );
    submit(&mut world);
    for who in ["a1", "a2"] {
        let version = world.item().assignment_version;
        world.accept(who, Command::Claim { step: None, assignment_version: version });
    }
    let version = world.item().assignment_version;
    let refusal = world.refused("a3", Command::Claim { step: None, assignment_version: version });
    assert!(refusal.is_conflict(), "{refusal:?}");
    approve(&mut world, "a1", "vote");
    approve(&mut world, "a2", "vote");
    assert_eq!(world.item().phase, Phase::Approved);
}
