//! Conditions, outputs, overrides, ladders, ways out of an exception.
#![allow(clippy::unwrap_used)]

mod steps;
mod world;

use postern_domain::calendar::Target;
use postern_domain::*;
use steps::*;
use world::{World, set_title, submission};

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
    // Nobody approved the first one: to lead past it takes the right to override.
    let why = Denial::NoOverride;
    assert_eq!(
        world.refused("olga", to("second")),
        Refusal::Denied { action: Action::ResolveException, why }
    );
    world.accept("lena", to("second"));
    assert_eq!((world.item().phase, world.reviewer().as_str()), (Phase::InReview, "bo"));
}
