//! Versions of a journey: their differences, replay over past items, migration, and publication.

use postern_domain::change::{How, MigrationPlan, MigrationProblem, check_migration, differences};
use postern_domain::golden::{CaseResult, Difference};
use postern_domain::lint::{Finding, Problem, Severity};
use postern_domain::publication::{Advance, Cohorts, Lifecycle, NotAdvanced};
use postern_domain::route::{rerouted, route};
use postern_domain::*;
use std::collections::BTreeMap;

fn invoices() -> Journey {
    shipped()
        .into_iter()
        .find(|journey| journey.key.as_str() == "invoice-approval")
        .expect("it is shipped")
        .numbered(0)
}

/// An invoice in flight, as its submission made it.
fn invoice(reference: &str, amount: i64) -> Item {
    let journey = invoices();
    let submission = Submission {
        reference: reference.to_owned(),
        kind: Kind::Invoice,
        title: "An invoice".to_owned(),
        description: String::new(),
        client: "client".into(),
        project: None,
        journey: journey.reference(),
        fields: [
            ("supplier".to_owned(), FieldValue::Text("Print & Co".to_owned())),
            ("amount".to_owned(), FieldValue::Integer(amount)),
            ("note".to_owned(), FieldValue::Text("By hand.".to_owned())),
        ]
        .into(),
        priority: Priority::Normal,
        owner: None,
    };
    let recorded = Recorded {
        event: Event::submitted(submission, &journey),
        by: Actor::System("import".to_owned()),
        on_behalf_of: None,
        at: Timestamp(0),
        device_at: None,
        command: None,
    };
    apply(None, &ItemId::from(reference), &recorded).expect("a first event")
}

fn steps(keys: &[&str]) -> Vec<StepKey> {
    keys.iter().map(|key| StepKey::from(*key)).collect()
}

#[test]
fn the_route_of_an_item_depends_on_its_fields() {
    let journey = invoices();
    assert_eq!(route(&journey, &invoice("A-1", 5_000)), steps(&["administration", "budget_owner"]));
    assert_eq!(
        route(&journey, &invoice("A-2", 1_000_001)),
        steps(&["administration", "budget_owner", "supervisor", "director"])
    );
}

#[test]
fn replay_names_the_items_that_another_version_would_have_sent_elsewhere() {
    let old = invoices();
    let mut new = old.clone();
    new.stages.iter_mut().find(|stage| stage.key.as_str() == "director").unwrap().when =
        Some(Condition::new("fields.amount > 500000"));
    let items = [invoice("A-1", 5_000), invoice("A-2", 600_000), invoice("A-3", 2_000_000)];
    let found = rerouted(&old, &new, &items);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].reference, "A-2");
    assert_eq!(found[0].added, steps(&["director"]));
    let back = rerouted(&new, &old, &items);
    assert_eq!(back[0].removed, steps(&["director"]));
    assert_eq!(rerouted(&old, &old, &items), vec![]);
}

#[test]
fn replay_tells_another_order_other_deciders_and_other_content() {
    let old = invoices();
    let mut new = old.clone();
    new.stages.swap(1, 2);
    new.fields.iter_mut().find(|field| field.key == "note").unwrap().cosmetic = false;
    new.stages[2].steps[0].quorum = Quorum::AtLeast(2);
    let found = rerouted(&old, &new, [&invoice("A-1", 5_000)]);
    assert_eq!(found[0].reordered, steps(&["budget_owner", "administration"]));
    assert_eq!(found[0].redirected, steps(&["administration"]));
    assert_eq!(found[0].content, ["note"]);
    new.kinds = vec![Kind::Ticket];
    assert!(rerouted(&old, &new, [&invoice("A-1", 5_000)])[0].refused);
}

#[test]
fn steps_that_come_side_by_side_are_reordered_and_their_order_in_a_stage_is_nothing() {
    let old = shipped().remove(0);
    let mut new = old.clone();
    new.stages[1].steps.swap(0, 1);
    let mut item = invoice("A-1", 1);
    item.fields = [
        ("asset_type".to_owned(), FieldValue::Text("web".to_owned())),
        ("regulated".to_owned(), FieldValue::Flag(false)),
    ]
    .into();
    item.kind = Kind::Deliverable;
    assert_eq!(rerouted(&old, &new, [&item]), vec![]);
    let brand = new.stages[1].steps.remove(1);
    new.stages[0].steps.push(brand);
    let found = rerouted(&old, &new, [&item]);
    assert_eq!(found[0].reordered, steps(&["intake", "brand", "copy"]));
}

#[test]
fn differences_are_named_by_keys_not_by_places() {
    let old = invoices();
    let mut new = old.clone();
    new.version = 2;
    let director = new.stages.pop().unwrap();
    new.stages.insert(0, director);
    new.stages.retain(|stage| stage.key.as_str() != "pre_approval");
    new.stages[1].steps[0].quorum = Quorum::AtLeast(2);
    new.fields[3].name = "Sum".to_owned();
    new.fields[6].cosmetic = false;
    new.completion = None;
    new.overrides.own_work = true;
    let said: Vec<String> = differences(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "`completion` is no longer {\"business_days\":5}",
            "`fields[amount].name` is \"Sum\" instead of \"Total amount\"",
            "`fields[note].cosmetic` is no longer true",
            "`overrides.own_work` is true now",
            "`stages[pre_approval]` is gone",
            "`stages[director]` stands elsewhere",
            "`stages[administration].steps[administration].quorum` is {\"at_least\":2} instead of \"any\"",
        ]
    );
    assert_eq!(differences(&old, &old.numbered(6)), vec![]);
}

#[test]
fn what_is_new_is_one_difference() {
    let old = invoices();
    let mut new = old.clone();
    new.fields.push(Field { key: "extra".to_owned(), ..old.fields[0].clone() });
    let found = differences(&old, &new);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].at.as_str(), &found[0].how), ("fields[extra]", &How::Added));
}

fn plan(stages: &[(&str, &str)]) -> MigrationPlan {
    let stages = stages.iter().map(|(from, to)| (StageKey::from(*from), StageKey::from(*to))).collect();
    MigrationPlan { from: 1, to: 2, stages }
}

/// The second version, in which supervisor and director are one stage.
fn merged() -> Journey {
    let mut new = invoices().numbered(1);
    new.stages.retain(|stage| stage.key.as_str() != "supervisor");
    new
}

fn problems(new: &Journey, occupied: &[(&str, u64)], plan: &MigrationPlan, items: &[Item]) -> Vec<String> {
    let occupied: BTreeMap<StageKey, u64> =
        occupied.iter().map(|(stage, items)| (StageKey::from(*stage), *items)).collect();
    let found = check_migration(&invoices(), new, &occupied, plan, items).err().unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn an_occupied_stage_does_not_vanish_without_another_in_its_place() {
    let none: Vec<String> = Vec::new();
    assert_eq!(
        problems(&merged(), &[("supervisor", 3), ("budget", 2)], &plan(&[]), &[]),
        ["3 items stand at `supervisor`, which the new version does not have: map it to one of its stages"]
    );
    assert_eq!(problems(&merged(), &[("supervisor", 0), ("budget", 2)], &plan(&[]), &[]), none);
    assert_eq!(problems(&merged(), &[("supervisor", 3)], &plan(&[("supervisor", "director")]), &[]), none);
    assert_eq!(
        plan(&[("supervisor", "director")]).stage_for(&"supervisor".into(), &merged()),
        Some("director".into())
    );
    assert_eq!(plan(&[]).stage_for(&"budget".into(), &merged()), Some("budget".into()));
    assert_eq!(plan(&[]).stage_for(&"supervisor".into(), &merged()), None);
}

#[test]
fn a_plan_leads_from_stages_that_were_to_stages_that_are() {
    assert_eq!(
        problems(
            &merged(),
            &[("supervisor", 3)],
            &plan(&[("boss", "director"), ("supervisor", "boss")]),
            &[]
        ),
        [
            "the plan maps `boss`, which the old version does not have: leave it out",
            "the plan maps `supervisor` to `boss`, which the new version does not have: map it to one of its stages",
        ]
    );
    let other = MigrationPlan { from: 3, ..plan(&[]) };
    assert_eq!(
        problems(&merged(), &[], &other, &[]),
        ["the plan goes from version 3 to 2, and these are versions 1 and 2: plan again"]
    );
    let mut renamed = merged();
    renamed.key = "bills".into();
    assert!(matches!(
        check_migration(&invoices(), &renamed, &BTreeMap::new(), &plan(&[]), []).unwrap_err()[..],
        [MigrationProblem::OtherJourney { .. }]
    ));
}

#[test]
fn fields_that_items_in_flight_do_not_fulfil_are_listed() {
    let mut new = merged();
    new.fields.retain(|field| matches!(field.key.as_str(), "supplier" | "amount" | "ledger_account"));
    let mut order = new.fields[0].clone();
    order.key = "order_number".to_owned();
    new.fields.push(order);
    new.fields[1].of = FieldType::Money { currency: "EUR".to_owned(), min: Some(1), max: Some(10_000) };
    let items = [invoice("A-1", 5_000), invoice("A-2", 20_000)];
    assert_eq!(
        problems(&new, &[], &plan(&[]), &items),
        [
            "`order_number` is required now, and empty at 2 items: fill it in there, or leave it optional",
            "`amount` must be at most 10000 now, which 1 items do not fulfil: change them, or the field",
        ]
    );
    new.kinds = vec![Kind::Ticket];
    assert!(
        problems(&new, &[], &plan(&[]), &items)[2]
            .starts_with("the new version is not for a Invoice, and 2 items are")
    );
}

fn findings(severity: Severity) -> Vec<Finding> {
    vec![Finding { severity, at: "stages".to_owned(), problem: Problem::NoStages }]
}

fn results(difference: Option<Difference>) -> Vec<CaseResult> {
    vec![CaseResult { case: "a case".to_owned(), difference }]
}

fn publish<'a>(cohorts: Cohorts, findings: &'a [Finding], results: &'a [CaseResult]) -> Advance<'a> {
    Advance::Publish { cohorts, findings, results }
}

#[test]
fn a_version_is_checked_tested_replayed_and_published_in_this_order() {
    let warning = findings(Severity::Warning);
    let passed = results(None);
    let all = || publish(Cohorts::All, &warning, &passed);
    let mut state = Lifecycle::Draft;
    assert_eq!(state.advance(&Advance::Test(&passed)), Err(NotAdvanced::NotChecked));
    assert_eq!(state.advance(&all()), Err(NotAdvanced::NotReplayed));
    assert_eq!(state.advance(&Advance::Supersede), Err(NotAdvanced::NotPublished));
    state = state.advance(&Advance::Check(&warning)).unwrap();
    assert_eq!(state.advance(&Advance::Replay), Err(NotAdvanced::NotTested));
    state = state.advance(&Advance::Test(&passed)).unwrap();
    assert_eq!(state.advance(&Advance::Edit), Ok(Lifecycle::Draft));
    state = state.advance(&Advance::Replay).unwrap();
    state = state.advance(&all()).unwrap();
    assert_eq!(state, Lifecycle::Published { cohorts: Cohorts::All });
    assert_eq!(state.advance(&Advance::Edit), Err(NotAdvanced::NeverChanges));
    assert_eq!(state.advance(&Advance::Replay), Err(NotAdvanced::NeverChanges));
    state = state.advance(&Advance::Supersede).unwrap();
    assert_eq!(state.advance(&all()), Err(NotAdvanced::Superseded));
    assert_eq!(state.advance(&Advance::Edit), Err(NotAdvanced::NeverChanges));
}

#[test]
fn errors_and_failing_cases_forbid_publication_until_the_last_moment() {
    let error = findings(Severity::Error);
    let failing = results(Some(Difference::AlreadySo { act: 1 }));
    assert_eq!(Lifecycle::Draft.advance(&Advance::Check(&error)), Err(NotAdvanced::HasErrors { errors: 1 }));
    assert_eq!(
        Lifecycle::Checked.advance(&Advance::Test(&failing)),
        Err(NotAdvanced::CasesFail { failed: 1 })
    );
    assert_eq!(Lifecycle::Checked.advance(&Advance::Test(&[])), Err(NotAdvanced::NoCases));
    let replayed = Lifecycle::Replayed;
    assert_eq!(
        replayed.advance(&publish(Cohorts::All, &error, &results(None))),
        Err(NotAdvanced::HasErrors { errors: 1 })
    );
    assert_eq!(
        replayed.advance(&publish(Cohorts::All, &[], &failing)),
        Err(NotAdvanced::CasesFail { failed: 1 })
    );
    let nobody = Cohorts::Some(Vec::new());
    assert_eq!(replayed.advance(&publish(nobody, &[], &results(None))), Err(NotAdvanced::NoCohorts));
}

#[test]
fn a_version_is_published_for_some_cohorts_first_and_then_for_all() {
    let pilot = Cohorts::Some(vec!["pilot".to_owned()]);
    assert!(pilot.include("pilot") && !pilot.include("enterprise"));
    let state = Lifecycle::Replayed.advance(&publish(pilot, &[], &results(None))).unwrap();
    let wider = state.advance(&publish(Cohorts::All, &[], &results(None))).unwrap();
    assert_eq!(wider, Lifecycle::Published { cohorts: Cohorts::All });
    assert_eq!(wider.advance(&Advance::Supersede).unwrap(), Lifecycle::Superseded);
}
