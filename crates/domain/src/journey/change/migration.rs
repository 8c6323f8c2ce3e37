//! Moving items in flight from one version to another: every one of them must have a place to stand, and what the new
//! form asks of it.

use crate::ids::{JourneyKey, StageKey};
use crate::item::{Item, Kind};
use crate::journey::document::from_toml;
use crate::journey::{DocumentError, FieldProblem, Journey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which version the items leave, which they come to, and where those go whose stage is not there any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationPlan {
    pub from: u32,
    pub to: u32,
    /// A stage of the old version, and the stage of the new one that takes its place. Stages that are not listed stay
    /// themselves.
    #[serde(default)]
    pub stages: BTreeMap<StageKey, StageKey>,
}

impl MigrationPlan {
    /// Reads a plan from TOML: `from`, `to`, and a table `[stages]` of old and new.
    ///
    /// # Errors
    /// The first thing that is not a plan, with its place.
    pub fn from_toml(text: &str) -> Result<Self, DocumentError> {
        from_toml(text)
    }

    /// Reads pairs as they are typed, for example `legal=review`.
    ///
    /// # Errors
    /// The pair that cannot be read, and how to write one.
    pub fn stages_of(pairs: &[String]) -> Result<BTreeMap<StageKey, StageKey>, String> {
        let pair = |text: &String| {
            let (old, new) = text.split_once('=')?;
            (!old.is_empty() && !new.is_empty()).then(|| (StageKey::from(old), StageKey::from(new)))
        };
        let read =
            |text| pair(text).ok_or_else(|| format!("{text}: write it as OLD=NEW, for example legal=review"));
        pairs.iter().map(read).collect()
    }

    /// Where items at `stage` go, if there is such a stage.
    pub fn stage_for(&self, stage: &StageKey, new: &Journey) -> Option<StageKey> {
        let to = self.stages.get(stage).unwrap_or(stage);
        new.stage(to).map(|stage| stage.key.clone())
    }
}

/// Why a migration cannot go ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MigrationProblem {
    #[error("`{old}` and `{new}` are different journeys: items stay with theirs")]
    OtherJourney { old: JourneyKey, new: JourneyKey },
    #[error("the plan goes from version {from} to {to}, and these are versions {old} and {new}: plan again")]
    OtherVersions { from: u32, to: u32, old: u32, new: u32 },
    #[error(
        "{items} items stand at `{stage}`, which the new version does not have: map it to one of its stages"
    )]
    StageVanishes { stage: StageKey, items: u64 },
    #[error("the plan maps `{stage}`, which the old version does not have: leave it out")]
    UnknownStage { stage: StageKey },
    #[error(
        "the plan maps `{stage}` to `{to}`, which the new version does not have: map it to one of its stages"
    )]
    NoSuchStage { stage: StageKey, to: StageKey },
    #[error("`{field}` is required now, and empty at {items} items: fill it in there, or leave it optional")]
    FieldMissing { field: String, items: u64, references: Vec<String> },
    #[error("`{field}` {problem} now, which {items} items do not fulfil: change them, or the field")]
    FieldUnfit { field: String, problem: FieldProblem, items: u64, references: Vec<String> },
    #[error(
        "the new version is not for a {kind:?}, and {items} items are: leave them where they are, or add the kind"
    )]
    KindLeftOut { kind: Kind, items: u64 },
}

/// So many items are named with a problem; the others are counted.
const NAMED: usize = 10;

/// Whether the items in flight can move from `old` to `new` by this plan.
///
/// `occupied` counts the items at each stage of the old version. `in_flight` are the items themselves, as many of them
/// as the caller wants looked at: their fields and kinds are checked against the new form.
///
/// # Errors
/// Everything that stands in the way.
pub fn check_migration<'a>(
    old: &Journey,
    new: &Journey,
    occupied: &BTreeMap<StageKey, u64>,
    plan: &MigrationPlan,
    in_flight: impl IntoIterator<Item = &'a Item>,
) -> Result<(), Vec<MigrationProblem>> {
    let mut problems = Vec::new();
    if old.key != new.key {
        problems.push(MigrationProblem::OtherJourney { old: old.key.clone(), new: new.key.clone() });
    }
    if (plan.from, plan.to) != (old.version, new.version) {
        let (from, to) = (plan.from, plan.to);
        problems.push(MigrationProblem::OtherVersions { from, to, old: old.version, new: new.version });
    }
    for (stage, to) in &plan.stages {
        if old.stage(stage).is_none() {
            problems.push(MigrationProblem::UnknownStage { stage: stage.clone() });
        }
        if new.stage(to).is_none() {
            problems.push(MigrationProblem::NoSuchStage { stage: stage.clone(), to: to.clone() });
        }
    }
    // A mapping that leads nowhere was told above.
    let vanishes = |stage: &StageKey| !plan.stages.contains_key(stage) && new.stage(stage).is_none();
    for (stage, items) in occupied.iter().filter(|(stage, items)| **items > 0 && vanishes(stage)) {
        problems.push(MigrationProblem::StageVanishes { stage: stage.clone(), items: *items });
    }
    problems.extend(of_items(new, in_flight));
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What the new version asks of the items and they do not have.
fn of_items<'a>(new: &Journey, items: impl IntoIterator<Item = &'a Item>) -> Vec<MigrationProblem> {
    let mut unfit: Vec<(String, FieldProblem, Vec<String>)> = Vec::new();
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for item in items {
        if !new.is_for(item.kind) {
            *kinds.entry(item.kind).or_default() += 1;
        }
        for field in new.fields.iter().filter(|field| !field.output) {
            let Err(problem) = field.check(item.fields.get(&field.key)) else { continue };
            let known = unfit.iter_mut().find(|(key, known, _)| *key == field.key && *known == problem);
            match known {
                Some((_, _, references)) => references.push(item.reference.clone()),
                None => unfit.push((field.key.clone(), problem, vec![item.reference.clone()])),
            }
        }
    }
    let fields = unfit.into_iter().map(|(field, problem, mut references)| {
        let items = references.len() as u64;
        references.truncate(NAMED);
        match problem {
            FieldProblem::Missing => MigrationProblem::FieldMissing { field, items, references },
            problem => MigrationProblem::FieldUnfit { field, problem, items, references },
        }
    });
    fields
        .chain(kinds.into_iter().map(|(kind, items)| MigrationProblem::KindLeftOut { kind, items }))
        .collect()
}
