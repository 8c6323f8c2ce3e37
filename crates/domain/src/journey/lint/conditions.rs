//! Conditions: whether they can be read, and what they come to over all items that the journey admits.

use super::{Findings, Problem};
use crate::journey::condition::possible::{Combination, Failing, Truths, combinations};
use crate::journey::{Condition, Journey, Stage, Step};
use std::collections::BTreeSet;

pub(super) fn check(journey: &Journey, findings: &mut Findings) {
    for (index, stage) in journey.stages.iter().enumerate() {
        let at = format!("stages[{index}]");
        if let Some(when) = &stage.when {
            condition(journey, when, &format!("{at}.when"), findings);
        }
        for (index, step) in stage.steps.iter().enumerate() {
            if let Some(when) = &step.when {
                let at = format!("{at}.steps[{index}].when");
                if condition(journey, when, &at, findings) == Comes::Never {
                    findings.error(at, Problem::NeverApplies { step: step.key.to_string() });
                }
            }
        }
        if !stage.steps.is_empty() && !is_reachable(journey, stage) {
            let key = if stage.when.is_some() { format!("{at}.when") } else { at };
            findings.error(key, Problem::Unreachable { stage: stage.key.to_string() });
        }
    }
    let obliges = journey.stages.iter().any(|stage| !stage.optional && !stage.steps.is_empty());
    if obliges && passes_undecided(journey) {
        findings.warning("stages", Problem::PassesUndecided);
    }
}

#[derive(PartialEq, Eq)]
enum Comes {
    Never,
    Otherwise,
}

fn condition(journey: &Journey, when: &Condition, at: &str, findings: &mut Findings) -> Comes {
    if let Err(problems) = when.check(&journey.fields) {
        for problem in problems {
            findings.error(at, Problem::Condition { problem });
        }
        return Comes::Otherwise;
    }
    let Some(all) = combinations(&[when], &journey.fields, &journey.kinds) else { return Comes::Otherwise };
    let blamed: BTreeSet<&str> =
        all.iter().flat_map(|values| values.blamed(when.truths(values).fails)).collect();
    for field in journey.fields.iter().filter(|field| blamed.contains(field.key.as_str())) {
        findings.warning(at, Problem::NotGuarded { field: field.key.clone() });
    }
    if !all.iter().any(|each| when.truths(each).may_hold()) {
        return Comes::Never;
    }
    if !all.iter().any(|each| when.truths(each).no) {
        findings.warning(at, Problem::AlwaysHolds);
    }
    Comes::Otherwise
}

/// What decides whether a step is asked: its stage's condition and its own.
fn of_step<'a>(stage: &'a Stage, step: &'a Step) -> Vec<&'a Condition> {
    stage.when.iter().chain(&step.when).collect()
}

fn truths(conditions: &[&Condition], values: &Combination<'_>) -> Truths {
    // Each of them holds by itself when it cannot be evaluated.
    conditions
        .iter()
        .map(|condition| condition.truths(values))
        .map(|one| Truths { yes: one.may_hold(), fails: Failing::default(), ..one })
        .fold(Truths::known(true), Truths::and)
}

fn is_reachable(journey: &Journey, stage: &Stage) -> bool {
    stage.steps.iter().any(|step| {
        let conditions = of_step(stage, step);
        combinations(&conditions, &journey.fields, &journey.kinds)
            .is_none_or(|all| all.iter().any(|values| truths(&conditions, values).yes))
    })
}

/// Whether there is surely an item at which no step applies.
fn passes_undecided(journey: &Journey) -> bool {
    let ways: Vec<Vec<&Condition>> = journey
        .stages
        .iter()
        .filter(|stage| !stage.optional)
        .flat_map(|stage| stage.steps.iter().map(|step| of_step(stage, step)))
        .collect();
    let all: Vec<&Condition> = ways.iter().flatten().copied().collect();
    combinations(&all, &journey.fields, &journey.kinds).is_some_and(|combinations| {
        combinations.iter().any(|values| ways.iter().all(|way| !truths(way, values).yes))
    })
}
