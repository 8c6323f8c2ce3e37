//! Who may decide at a stage, and whose turn it becomes.

use crate::ids::PersonId;
use crate::item::Item;
use crate::journey::{Assignment, Deciders, Quorum, Stage};
use crate::people::{People, Person, Role};
use crate::refusal::Denial;
use std::collections::BTreeSet;

/// Whether `person` could decide at `stage` of `item`, were it their turn: by the stage's own rule, or as a team lead
/// over the item. Contributors of this round never.
///
/// # Errors
/// The rule that denies.
pub fn eligible(stage: &Stage, item: &Item, person: &Person) -> Result<(), Denial> {
    if item.contributors.contains(&person.id) {
        return Err(Denial::Contributor);
    }
    if person.disabled {
        return Err(Denial::Disabled);
    }
    if named_by_rule(stage, item, person) || person.holds(Role::TeamLead, item.place()) {
        return Ok(());
    }
    let reached = Role::ALL.iter().any(|role| role.is_staff() && person.holds(*role, item.place()));
    Err(if reached { Denial::NotADecider } else { Denial::OutOfScope })
}

fn named_by_rule(stage: &Stage, item: &Item, person: &Person) -> bool {
    let place = item.place();
    match &stage.deciders {
        Deciders::Role(role) => person.holds(*role, place),
        Deciders::Group(group) => {
            person.groups.iter().any(|name| name == group) && person.holds(Role::InternalApprover, place)
        }
        Deciders::Owner => {
            item.owner.as_ref() == Some(&person.id) && person.holds(Role::InternalOwner, place)
        }
        Deciders::Person(id) => id == &person.id && person.is_staff(),
    }
}

/// Whose turn it becomes when `stage` opens. Empty: a pool, or nobody is there who may.
///
/// Those who decided at this stage in an earlier round come first; otherwise the item's id spreads the work evenly, and
/// the same way on every side. Where the stage's own rule names nobody, a team lead over the item takes it.
pub(super) fn reviewers_for(
    stage: &Stage,
    item: &Item,
    contributors: &BTreeSet<PersonId>,
    people: &People,
) -> Vec<PersonId> {
    let free = |person: &&Person| !person.disabled && !contributors.contains(&person.id);
    let named: Vec<&Person> =
        people.iter().filter(free).filter(|person| named_by_rule(stage, item, person)).collect();
    if named.is_empty() {
        let leads = people.iter().filter(free).filter(|person| person.holds(Role::TeamLead, item.place()));
        return nearest(item, leads, 1);
    }
    match stage.assignment {
        Assignment::Pool => Vec::new(),
        Assignment::Everyone => named.into_iter().map(|person| person.id.clone()).collect(),
        Assignment::Spread => {
            let wanted = match stage.quorum {
                Quorum::Any | Quorum::All => 1,
                Quorum::AtLeast(number) => usize::from(number).max(1),
            };
            let before: Vec<PersonId> = item
                .closed_reviews
                .iter()
                .rev()
                .find(|review| review.stage == stage.key)
                .map(|review| {
                    let still = |id: &&PersonId| named.iter().any(|person| &person.id == *id);
                    review.reviewers.iter().filter(still).take(wanted).cloned().collect()
                })
                .unwrap_or_default();
            if before.len() == wanted { before } else { nearest(item, named.into_iter(), wanted) }
        }
    }
}

/// The `wanted` people nearest to the item by rendezvous hashing: even, stable, and without a counter.
pub(super) fn nearest<'a>(
    item: &Item,
    people: impl Iterator<Item = &'a Person>,
    wanted: usize,
) -> Vec<PersonId> {
    let mut scored: Vec<(u64, &PersonId)> =
        people.map(|person| (score(item.id.as_str(), person.id.as_str()), &person.id)).collect();
    scored.sort_unstable();
    scored.into_iter().take(wanted).map(|(_, id)| id.clone()).collect()
}

/// FNV-1a with a final mix: the same on every machine, which the standard hasher does not promise.
fn score(item: &str, person: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in item.bytes().chain([0]).chain(person.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
