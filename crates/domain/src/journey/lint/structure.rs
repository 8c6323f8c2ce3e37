//! Keys, names, and what must be there at all.

use super::{Findings, Named, Problem};
use crate::journey::{Deciders, Journey, Quorum, Stage, Step, Veto};
use std::collections::BTreeSet;

pub(super) fn check(journey: &Journey, findings: &mut Findings) {
    key(Named::Journey, journey.key.as_str(), "key", findings);
    name(Named::Journey, Some(&journey.name), "name", findings);
    name(Named::Journey, journey.client_name.as_ref(), "client_name", findings);
    let mut kinds = BTreeSet::new();
    for (at, kind) in journey.kinds.iter().enumerate() {
        if !kinds.insert(*kind) {
            findings.error(format!("kinds[{at}]"), Problem::DuplicateKind { kind: *kind });
        }
    }
    let mut categories = BTreeSet::new();
    for (at, category) in journey.exceptions.categories.iter().enumerate() {
        let at = format!("exceptions.categories[{at}]");
        name(Named::Category, Some(category), &at, findings);
        if !categories.insert(category) {
            findings.error(at, Problem::Duplicate { what: Named::Category, key: category.clone() });
        }
    }
    if journey.stages.is_empty() {
        findings.warning("stages", Problem::NoStages);
    } else if journey.stages.iter().all(|stage| stage.optional) {
        findings.error("stages", Problem::AllOptional);
    }
    let mut stages = BTreeSet::new();
    let mut steps = BTreeSet::new();
    for (index, stage) in journey.stages.iter().enumerate() {
        let at = format!("stages[{index}]");
        self::stage(stage, &at, findings);
        if !stages.insert(&stage.key) {
            let key = stage.key.to_string();
            findings.error(format!("{at}.key"), Problem::Duplicate { what: Named::Stage, key });
        }
        for (index, step) in stage.steps.iter().enumerate() {
            let at = format!("{at}.steps[{index}]");
            self::step(step, &at, findings);
            if !steps.insert(&step.key) {
                let key = step.key.to_string();
                findings.error(format!("{at}.key"), Problem::Duplicate { what: Named::Step, key });
            }
        }
    }
}

fn stage(stage: &Stage, at: &str, findings: &mut Findings) {
    key(Named::Stage, stage.key.as_str(), &format!("{at}.key"), findings);
    name(Named::Stage, Some(&stage.name), &format!("{at}.name"), findings);
    name(Named::Stage, stage.client_name.as_ref(), &format!("{at}.client_name"), findings);
    if stage.steps.is_empty() {
        findings.error(format!("{at}.steps"), Problem::NoSteps { stage: stage.key.to_string() });
    }
}

fn step(step: &Step, at: &str, findings: &mut Findings) {
    key(Named::Step, step.key.as_str(), &format!("{at}.key"), findings);
    name(Named::Step, Some(&step.name), &format!("{at}.name"), findings);
    let quorum = format!("{at}.quorum");
    match &step.quorum {
        Quorum::AtLeast(0) => findings.error(quorum, Problem::AtLeastNobody),
        Quorum::All if step.assignment == crate::journey::Assignment::Pool => {
            findings.error(quorum, Problem::AllOfAPool);
        }
        Quorum::OnePerGroup(groups) => one_per_group(step, groups, at, findings),
        Quorum::Any | Quorum::All | Quorum::AtLeast(_) => {}
    }
    if step.deciders.is_empty() && !matches!(step.quorum, Quorum::OnePerGroup(_)) {
        findings.error(format!("{at}.deciders"), Problem::NoDeciders { step: step.key.to_string() });
    }
    if let Veto::Only(rules) = &step.veto {
        veto(step, rules, at, findings);
    }
}

fn one_per_group(step: &Step, groups: &[String], at: &str, findings: &mut Findings) {
    let quorum = format!("{at}.quorum.one_per_group");
    if groups.is_empty() {
        findings.error(&quorum, Problem::NoGroups);
    }
    let mut known = BTreeSet::new();
    for (index, group) in groups.iter().enumerate() {
        let at = format!("{quorum}[{index}]");
        name(Named::Group, Some(group), &at, findings);
        if !known.insert(group) {
            findings.error(at, Problem::Duplicate { what: Named::Group, key: group.clone() });
        }
    }
    let counts = |rule: &Deciders| matches!(rule, Deciders::Group(group) if groups.contains(group));
    if let Some(index) = step.deciders.iter().position(|rule| !counts(rule)) {
        findings.warning(format!("{at}.deciders[{index}]"), Problem::DecisionsDoNotCount);
    }
}

/// A veto of a group that is not asked at the step never comes.
fn veto(step: &Step, rules: &[Deciders], at: &str, findings: &mut Findings) {
    if rules.is_empty() {
        findings.error(format!("{at}.veto.only"), Problem::VetoOfNobody);
    }
    // A role, or a person in their own right, may belong to the group as well.
    let by_group = step.deciders.iter().all(|rule| matches!(rule, Deciders::Group(_)));
    let asked = |group: &String| match &step.quorum {
        Quorum::OnePerGroup(groups) if groups.contains(group) => true,
        _ => step.deciders.contains(&Deciders::Group(group.clone())),
    };
    for (index, rule) in rules.iter().enumerate() {
        if let Deciders::Group(group) = rule
            && by_group
            && !asked(group)
        {
            let problem = Problem::VetoElsewhere { group: group.clone() };
            findings.warning(format!("{at}.veto.only[{index}]"), problem);
        }
    }
}

pub(super) fn key(what: Named, key: &str, at: &str, findings: &mut Findings) {
    let goes_on = |letter: char| {
        letter.is_ascii_lowercase()
            || letter.is_ascii_digit()
            || letter == '_'
            || (letter == '-' && what != Named::Field)
    };
    let is_key = key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.len() <= 64
        && key.chars().all(goes_on);
    if !is_key {
        findings.error(at, Problem::MalformedKey { what, key: key.to_owned() });
    }
}

pub(super) fn name(what: Named, name: Option<&String>, at: &str, findings: &mut Findings) {
    if name.is_some_and(|name| name.trim().is_empty()) {
        findings.error(at, Problem::EmptyName { what });
    }
}
