//! What `check` says of open reviews that too few people can decide.

use crate::check::{Finding, Severity};
use postern_domain::absence::explain;
use postern_domain::{Item, Journey, People, PersonId, ShortHanded, Unable, short_handed};

/// Names at most so many of those who could take it.
const NAMED: usize = 3;

/// An open review that too few people can decide.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ShortHandedReview {
    pub reference: String,
    #[serde(flatten)]
    pub short_handed: ShortHanded,
}

/// One finding for each short-handed review of the item.
pub(crate) fn findings(item: &Item, journey: &Journey, people: &People) -> Vec<Finding> {
    let finding = |found: ShortHanded| Finding {
        severity: Severity::Warning,
        what: what(item, journey, people, &found),
        advice: advice(item, people, &found),
        review: Some(ShortHandedReview { reference: item.reference.clone(), short_handed: found }),
    };
    short_handed(item, journey, people).into_iter().map(finding).collect()
}

fn what(item: &Item, journey: &Journey, people: &People, found: &ShortHanded) -> String {
    let step = journey.step(&found.step).map_or(found.step.as_str(), |(_, step)| step.name.as_str());
    let awaited = match found.needed {
        1 => "nobody can decide it".to_owned(),
        needed => format!("{needed} must still approve, and {} of them can", found.able),
    };
    let unable: Vec<String> = found.unable.iter().map(|unable| sentence(people, unable)).collect();
    if unable.is_empty() {
        return format!("{} at “{step}” ({}): {awaited}", item.reference, found.step);
    }
    format!("{} at “{step}” ({}): {awaited}; {}", item.reference, found.step, unable.join("; "))
}

fn sentence(people: &People, unable: &Unable) -> String {
    let told = format!("{} {}", people.name(&unable.person), explain::hole(&unable.why));
    if unable.person == unable.reviewer {
        told
    } else {
        format!("{told}, for {}", people.name(&unable.reviewer))
    }
}

fn advice(item: &Item, people: &People, found: &ShortHanded) -> String {
    let reference = &item.reference;
    let step = &found.step;
    let email = |id: &PersonId| people.get(id).map_or(id.as_str(), |person| person.email.as_str()).to_owned();
    let could: Vec<String> = found.could.iter().take(NAMED).map(email).collect();
    let more = match found.could.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match could.as_slice() {
        [] => format!(
            "Nobody may decide there: give somebody a grant or the group with `postern-portal user`, or let a team \
             lead override the step {step} of {reference}."
        ),
        [first, ..] => {
            // Several may sit there: whose seat is meant has to be said.
            let from = found.unable.first().map(|unable| format!(" --from {}", email(&unable.reviewer)));
            format!(
                "Hand it to somebody who may ({}{more}): posternctl reassign {reference} --step {step} --to {first}{}",
                could.join(", "),
                from.unwrap_or_default()
            )
        }
    }
}
