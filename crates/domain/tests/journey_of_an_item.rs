//! The way of one item through the built-in journey, and every turn it can take.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::*;
use world::{World, set_title, submission};

#[test]
fn a_submission_lands_with_the_owner_first() {
    let world = World::submitted();
    assert_eq!(world.item().phase, Phase::InReview);
    assert_eq!(world.item().stage(), Some(&"intake".into()));
    assert_eq!(world.reviewer(), "olga");
    assert_eq!(world.item().due_at, Some(world.now.plus_ms(24 * HOUR_MS)));
}

#[test]
fn approvals_carry_it_through_every_step_to_completion() {
    let mut world = World::at_review();
    assert_eq!(world.item().stage(), Some(&"review".into()));
    let reviewer = world.reviewer();
    assert!(["anna", "aron"].contains(&reviewer.as_str()), "{reviewer}");
    world.approve(&reviewer);
    assert_eq!(world.reviewer(), "lena");
    world.approve("lena");
    assert_eq!(world.item().phase, Phase::Approved);
    world.accept("olga", Command::Complete {});
    assert_eq!(world.item().phase, Phase::Completed);
    assert_eq!(world.item().due_at, None);
    assert_eq!(world.item().closed_reviews.len(), 3);
}

#[test]
fn every_decision_names_the_content_and_the_round_it_was_taken_on() {
    let mut world = World::submitted();
    let seen = world.seen();
    world.approve("olga");
    let decision = &world.item().closed_reviews[0].decisions[0];
    assert_eq!((&decision.content, decision.round), (&seen.content, 1));
}

#[test]
fn what_was_sent_back_comes_again_in_the_next_round_to_the_same_reviewer() {
    let mut world = World::at_review();
    let reviewer = world.reviewer();
    world.send_back(&reviewer);
    assert_eq!(world.item().phase, Phase::ChangesRequested);
    world.accept("contact", set_title("Annual report, corrected"));
    world.accept("contact", Command::Resubmit { comment: None });
    assert_eq!((world.item().round, world.reviewer().as_str()), (2, "olga"));
    world.approve("olga");
    assert_eq!(world.reviewer(), reviewer);
}

#[test]
fn approval_of_an_older_version_conflicts() {
    let mut world = World::submitted();
    let seen = world.seen();
    world.accept("contact", set_title("Another report"));
    let refusal = world.refused("olga", Command::approve(seen.clone()));
    assert!(refusal.is_conflict());
    assert!(matches!(refusal, Refusal::ContentChanged { seen: was, .. } if was == seen));
}

#[test]
fn a_decision_meant_for_an_earlier_round_conflicts_even_when_the_content_is_the_same() {
    let mut world = World::submitted();
    let seen = world.seen();
    world.send_back("olga");
    world.accept("contact", Command::Resubmit { comment: None });
    let refusal = world.refused("olga", Command::approve(seen));
    assert!(matches!(refusal, Refusal::ContentChanged { .. }), "{refusal:?}");
}

#[test]
fn an_approval_meant_for_one_step_never_counts_at_the_next() {
    let mut world = World::submitted();
    world.organisation.people = People::new(world.organisation.people.iter().cloned().map(|mut person| {
        if person.id.as_str() == "olga" {
            person.grants.push(Grant { role: Role::InternalApprover, scope: Scope::EVERYTHING });
        }
        person
    }));
    let seen = world.seen();
    world.approve("olga");
    let version = world.item().assignment_version;
    world.accept("lena", Command::reassign("olga".into(), version));
    let again = world.act("olga", &Command::approve(seen));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyApproved)));
    assert_eq!(world.item().stage(), Some(&"review".into()));
}

#[test]
fn a_change_of_content_outdates_the_approvals_before_it() {
    let mut world = World::at_review();
    world.accept("contact", set_title("Another report"));
    assert_eq!(world.item().stage(), Some(&"intake".into()));
    let closed = world.item().closed_reviews.last().unwrap();
    assert_eq!(closed.closed.as_ref().unwrap().outcome, ReviewOutcome::Outdated);
}

#[test]
fn two_deciders_at_once_yield_one_decision_and_one_already_satisfied() {
    let mut world = World::at_review();
    let reviewer = world.reviewer();
    let seen = world.seen();
    world.approve(&reviewer);
    let again = world.act(&reviewer, &Command::approve(seen));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyApproved)));
}

#[test]
fn an_approval_after_somebody_sent_it_back_conflicts() {
    let mut world = World::at_review();
    let reviewer = world.reviewer();
    let seen = world.seen();
    world.send_back(&reviewer);
    let refusal = world.refused(&reviewer, Command::approve(seen));
    assert!(matches!(refusal, Refusal::ReviewMovedOn { .. }), "{refusal:?}");
}

#[test]
fn contributors_of_the_round_may_not_decide_on_it() {
    let mut world = World::new();
    world.accept("olga", Command::Submit(Box::new(submission())));
    assert_eq!(world.reviewer(), "lena", "the owner keyed it in, so a lead checks it");
    let seen = world.seen();
    let refusal = world.refused("olga", Command::approve(seen));
    assert_eq!(refusal, Refusal::Denied { action: Action::Approve, why: Denial::Contributor });
}

#[test]
fn a_reviewer_who_edits_the_content_loses_the_review() {
    let mut world = World::submitted();
    world.accept("olga", set_title("Edited by its reviewer"));
    assert_eq!(world.reviewer(), "lena");
}

#[test]
fn reassigning_moves_the_turn_and_the_former_reviewer_cannot_decide() {
    let mut world = World::at_review();
    let former = world.reviewer();
    let other = if former == "anna" { "aron" } else { "anna" };
    let version = world.item().assignment_version;
    let to_other = |version| Command::Reassign {
        step: None,
        from: None,
        to: other.into(),
        assignment_version: version,
        reason: Some("away".into()),
    };
    world.accept(&former, to_other(version));
    let seen = world.seen();
    let refusal = world.refused(&former, Command::approve(seen));
    assert_eq!(refusal, Refusal::Denied { action: Action::Approve, why: Denial::NotReviewer });
    let again = world.act("lena", &to_other(version));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyAssigned)));
}

#[test]
fn reassigning_what_was_meanwhile_reassigned_conflicts() {
    let mut world = World::at_review();
    let former = world.reviewer();
    let other = if former == "anna" { "aron" } else { "anna" };
    let version = world.item().assignment_version;
    let reassign = |to: &str| Command::reassign(to.into(), version);
    world.accept("lena", reassign(other));
    let refusal = world.refused("lena", reassign(&former));
    assert!(matches!(refusal, Refusal::AssignmentChanged { .. }), "{refusal:?}");
}

#[test]
fn nobody_can_be_given_what_they_may_not_decide() {
    let mut world = World::at_review();
    let version = world.item().assignment_version;
    for (to, why) in [
        ("elsewhere", Denial::OutOfScope),
        ("gone", Denial::Disabled),
        ("contact", Denial::Contributor),
        ("admin", Denial::NotADecider),
        ("who", Denial::UnknownPerson),
    ] {
        let command = Command::reassign(to.into(), version);
        assert_eq!(world.refused("lena", command), Refusal::NotEligible { person: to.into(), why });
    }
}

#[test]
fn escalating_twice_changes_nothing_the_second_time() {
    let mut world = World::at_review();
    let escalate = Command::Escalate { to: None, reason: "client waits".into() };
    world.accept("olga", escalate.clone());
    assert_eq!(world.item().escalation.as_ref().unwrap().to, Some("lena".into()));
    let again = world.act("anna", &escalate);
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyEscalated)));
    world.accept("lena", Command::DeEscalate { reason: None });
    assert_eq!(world.item().escalation, None);
}

#[test]
fn an_exception_returns_to_where_it_came_from() {
    let mut world = World::at_review();
    let turn = world.reviewer();
    world.accept(
        "olga",
        Command::RaiseException { category: "missing data".into(), reason: "no budget code".into() },
    );
    let seen = world.seen();
    let refusal = world.refused(&turn, Command::approve(seen));
    assert_eq!(refusal, Refusal::WrongPhase { action: Action::Approve, phase: Phase::Exception });
    world.accept("olga", Command::ResolveException { to: ExceptionExit::Back, reason: "found".into() });
    assert_eq!((world.item().phase, world.reviewer()), (Phase::InReview, turn));
}

#[test]
fn an_exception_completes_nobodys_own_work_before_it_was_approved() {
    let raise = || Command::RaiseException { category: "other".into(), reason: "no budget code".into() };
    let complete = || Command::ResolveException { to: ExceptionExit::Complete, reason: "settled".into() };
    let own = Refusal::Denied { action: Action::ResolveException, why: Denial::Contributor };
    let mut world = World::submitted();
    world.accept("lena", set_title("Another report"));
    world.accept("olga", raise());
    assert_eq!(world.refused("lena", complete()), own);

    // Handed over again by the client, it is still their work, though another round has begun without them.
    let mut world = World::at_review();
    world.accept("lena", set_title("Another report"));
    world.send_back(&world.reviewer());
    world.accept("contact", set_title("A third report"));
    world.accept("contact", Command::Resubmit { comment: None });
    assert!(!world.item().contributors.contains(&"lena".into()));
    world.accept("olga", raise());
    assert_eq!(world.refused("lena", complete()), own);

    let mut world = World::submitted();
    world.accept("olga", set_title("Another report"));
    world.accept(
        "lena",
        Command::Override { seen: world.seen(), reason: "olga is its author".into(), outputs: Fields::new() },
    );
    while world.item().phase == Phase::InReview {
        world.approve(&world.reviewer());
    }
    world.accept("olga", raise());
    world.accept("olga", complete());
    assert_eq!(world.item().phase, Phase::Completed);
}

#[test]
fn of_a_draft_staff_do_not_even_learn_that_another_role_could() {
    let mut draft = World::submitted().item().clone();
    draft.phase = Phase::Draft;
    let mut world = World { item: Some(draft), ..World::new() };
    let withdraw = || Command::Withdraw { reason: "not needed".into() };
    for who in ["olga", "anna", "lena", "admin"] {
        let denied = Refusal::Denied { action: Action::Withdraw, why: Denial::OutOfScope };
        assert_eq!(world.refused(who, withdraw()), denied, "{who}");
    }
    world.accept("contact", withdraw());
}

#[test]
fn withdrawing_closes_the_open_review_and_reopening_starts_a_new_round() {
    let mut world = World::at_review();
    world.accept("contact", Command::Withdraw { reason: "not needed".into() });
    assert_eq!((world.item().phase, world.item().reviews.is_empty()), (Phase::Withdrawn, true));
    world.accept("olga", Command::Reopen { reason: "needed after all".into() });
    assert_eq!((world.item().phase, world.item().round), (Phase::InReview, 2));
}

#[test]
fn sending_back_and_escalating_need_a_reason() {
    let mut world = World::submitted();
    let seen = world.seen();
    let blank = Command::RequestChanges { seen, reason: "  ".into() };
    assert_eq!(world.refused("olga", blank), Refusal::ReasonRequired { action: Action::RequestChanges });
    let blank = Command::Escalate { to: None, reason: String::new() };
    assert_eq!(world.refused("olga", blank), Refusal::ReasonRequired { action: Action::Escalate });
}

#[test]
fn automation_never_decides() {
    let mut world = World::submitted();
    let seen = world.seen();
    let ruling = world.act_as(&Actor::System("sla".into()), &Command::approve(seen));
    assert!(matches!(ruling, Err(Refusal::Denied { why: Denial::NeedsRole(_), .. })), "{ruling:?}");
}

#[test]
fn a_comment_with_the_same_id_is_said_once() {
    let mut world = World::submitted();
    let say = Command::Comment {
        id: "c1".into(),
        visibility: Visibility::Internal,
        body: "Looks fine.".into(),
        mentions: vec![],
    };
    world.accept("anna", say.clone());
    assert_eq!(world.act("anna", &say), Ok(Ruling::AlreadySatisfied(Satisfied::AlreadySaid)));
    assert_eq!(world.item().comments.len(), 1);
}

#[test]
fn two_approvals_are_needed_where_the_step_says_so_and_one_person_counts_once() {
    let mut world = World::new();
    world.journey.stages[1].steps[0].quorum = Quorum::AtLeast(2);
    world.accept("contact", Command::Submit(Box::new(submission())));
    world.approve("olga");
    assert_eq!(world.item().waiting_on().count(), 2);
    world.approve("anna");
    assert_eq!(world.item().stage(), Some(&"review".into()));
    let seen = world.seen();
    let again = world.act("anna", &Command::approve(seen));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyApproved)));
    world.approve("aron");
    assert_eq!(world.item().stage(), Some(&"sign_off".into()));
}

#[test]
fn a_step_that_nobody_may_decide_becomes_an_exception_of_the_journey_itself() {
    let mut world = World::new();
    world.organisation.people =
        People::new(world.organisation.people.iter().filter(|person| person.id.as_str() != "lena").cloned());
    world.accept("olga", Command::Submit(Box::new(submission())));
    assert_eq!(world.item().phase, Phase::Exception);
    let exception = world.item().exception.as_ref().unwrap();
    assert_eq!(exception.by, Actor::System("journey".into()));
    assert_eq!((exception.category.as_str(), exception.from), (NOBODY_TO_DECIDE, Phase::InReview));
    assert_eq!(world.item().waiting_on().count(), 0);
}

#[test]
fn work_is_spread_over_those_who_may_take_it() {
    let stage = &Journey::built_in().stages[1];
    let mut turns = std::collections::BTreeMap::<String, u32>::new();
    for number in 0..400 {
        let mut world = World::new();
        let mut new = submission();
        new.reference = format!("ACME-{number}");
        new.journey = Journey { stages: vec![stage.clone()], ..Journey::built_in() }.reference();
        world.journey.stages = vec![stage.clone()];
        world.accept("contact", Command::Submit(Box::new(new)));
        *turns.entry(world.reviewer()).or_default() += 1;
    }
    assert_eq!(turns.len(), 2);
    assert!(turns.values().all(|count| (140..=260).contains(count)), "{turns:?}");
}
