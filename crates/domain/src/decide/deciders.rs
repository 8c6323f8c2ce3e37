//! Who may decide at a step, and whose turn it becomes.

use crate::absence::Seat;
use crate::command::Action;
use crate::ids::PersonId;
use crate::item::Item;
use crate::journey::{Assignment, Deciders, Quorum, Step};
use crate::people::{People, Person, Place, Role, Roles};
use crate::permission::permits_place;
use crate::refusal::Denial;
use crate::review::groups_filled;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// Whether `person` could decide at `step` of `item`, were it their turn: by the step's own rule, or as a team lead
/// over the item. Contributors of this round never.
///
/// # Errors
/// The rule that denies.
pub fn eligible(step: &Step, item: &Item, people: &People, person: &Person) -> Result<(), Denial> {
    if item.contributors.contains(&person.id) {
        return Err(Denial::Contributor);
    }
    if person.disabled {
        return Err(Denial::Disabled);
    }
    if named_at(step, item, people, person) || person.holds(Role::TeamLead, item.place()) {
        return permits_place(person, Action::Approve, item.place());
    }
    let reached = Role::ALL.iter().any(|role| role.is_staff() && person.holds(*role, item.place()));
    Err(if reached { Denial::NotADecider } else { Denial::OutOfScope })
}

/// Whether the step's own rule names the person.
pub(super) fn named_at(step: &Step, item: &Item, people: &People, person: &Person) -> bool {
    let in_quorum = match &step.quorum {
        Quorum::OnePerGroup(groups) => groups.iter().any(|group| decides_for(person, group, item.place())),
        _ => false,
    };
    in_quorum || step.deciders.iter().any(|rule| names(rule, item, people, person))
}

/// Only who has one of these roles somewhere can be named by the step's own rule.
fn roles_named(step: &Step) -> Roles {
    let by_quorum = match &step.quorum {
        Quorum::OnePerGroup(_) => Roles::of(&[Role::InternalApprover]),
        _ => Roles::of(&[]),
    };
    step.deciders.iter().fold(by_quorum, |roles, rule| {
        roles.or(match rule {
            Deciders::Role(role) => Roles::of(&[*role]),
            Deciders::Group(_) => Roles::of(&[Role::InternalApprover]),
            Deciders::Owner => Roles::of(&[Role::InternalOwner]),
            Deciders::ClientOwner | Deciders::SubmitterLead | Deciders::OwnerLead | Deciders::Person(_) => {
                Roles::STAFF
            }
        })
    })
}

pub(super) const LEADS: Roles = Roles::of(&[Role::TeamLead]);

/// Whether one rule names the person. Contributors and the disabled are not looked at here.
pub(super) fn names(rule: &Deciders, item: &Item, people: &People, person: &Person) -> bool {
    let place = item.place();
    let is = |id: Option<&PersonId>| id == Some(&person.id) && person.is_staff();
    match rule {
        Deciders::Role(role) => person.holds(*role, place),
        Deciders::Group(group) => decides_for(person, group, place),
        Deciders::Owner => is(item.owner.as_ref()) && person.holds(Role::InternalOwner, place),
        Deciders::ClientOwner => is(people.client_owner(&item.client)),
        Deciders::SubmitterLead => is(item.submitter.person().and_then(|id| people.lead_of(id))),
        Deciders::OwnerLead => is(item.owner.as_ref().and_then(|id| people.lead_of(id))),
        Deciders::Person(id) => is(Some(id)),
    }
}

fn decides_for(person: &Person, group: &String, place: Place<'_>) -> bool {
    person.groups.contains(group) && person.holds(Role::InternalApprover, place)
}

/// Those of a step's groups that the person decides for.
pub(super) fn groups_of(step: &Step, person: &Person) -> Vec<String> {
    match &step.quorum {
        Quorum::OnePerGroup(groups) => {
            groups.iter().filter(|group| person.groups.contains(group)).cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// Those of a step's groups that everybody with a seat, or in one, belongs to. Empty where groups do not matter.
pub(super) fn groups_of_seats(
    step: &Step,
    people: &People,
    reviewers: &[PersonId],
    covers: &[Seat],
) -> BTreeMap<PersonId, Vec<String>> {
    let sitting = covers.iter().filter_map(Seat::person);
    let known = reviewers.iter().chain(sitting).filter_map(|id| people.get(id));
    let with_groups = known.map(|person| (person.id.clone(), groups_of(step, person)));
    with_groups.filter(|(_, groups)| !groups.is_empty()).collect()
}

/// Whose turn it becomes when a step opens.
pub(super) struct Turn {
    /// Empty: a pool.
    pub reviewers: Vec<PersonId>,
    /// How many people must approve.
    pub needed: u32,
    /// Team leads take part because too few of those whom the step names are there.
    pub fallback: bool,
}

/// None where too few people are there who may decide. A quorum is never made smaller to fit.
///
/// Those who decided at this step in an earlier round come first; otherwise the item's id spreads the work evenly, and
/// the same way on every side. With `leads`, team leads over the item make up for those who are not there.
pub(super) fn turn(step: &Step, item: &Item, people: &People, leads: bool) -> Option<Turn> {
    // Whoever could not approve there anyway, for want of a grant that reaches it, is not waited for.
    let free = |person: &&Person| {
        !item.contributors.contains(&person.id)
            && permits_place(person, Action::Approve, item.place()).is_ok()
    };
    let named: Vec<&Person> = people
        .staff_with(roles_named(step))
        .filter(|person| named_at(step, item, people, person))
        .filter(free)
        .collect();
    if let Quorum::OnePerGroup(groups) = &step.quorum {
        return one_per_group(step, groups, item, &named);
    }
    let needed = match &step.quorum {
        Quorum::AtLeast(number) => usize::from(*number).max(1),
        Quorum::All => named.len().max(1),
        Quorum::Any | Quorum::OnePerGroup(_) => 1,
    };
    if named.len() < needed {
        return if leads { with_leads(item, people, &named, needed, free) } else { None };
    }
    let everybody = || named.iter().map(|person| person.id.clone()).collect();
    let reviewers = match (step.assignment, &step.quorum) {
        (_, Quorum::All) | (Assignment::Everyone, _) => everybody(),
        (Assignment::Pool, _) => Vec::new(),
        (Assignment::Spread, _) => {
            let before = decided_before(step, item, &named, needed);
            if before.len() == needed { before } else { nearest(item, named.iter().copied(), needed) }
        }
    };
    Some(Turn { reviewers, needed: count(needed), fallback: false })
}

fn with_leads<'a>(
    item: &Item,
    people: &'a People,
    named: &[&'a Person],
    needed: usize,
    free: impl Fn(&&'a Person) -> bool,
) -> Option<Turn> {
    let known: BTreeSet<&PersonId> = named.iter().map(|person| &person.id).collect();
    let others = people
        .staff_with(LEADS)
        .filter(|person| person.holds(Role::TeamLead, item.place()) && !known.contains(&person.id))
        .filter(free);
    let mut reviewers: Vec<PersonId> = named.iter().map(|person| person.id.clone()).collect();
    reviewers.extend(nearest(item, others, needed - named.len()));
    (reviewers.len() == needed).then(|| Turn { reviewers, needed: count(needed), fallback: true })
}

fn one_per_group(step: &Step, groups: &[String], item: &Item, named: &[&Person]) -> Option<Turn> {
    let order = nearest(item, named.iter().copied(), named.len());
    let by_order: Vec<(&PersonId, &[String])> = order
        .iter()
        .filter_map(|id| named.iter().find(|person| &person.id == id))
        .map(|person| (&person.id, person.groups.as_slice()))
        .collect();
    if groups_filled(groups, &by_order) < groups.len() {
        return None;
    }
    let reviewers = match step.assignment {
        Assignment::Pool => Vec::new(),
        Assignment::Everyone => order,
        Assignment::Spread => {
            // The fewest of them who can fill every group: leave out whoever is not needed for it.
            let mut chosen = by_order;
            for at in (0..chosen.len()).rev() {
                let left_out = chosen.remove(at);
                if groups_filled(groups, &chosen) < groups.len() {
                    chosen.insert(at, left_out);
                }
            }
            chosen.into_iter().map(|(id, _)| id.clone()).collect()
        }
    };
    Some(Turn { reviewers, needed: count(groups.len()), fallback: false })
}

fn decided_before(step: &Step, item: &Item, named: &[&Person], wanted: usize) -> Vec<PersonId> {
    let last = item.closed_reviews.iter().rev().find(|review| review.step == step.key);
    let still = |id: &&PersonId| named.iter().any(|person| &person.id == *id);
    last.map(|review| review.reviewers.iter().filter(still).take(wanted).cloned().collect())
        .unwrap_or_default()
}

fn count(people: usize) -> u32 {
    u32::try_from(people).unwrap_or(u32::MAX)
}

/// The `wanted` people nearest to the item by rendezvous hashing: even, stable, and without a counter.
pub(super) fn nearest<'a>(
    item: &Item,
    people: impl Iterator<Item = &'a Person>,
    wanted: usize,
) -> Vec<PersonId> {
    let begun = hash(0xcbf2_9ce4_8422_2325, item.id.as_str().bytes().chain([0]));
    let mut nearest = BinaryHeap::new();
    for person in people {
        nearest.push((mix(hash(begun, person.id.as_str().bytes())), &person.id));
        if nearest.len() > wanted {
            nearest.pop();
        }
    }
    nearest.into_sorted_vec().into_iter().map(|(_, id)| id.clone()).collect()
}

/// FNV-1a, which with [`mix`] is the same on every machine; the standard hasher does not promise that.
fn hash(begun: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(begun, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Lets every bit of a hash depend on all others.
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
