//! Steps side by side, quorums, vetoes, conditions, outputs, overrides.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::calendar::Target;
use postern_domain::*;
use world::{World, person, set_title, submission};

fn step(key: &str, group: &str) -> Step {
    Step::new(key, key, vec![Deciders::Group(group.into())])
}

fn stage(key: &str, steps: Vec<Step>) -> Stage {
    Stage { steps, ..Stage::of_one(key, key, vec![], Some(Target::Hours(24))) }
}

fn member(id: &str, groups: &[&str]) -> Person {
    let mut person = person(id, &[Role::InternalApprover]);
    person.groups = groups.iter().map(|group| (*group).to_owned()).collect();
    person
}

/// The organisation of the other tests, with `members` of groups and without its approvers.
fn world(stages: Vec<Stage>, members: &[(&str, &[&str])]) -> World {
    let mut world = World::new();
    let kept =
        world.organisation.people.iter().filter(|person| !person.holds(Role::InternalApprover, place()));
    let people = kept.cloned().chain(members.iter().map(|(id, groups)| member(id, groups)));
    world.organisation.people = People::new(people.collect::<Vec<_>>());
    world.journey = Journey::of_stages("standard", "Standard", stages);
    world
}

fn place() -> Place<'static> {
    static CLIENT: std::sync::LazyLock<ClientId> = std::sync::LazyLock::new(|| "acme".into());
    Place { client: &CLIENT, project: None, kind: Kind::Deliverable }
}

fn submit(world: &mut World) {
    world.accept("contact", Command::Submit(Box::new(submission())));
}

fn seen_at(world: &World, step: &str) -> Seen {
    Seen { step: Some(step.into()), ..world.seen() }
}

fn approve(world: &mut World, who: &str, step: &str) {
    let seen = seen_at(world, step);
    world.accept(who, Command::approve(seen));
}

fn send_back(world: &mut World, who: &str, step: &str) {
    let seen = seen_at(world, step);
    world.accept(who, Command::RequestChanges { seen, reason: "page 3".into() });
}

fn side_by_side() -> World {
    let stages = vec![stage("checks", vec![step("legal", "legal"), step("brand", "brand")])];
    world(stages, &[("lily", &["legal"]), ("bo", &["brand"])])
}

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
    let version = world.item().assignment_version;
    let mut everybody = two_of_three(Veto::Anyone);
    submit(&mut everybody);
    let refusal = everybody.refused("lena", Command::reassign("lena".into(), version));
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

fn with_amount() -> World {
    let director = Stage {
        when: Some(Condition::new("fields.amount > 1000000")),
        ..stage("director", vec![step("director", "directors")])
    };
    let mut world = world(
        vec![stage("check", vec![step("check", "finance")]), director],
        &[("fay", &["finance"]), ("dora", &["directors"])],
    );
    world.journey.fields = vec![Field {
        key: "amount".into(),
        name: "Amount".into(),
        help: None,
        of: FieldType::Money { currency: "EUR".into(), min: Some(0), max: None },
        required: false,
        cosmetic: false,
        output: false,
        internal: false,
    }];
    world
}

fn amounting(amount: Option<i64>) -> Command {
    let fields = amount.map(|amount| ("amount".to_owned(), FieldValue::Integer(amount)));
    Command::Submit(Box::new(Submission { fields: fields.into_iter().collect(), ..submission() }))
}

#[test]
fn a_condition_adds_a_stage_and_what_was_passed_over_is_said() {
    let mut world = with_amount();
    world.accept("contact", amounting(Some(1_000_001)));
    approve(&mut world, "fay", "check");
    assert_eq!(world.reviewer(), "dora");
    let mut world = with_amount();
    world.accept("contact", amounting(Some(1_000_000)));
    approve(&mut world, "fay", "check");
    assert_eq!(world.item().phase, Phase::Approved);
    let skipped = Happening::Skipped { steps: vec!["director".into()] };
    assert!(world.item().history.iter().any(|entry| entry.what == skipped));
}

#[test]
fn a_condition_on_a_field_left_empty_holds() {
    let mut world = with_amount();
    world.accept("contact", amounting(None));
    approve(&mut world, "fay", "check");
    assert_eq!(world.reviewer(), "dora");
}

#[test]
fn a_field_that_does_not_fit_the_form_is_refused_by_name() {
    let mut world = with_amount();
    let refusal = world.refused("contact", amounting(Some(-1)));
    assert_eq!(refusal, Refusal::Field { key: "amount".into(), problem: FieldProblem::TooSmall { min: 0 } });
    let mut unknown = submission();
    unknown.fields = [("colour".to_owned(), FieldValue::Text("red".into()))].into();
    let refusal = world.refused("contact", Command::Submit(Box::new(unknown)));
    assert_eq!(refusal, Refusal::Field { key: "colour".into(), problem: FieldProblem::Unknown });
}

#[test]
fn a_cosmetic_change_carries_approvals_over_and_says_so() {
    let mut world = side_by_side();
    world.journey.cosmetic = [Part::Title].into();
    submit(&mut world);
    approve(&mut world, "bo", "brand");
    let seen = seen_at(&world, "legal");
    world.accept("olga", set_title("Annual report, spelled well"));
    let said = Happening::FieldsSet { names: vec!["title".into()], cosmetic: true };
    assert_eq!(world.item().history.last().unwrap().what, said);
    assert_eq!(world.item().reviews.len(), 1, "the approval stands");
    assert!(!world.item().contributors.contains(&"olga".into()));
    world.accept("lily", Command::approve(seen));
    assert_eq!(world.item().phase, Phase::Approved);
}

#[test]
fn a_material_change_outdates_the_approvals_of_every_open_step() {
    let mut world = side_by_side();
    submit(&mut world);
    approve(&mut world, "bo", "brand");
    world.accept("olga", set_title("Another report"));
    assert_eq!(world.item().reviews.len(), 2);
    assert!(world.item().reviews.iter().all(|review| review.decisions.is_empty()));
}

#[test]
fn a_decision_taken_by_the_rules_of_another_version_is_a_conflict() {
    let mut world = side_by_side();
    submit(&mut world);
    let seen = Seen { journey_version: 2, ..seen_at(&world, "legal") };
    let refusal = world.refused("lily", Command::approve(seen));
    assert_eq!(refusal, Refusal::JourneyChanged { seen: 2, current: 1 });
    assert!(refusal.is_conflict());
}

#[test]
fn an_approval_fills_in_the_outputs_that_its_step_asks_for() {
    let mut world = side_by_side();
    let mut registry = with_amount().journey.fields.remove(0);
    (registry.key, registry.output) = ("registry_number".into(), true);
    registry.of = FieldType::Text { max_length: Some(20) };
    world.journey.fields = vec![registry];
    world.journey.stages[0].steps[0].outputs = vec!["registry_number".into()];
    world.accept("contact", Command::Submit(Box::new(Submission { fields: Fields::new(), ..submission() })));
    let seen = seen_at(&world, "legal");
    let refusal = world.refused("lily", Command::approve(seen.clone()));
    assert_eq!(refusal, Refusal::Field { key: "registry_number".into(), problem: FieldProblem::Missing });
    let outputs: Fields = [("registry_number".to_owned(), FieldValue::Text("R-12".into()))].into();
    world.accept("lily", Command::Approve { seen: seen.clone(), comment: None, outputs: outputs.clone() });
    assert_eq!(world.item().fields, outputs);
    assert_eq!(world.seen().content, seen.content, "an output is not what was decided on");
}

#[test]
fn a_step_may_ask_for_the_reason_of_an_approval() {
    let mut world = side_by_side();
    world.journey.stages[0].steps[0].reason_required = true;
    submit(&mut world);
    let seen = seen_at(&world, "legal");
    assert_eq!(
        world.refused("lily", Command::approve(seen)),
        Refusal::ReasonRequired { action: Action::Approve }
    );
}

#[test]
fn an_override_closes_the_step_with_its_reason_and_never_for_ones_own_work() {
    let mut world = side_by_side();
    submit(&mut world);
    let overrule = |world: &World| Command::Override {
        seen: seen_at(world, "legal"),
        reason: "Legal is at a conference; the board agreed by phone.".into(),
        outputs: Fields::new(),
    };
    let command = overrule(&world);
    let refusal = world.refused("bo", command.clone());
    assert!(matches!(refusal, Refusal::Denied { why: Denial::NeedsRole(_), .. }), "{refusal:?}");
    world.accept("lena", command);
    let decision = &world.item().closed_reviews[0].decisions[0];
    assert!(decision.overriding && decision.by.as_str() == "lena");
    let said = |entry: &Entry| matches!(&entry.what, Happening::Overridden { .. });
    assert!(world.item().history.iter().any(said));

    let mut world = side_by_side();
    submit(&mut world);
    world.accept("lena", set_title("Lena's own words"));
    let command = overrule(&world);
    let refusal = world.refused("lena", command.clone());
    assert_eq!(refusal, Refusal::Denied { action: Action::Override, why: Denial::Contributor });
    world.journey.overrides.own_work = true;
    world.accept("lena", command.clone());
    world.journey.overrides.roles.clear();
    let command =
        Command::Override { seen: seen_at(&world, "brand"), reason: "again".into(), outputs: Fields::new() };
    let refusal = world.refused("lena", command);
    assert_eq!(refusal, Refusal::Denied { action: Action::Override, why: Denial::NoOverride });
}

#[test]
fn an_override_leaves_behind_what_the_step_asks_for() {
    let mut world = side_by_side();
    world.journey.fields = vec![Field {
        key: "opinion".into(),
        name: "Opinion".into(),
        help: None,
        of: FieldType::Text { max_length: None },
        required: true,
        cosmetic: false,
        output: true,
        internal: false,
    }];
    world.journey.stages[0].steps[0].outputs = vec!["opinion".into()];
    world.accept("contact", Command::Submit(Box::new(Submission { fields: Fields::new(), ..submission() })));
    let overrule = |world: &World, outputs| Command::Override {
        seen: seen_at(world, "legal"),
        reason: "The board agreed by phone.".into(),
        outputs,
    };
    let refusal = world.refused("lena", overrule(&world, Fields::new()));
    assert!(matches!(refusal, Refusal::Field { problem: FieldProblem::Missing, .. }), "{refusal:?}");
    let opinion: Fields = [("opinion".to_owned(), FieldValue::Text("No risk.".into()))].into();
    world.accept("lena", overrule(&world, opinion.clone()));
    assert_eq!(world.item().fields, opinion);
    assert_eq!(world.item().closed_reviews[0].step.as_str(), "legal", "the step that was named, of the two");
}

#[test]
fn each_rung_of_a_ladder_is_climbed_once_in_its_order_and_by_automation_alone() {
    let rung = |hours, to| Rung { after: RungTime::Overdue(Target::Hours(hours)), to };
    let mut world = side_by_side();
    world.journey.escalation = vec![rung(1, RungTo::Owner), rung(10, RungTo::Lead)];
    submit(&mut world);
    let climb = |rung| Command::Climb { stage: "checks".into(), round: 1, rung };
    let clock = Actor::System("escalation".into());
    assert!(matches!(world.act_as(&clock, &climb(1)), Err(Refusal::NotDueYet { at: Some(_) })));
    world.now = world.now.plus_ms(26 * HOUR_MS);
    assert_eq!(
        world.refused("lena", climb(1)),
        Refusal::Denied { action: Action::Climb, why: Denial::AutomationOnly }
    );
    assert!(matches!(world.act_as(&clock, &climb(2)), Err(Refusal::NotDueYet { .. })));
    assert!(matches!(world.act_as(&clock, &climb(1)), Ok(Ruling::Happened(_))));
    let again = world.act_as(&clock, &climb(1));
    assert_eq!(again, Ok(Ruling::AlreadySatisfied(Satisfied::AlreadyClimbed)));
    let first = world.item().escalation.clone().unwrap();
    assert_eq!((first.level, first.to, first.by), (1, Some("olga".into()), clock.clone()));
    world.now = world.now.plus_ms(10 * HOUR_MS);
    assert!(matches!(world.act_as(&clock, &climb(2)), Ok(Ruling::Happened(_))));
    assert_eq!(world.item().escalation.as_ref().unwrap().to, Some("lena".into()));
}

#[test]
fn an_exception_is_resolved_to_another_stage_too() {
    let stages =
        vec![stage("first", vec![step("first", "legal")]), stage("second", vec![step("second", "brand")])];
    let mut world = world(stages, &[("lily", &["legal"]), ("bo", &["brand"])]);
    world.journey.exceptions.categories = vec!["data".into()];
    submit(&mut world);
    let raise = |category: &str| Command::RaiseException { category: category.into(), reason: "r".into() };
    let refusal = world.refused("lily", raise("mood"));
    assert_eq!(refusal, Refusal::UnknownCategory { known: vec!["data".into()] });
    world.accept("lily", raise("data"));
    assert_eq!(world.item().exception.as_ref().unwrap().handler, Some("olga".into()));
    let to = |stage: &str| Command::ResolveException {
        to: ExceptionExit::Stage(stage.into()),
        reason: "cleared by phone".into(),
    };
    assert_eq!(world.refused("olga", to("third")), Refusal::UnknownStage { stage: "third".into() });
    world.accept("olga", to("second"));
    assert_eq!((world.item().phase, world.reviewer().as_str()), (Phase::InReview, "bo"));
}
