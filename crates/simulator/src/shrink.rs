//! A failing schedule made smaller: steps and faults are left out as long as the same promise is broken.

use crate::mutation::Mutation;
use crate::plan::{Plan, Step};
use crate::run::play;
use crate::template::Template;
use crate::violation::Check;
use crate::wire::Fault;

/// Runs that are spent on one failure.
const MOST_RUNS: usize = 400;

/// The smallest plan found that still breaks `check`.
///
/// # Errors
/// When the simulator itself fails.
pub async fn shrink(
    template: &Template,
    plan: &Plan,
    check: Check,
    mutation: Option<Mutation>,
) -> anyhow::Result<Plan> {
    let mut smallest = plan.clone();
    let mut runs = 0;
    let mut chunk = smallest.steps.len().div_ceil(2).max(1);
    loop {
        let mut place = 0;
        let mut has_shrunk = false;
        while place < smallest.steps.len() && runs < MOST_RUNS {
            let mut candidate = smallest.clone();
            let end = (place + chunk).min(candidate.steps.len());
            candidate.steps.drain(place..end);
            runs += 1;
            if breaks(template, &candidate, check, mutation).await? {
                smallest = candidate;
                has_shrunk = true;
            } else {
                place += chunk;
            }
        }
        if runs >= MOST_RUNS || (chunk == 1 && !has_shrunk) {
            break;
        }
        chunk = (chunk / 2).max(1);
    }
    for place in 0..smallest.steps.len() {
        for calmer in calmer(smallest.steps.get(place)) {
            let mut candidate = smallest.clone();
            if let Some(step) = candidate.steps.get_mut(place) {
                *step = calmer;
            }
            runs += 1;
            if runs < MOST_RUNS && breaks(template, &candidate, check, mutation).await? {
                smallest = candidate;
            }
        }
    }
    Ok(smallest)
}

/// The same step with one thing less going wrong.
fn calmer(step: Option<&Step>) -> Vec<Step> {
    match step {
        Some(Step::Sync { who, process, faults, dies_at }) => {
            let sync = |faults, dies_at| Step::Sync { who: *who, process: *process, faults, dies_at };
            fewer_troubles(faults, *dies_at, sync)
        }
        Some(Step::Upload { who, process, faults, dies_at }) => {
            let upload = |faults, dies_at| Step::Upload { who: *who, process: *process, faults, dies_at };
            fewer_troubles(faults, *dies_at, upload)
        }
        Some(Step::Join { dice, faults, dies_at }) => {
            let join = |faults, dies_at| Step::Join { dice: *dice, faults, dies_at };
            fewer_troubles(faults, *dies_at, join)
        }
        Some(Step::Go { who, process, pick, fault }) if *fault != Fault::Pass => {
            vec![Step::Go { who: *who, process: *process, pick: *pick, fault: Fault::Pass }]
        }
        _ => Vec::new(),
    }
}

fn fewer_troubles(faults: &[Fault], dies_at: u8, step: impl Fn(Vec<Fault>, u8) -> Step) -> Vec<Step> {
    let mut steps = vec![step(Vec::new(), 0), step(faults.to_vec(), 0), step(Vec::new(), dies_at)];
    for place in 0..faults.len() {
        let mut fewer = faults.to_vec();
        if let Some(fault) = fewer.get_mut(place).filter(|fault| **fault != Fault::Pass) {
            *fault = Fault::Pass;
            steps.push(step(fewer, dies_at));
        }
    }
    steps
}

async fn breaks(
    template: &Template,
    plan: &Plan,
    check: Check,
    mutation: Option<Mutation>,
) -> anyhow::Result<bool> {
    let outcome = play(template, plan, mutation, false).await?;
    Ok(outcome.violation.is_some_and(|violation| violation.check == check))
}
