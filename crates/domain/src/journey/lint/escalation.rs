//! Ladders: climbed in their order, rung by rung, each once.

use super::{Findings, Problem};
use crate::calendar::Target;
use crate::journey::{Journey, Rung, RungTime, Stage};

/// The longest ladder.
const MAX_RUNGS: usize = 20;

pub(super) fn check(journey: &Journey, findings: &mut Findings) {
    let without_own: Vec<&Stage> = journey.stages.iter().filter(|stage| stage.escalation.is_none()).collect();
    ladder(&journey.escalation, &without_own, "escalation", findings);
    for (index, stage) in journey.stages.iter().enumerate() {
        if let Some(rungs) = &stage.escalation {
            ladder(rungs, &[stage], &format!("stages[{index}].escalation"), findings);
        }
    }
}

/// `stages`: where it is climbed.
fn ladder(rungs: &[Rung], stages: &[&Stage], at: &str, findings: &mut Findings) {
    if rungs.len() > MAX_RUNGS {
        findings.error(at, Problem::TooManyRungs { rungs: rungs.len(), most: MAX_RUNGS });
    }
    for (index, rung) in rungs.iter().enumerate() {
        let at = format!("{at}[{index}].after");
        if let RungTime::Overdue(_) = rung.after
            && let Some(stage) = stages.iter().find(|stage| stage.target.is_none())
        {
            findings.warning(&at, Problem::NeverOverdue { stage: stage.key.to_string() });
        }
        let is_early = |before: &Rung| {
            let earlier = |target| before_by(rung.after, before.after, target) == Some(true);
            if stages.is_empty() { earlier(None) } else { stages.iter().any(|stage| earlier(stage.target)) }
        };
        if rungs[..index].iter().any(is_early) {
            findings.error(at, Problem::RungTooEarly);
        }
    }
}

/// Whether `one` is surely reached before `other`, at a stage with this target. None where they are counted in
/// different ways: hours of wall time, and working time.
fn before_by(one: RungTime, other: RungTime, target: Option<Target>) -> Option<bool> {
    if let (RungTime::Overdue(one), RungTime::Overdue(other)) = (one, other) {
        let ((unit, one), (same, other)) = (amount(one), amount(other));
        return (unit == same).then_some(one < other);
    }
    let ((unit, one), (same, other)) = (since_opened(one, target)?, since_opened(other, target)?);
    (unit == same).then_some(one < other)
}

fn since_opened(time: RungTime, target: Option<Target>) -> Option<(Unit, u64)> {
    match time {
        RungTime::Opened(after) => Some(amount(after)),
        RungTime::Overdue(after) => {
            let ((unit, after), (same, target)) = (amount(after), amount(target?));
            (unit == same).then_some((unit, after + target))
        }
    }
}

#[derive(PartialEq, Eq)]
enum Unit {
    Hours,
    BusinessMinutes,
    BusinessDays,
}

fn amount(target: Target) -> (Unit, u64) {
    match target {
        Target::Hours(time) => (Unit::Hours, u64::from(time)),
        Target::BusinessMinutes(time) => (Unit::BusinessMinutes, u64::from(time)),
        Target::BusinessDays(time) => (Unit::BusinessDays, u64::from(time)),
    }
}
