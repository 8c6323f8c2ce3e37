//! What is wrong with a journey before anybody meets it: errors, which forbid publication, and warnings.

mod conditions;
mod escalation;
mod fields;
mod people;
mod problem;
mod structure;
mod targets;

pub use problem::{CannotDecide, Named, Problem};

use super::Journey;
use crate::ids::CalendarKey;
use crate::organisation::Organisation;
use serde::{Deserialize, Serialize};

/// The calendar of whoever has no other: [`lint`] asks for it by this name.
pub const DEFAULT_CALENDAR: &str = "default";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot be published like this.
    Error,
    Warning,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct Finding {
    pub severity: Severity,
    /// The key in the document, for example `stages[1].steps[0].when`; indexes count from 0.
    pub at: String,
    pub problem: Problem,
}

impl Finding {
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Everything that is wrong with a journey, in the order of the document.
///
/// `calendars` says which calendars there are, and is asked for [`DEFAULT_CALENDAR`] too. With an `organisation`, also
/// whether its people can do what the journey asks of them.
pub fn lint(
    journey: &Journey,
    calendars: &dyn Fn(&CalendarKey) -> bool,
    organisation: Option<&Organisation>,
) -> Vec<Finding> {
    let mut findings = Findings { found: Vec::new() };
    structure::check(journey, &mut findings);
    fields::check(journey, &mut findings);
    conditions::check(journey, &mut findings);
    targets::check(journey, calendars, &mut findings);
    escalation::check(journey, &mut findings);
    people::check(journey, organisation, &mut findings);
    findings.in_order(journey)
}

struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    fn error(&mut self, at: impl Into<String>, problem: Problem) {
        self.found.push(Finding { severity: Severity::Error, at: at.into(), problem });
    }

    fn warning(&mut self, at: impl Into<String>, problem: Problem) {
        self.found.push(Finding { severity: Severity::Warning, at: at.into(), problem });
    }

    /// As the document goes: the journey itself, its fields, its stages from the first to the last.
    fn in_order(mut self, journey: &Journey) -> Vec<Finding> {
        let place = |at: &str| -> (usize, usize, usize) {
            let index = |list: &str| -> Option<usize> {
                let rest = &at[at.find(&format!("{list}["))? + list.len() + 1..];
                rest.split(']').next()?.parse().ok()
            };
            let stage = index("stages").map_or(0, |stage| stage + 1);
            let step = index("steps").map_or(0, |step| step + 1);
            let field = index("fields").map_or(0, |field| field + 1);
            (stage.min(journey.stages.len()), step, field)
        };
        self.found.sort_by_cached_key(|finding| place(&finding.at));
        self.found
    }
}
