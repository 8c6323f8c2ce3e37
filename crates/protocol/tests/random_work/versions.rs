//! The next version of a journey.

use super::Dice;
use postern_domain::calendar::Target;
use postern_domain::*;
use std::collections::BTreeMap;

/// Something is otherwise in it; with the stages that take the place of others.
pub fn next_version(journey: &Journey, dice: &mut Dice) -> (Journey, BTreeMap<StageKey, StageKey>) {
    let mut next = journey.numbered(journey.version);
    let mut stages = BTreeMap::new();
    match dice.below(5) {
        0 => {
            if !next.cosmetic.remove(&Part::Title) {
                next.cosmetic.insert(Part::Title);
            }
        }
        1 => {
            let renamed = StageKey(format!("{}_again", next.stages[0].key));
            stages.insert(std::mem::replace(&mut next.stages[0].key, renamed.clone()), renamed);
        }
        2 => {
            if let Some(dropped) = (next.stages.len() > 1).then(|| next.stages.pop()).flatten() {
                stages.insert(dropped.key, next.stages[0].key.clone());
            }
        }
        3 => next.stages.iter_mut().for_each(|stage| stage.target = Some(Target::BusinessMinutes(90))),
        _ => {
            next.escalation = vec![
                Rung { after: RungTime::Opened(Target::Hours(4)), to: RungTo::OwnerLead },
                Rung { after: RungTime::Overdue(Target::Hours(1)), to: RungTo::Lead },
            ];
            next.overrides.own_work = true;
        }
    }
    (next, stages)
}
