//! Replay: which steps an item passes under a journey, and which items another version would have sent elsewhere.

use super::{Journey, Part, Step};
use crate::ids::{ItemId, StepKey};
use crate::item::Item;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// The steps that apply to the item as it is, from the first stage to the last; those of one stage run side by side.
pub fn route(journey: &Journey, item: &Item) -> Vec<StepKey> {
    places(journey, item).into_keys_in_order()
}

/// An item that another version of its journey would have sent elsewhere, or decided on otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerouted {
    pub item: ItemId,
    /// What people call it, for example `ACME-142`.
    pub reference: String,
    /// The new version is not for items of this kind.
    pub refused: bool,
    /// Steps that only the new version asks, in its order.
    pub added: Vec<StepKey>,
    /// Steps that only the old version asked, in its order.
    pub removed: Vec<StepKey>,
    /// Steps that both ask, and that come before, beside or after another one than they did.
    pub reordered: Vec<StepKey>,
    /// Steps that both ask, of other people or of another number of them.
    pub redirected: Vec<StepKey>,
    /// Parts of the item that one version decides on and the other does not: fields by key, `title`, `description`.
    pub content: Vec<String>,
}

impl fmt::Display for Rerouted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |steps: &[StepKey]| steps.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        if self.refused {
            parts.push("would not have been taken".to_owned());
        }
        for (said, steps) in [
            ("also asks", &self.added),
            ("no longer asks", &self.removed),
            ("asks in another order", &self.reordered),
            ("asks other people at", &self.redirected),
        ] {
            if !steps.is_empty() {
                parts.push(format!("{said} {}", list(steps)));
            }
        }
        if !self.content.is_empty() {
            parts.push(format!("decides otherwise on {}", self.content.join(", ")));
        }
        write!(f, "{}: {}", self.reference, parts.join("; "))
    }
}

/// What the version `new` would have done otherwise than `old` with these items, as they are now. Those that it treats
/// the same are left out.
pub fn rerouted<'a>(
    old: &Journey,
    new: &Journey,
    items: impl IntoIterator<Item = &'a Item>,
) -> Vec<Rerouted> {
    items.into_iter().filter_map(|item| reroute(old, new, item)).collect()
}

fn reroute(old: &Journey, new: &Journey, item: &Item) -> Option<Rerouted> {
    let (before, after) = (places(old, item), places(new, item));
    let both: Vec<&StepKey> = after.keys().filter(|step| before.0.contains_key(*step)).collect();
    let moved =
        |step: &&StepKey| both.iter().any(|other| before.compare(step, other) != after.compare(step, other));
    let redirected = |key: &&StepKey| match (old.step(key), new.step(key)) {
        (Some((_, old)), Some((_, new))) => !asks_the_same(old, new),
        _ => false,
    };
    let owned = |steps: Vec<&StepKey>| steps.into_iter().cloned().collect::<Vec<_>>();
    let rerouted = Rerouted {
        item: item.id.clone(),
        reference: item.reference.clone(),
        refused: !new.is_for(item.kind),
        added: owned(after.keys().filter(|step| !before.0.contains_key(*step)).collect()),
        removed: owned(before.keys().filter(|step| !after.0.contains_key(*step)).collect()),
        reordered: owned(both.iter().copied().filter(moved).collect()),
        redirected: owned(both.iter().copied().filter(redirected).collect()),
        content: content(old, new, item),
    };
    let same = !rerouted.refused
        && rerouted.added.is_empty()
        && rerouted.removed.is_empty()
        && rerouted.reordered.is_empty()
        && rerouted.redirected.is_empty()
        && rerouted.content.is_empty();
    (!same).then_some(rerouted)
}

/// Where each step lies on an item's way: the stage, and the step's place in it.
struct Places(BTreeMap<StepKey, (usize, usize)>);

fn places(journey: &Journey, item: &Item) -> Places {
    let stages = journey.stages_ahead(None, item).enumerate();
    let steps = stages.flat_map(|(stage, (_, steps))| {
        steps.into_iter().enumerate().map(move |(at, step)| (step.key.clone(), (stage, at)))
    });
    Places(steps.collect())
}

impl Places {
    /// In the order of the way.
    fn keys(&self) -> impl Iterator<Item = &StepKey> {
        let mut all: Vec<(&(usize, usize), &StepKey)> = self.0.iter().map(|(key, at)| (at, key)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, key)| key)
    }

    fn into_keys_in_order(self) -> Vec<StepKey> {
        self.keys().cloned().collect()
    }

    /// Before, beside or after.
    fn compare(&self, one: &StepKey, other: &StepKey) -> Option<Ordering> {
        Some(self.0.get(one)?.0.cmp(&self.0.get(other)?.0))
    }
}

fn asks_the_same(old: &Step, new: &Step) -> bool {
    old.deciders == new.deciders
        && old.assignment == new.assignment
        && old.quorum == new.quorum
        && old.veto == new.veto
        && old.no_decider == new.no_decider
}

fn content(old: &Journey, new: &Journey, item: &Item) -> Vec<String> {
    let fields = item.fields.keys().filter(|key| old.is_material(key) != new.is_material(key));
    let mut changed: Vec<String> = fields.cloned().collect();
    for (part, name) in [(Part::Title, "title"), (Part::Description, "description")] {
        if old.cosmetic.contains(&part) != new.cosmetic.contains(&part) {
            changed.push(name.to_owned());
        }
    }
    changed
}
