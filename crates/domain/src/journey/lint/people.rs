//! Who decides, overrides, resolves and is escalated to: whether they may, and whether they are there.
//!
//! What depends on the item (whose owner, over which client) is taken for granted: only what can be had at no item at
//! all is found here.

use super::{CannotDecide, Findings, Problem};
use crate::command::Action;
use crate::ids::PersonId;
use crate::journey::{Deciders, Journey, NoDecider, Quorum, RungTo, Step, Veto};
use crate::organisation::Organisation;
use crate::people::{Person, Role};
use crate::permission::roles_for;
use crate::review::groups_filled;
use std::collections::BTreeSet;

pub(super) fn check(journey: &Journey, organisation: Option<&Organisation>, findings: &mut Findings) {
    for (stage_index, stage) in journey.stages.iter().enumerate() {
        for (index, step) in stage.steps.iter().enumerate() {
            let at = format!("stages[{stage_index}].steps[{index}]");
            named(&step.deciders, &format!("{at}.deciders"), organisation, findings);
            if let Veto::Only(rules) = &step.veto {
                named(rules, &format!("{at}.veto.only"), organisation, findings);
            }
            if let (Quorum::OnePerGroup(groups), Some(organisation)) = (&step.quorum, organisation) {
                for (index, group) in groups.iter().enumerate() {
                    let at = format!("{at}.quorum.one_per_group[{index}]");
                    in_group(group, &at, organisation, findings);
                }
            }
            if let Some(organisation) = organisation {
                enough(step, &at, organisation, findings);
            }
        }
    }
    overrides(journey, findings);
    handlers(journey, organisation, findings);
    rungs(journey, organisation, findings);
}

/// Roles, people and groups that decide.
fn named(rules: &[Deciders], at: &str, organisation: Option<&Organisation>, findings: &mut Findings) {
    for (index, rule) in rules.iter().enumerate() {
        let at = format!("{at}[{index}]");
        match (rule, organisation) {
            (Deciders::Role(role), _) if !roles_for(Action::Approve).contains(role) => {
                findings.error(at, Problem::RoleCannotDecide { role: *role });
            }
            (Deciders::Person(id), Some(organisation)) => {
                person(id, Action::Approve, &at, organisation, findings)
            }
            (Deciders::Group(group), Some(organisation)) => in_group(group, &at, organisation, findings),
            _ => {}
        }
    }
}

fn person(id: &PersonId, to: Action, at: &str, organisation: &Organisation, findings: &mut Findings) {
    let why = match organisation.people.get(id) {
        None => CannotDecide::Unknown,
        Some(person) if person.disabled => CannotDecide::Disabled,
        Some(person) if !holds_any(person, roles_for(to)) => CannotDecide::NoRole,
        Some(_) => return,
    };
    findings.error(at, Problem::PersonCannotDecide { person: id.clone(), why });
}

fn in_group(group: &String, at: &str, organisation: &Organisation, findings: &mut Findings) {
    if !organisation.people.iter().any(|person| decides_for(person, group)) {
        findings.warning(at, Problem::NobodyInGroup { group: group.clone() });
    }
}

fn decides_for(person: &Person, group: &String) -> bool {
    person.groups.contains(group) && holds_any(person, &[Role::InternalApprover])
}

fn holds_any(person: &Person, roles: &[Role]) -> bool {
    !person.disabled && person.grants.iter().any(|grant| roles.contains(&grant.role))
}

/// Whether as many people as must decide could ever be there.
fn enough(step: &Step, at: &str, organisation: &Organisation, findings: &mut Findings) {
    let everybody = || organisation.people.iter().filter(|person| !person.disabled);
    let named: BTreeSet<&PersonId> = everybody()
        .filter(|person| may_be_named(step, person, organisation))
        .map(|person| &person.id)
        .collect();
    let name = || step.key.to_string();
    if let Quorum::OnePerGroup(groups) = &step.quorum {
        let approvers: Vec<(&PersonId, &[String])> = everybody()
            .filter(|person| holds_any(person, &[Role::InternalApprover]))
            .map(|person| (&person.id, person.groups.as_slice()))
            .collect();
        if groups_filled(groups, &approvers) < groups.len() {
            findings.error(format!("{at}.quorum"), Problem::GroupsShort { step: name() });
        }
        return;
    }
    let needed = match step.quorum {
        Quorum::AtLeast(number) => u32::from(number).max(1),
        Quorum::Any | Quorum::All | Quorum::OnePerGroup(_) => 1,
    };
    let leads = || everybody().filter(|person| holds_any(person, &[Role::TeamLead])).map(|person| &person.id);
    let mut there = named.clone();
    if step.no_decider == NoDecider::Lead {
        there.extend(leads());
    }
    let count = u32::try_from(there.len()).unwrap_or(u32::MAX);
    if there.is_empty() {
        let refused = step.no_decider == NoDecider::Refuse;
        findings.error(format!("{at}.deciders"), Problem::NobodyToDecide { step: name(), refused });
    } else if count < needed {
        let problem = Problem::TooFewPeople { step: name(), needed, there: count };
        findings.error(format!("{at}.quorum"), problem);
    } else if named.is_empty() {
        findings.warning(format!("{at}.deciders"), Problem::OnlyLeads { step: name() });
    }
}

/// Whether there could be an item at which the step names the person, who may then decide.
fn may_be_named(step: &Step, person: &Person, organisation: &Organisation) -> bool {
    let reports = || organisation.people.iter().any(|other| other.lead.as_ref() == Some(&person.id));
    let may_decide = holds_any(person, roles_for(Action::Approve));
    may_decide
        && step.deciders.iter().any(|rule| match rule {
            Deciders::Role(role) => holds_any(person, &[*role]),
            Deciders::Group(group) => decides_for(person, group),
            Deciders::Owner => holds_any(person, &[Role::InternalOwner]),
            Deciders::ClientOwner => true,
            Deciders::SubmitterLead | Deciders::OwnerLead => reports(),
            Deciders::Person(id) => id == &person.id,
        })
}

fn overrides(journey: &Journey, findings: &mut Findings) {
    for (index, role) in journey.overrides.roles.iter().enumerate() {
        let at = format!("overrides.roles[{index}]");
        if !role.is_staff() {
            findings.error(at, Problem::OverrideByClient { role: *role });
        } else if !roles_for(Action::Override).contains(role) {
            findings.warning(at, Problem::OverrideWithoutEffect { role: *role });
        }
    }
}

fn handlers(journey: &Journey, organisation: Option<&Organisation>, findings: &mut Findings) {
    for (index, rule) in journey.exceptions.handlers.iter().enumerate() {
        let at = format!("exceptions.handlers[{index}]");
        match (rule, organisation) {
            (Deciders::Role(role), _) if !roles_for(Action::ResolveException).contains(role) => {
                findings.error(at, Problem::RoleCannotResolve { role: *role });
            }
            (Deciders::Person(id), Some(organisation)) => {
                person(id, Action::ResolveException, &at, organisation, findings);
            }
            (Deciders::Group(group), Some(organisation)) => in_group(group, &at, organisation, findings),
            _ => {}
        }
    }
}

fn rungs(journey: &Journey, organisation: Option<&Organisation>, findings: &mut Findings) {
    let Some(organisation) = organisation else { return };
    let own = journey.stages.iter().enumerate().filter_map(|(index, stage)| {
        Some((format!("stages[{index}].escalation"), stage.escalation.as_ref()?))
    });
    for (at, ladder) in std::iter::once(("escalation".to_owned(), &journey.escalation)).chain(own) {
        for (index, rung) in ladder.iter().enumerate() {
            if let RungTo::Person(id) = &rung.to {
                person(id, Action::Escalate, &format!("{at}[{index}].to"), organisation, findings);
            }
        }
    }
}
