//! The life of a journey's version: written, checked, tested, replayed, published, superseded.
//!
//! A published version never changes. To roll back, the earlier version is published again under the next number
//! ([`Journey::numbered`]): numbers only go up.

use super::Journey;
use super::golden::CaseResult;
use super::lint::Finding;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose new items start on a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohorts {
    All,
    /// Clients of these cohorts only.
    Some(Vec<String>),
}

impl Cohorts {
    pub fn include(&self, cohort: &str) -> bool {
        match self {
            Cohorts::All => true,
            Cohorts::Some(some) => some.iter().any(|one| one == cohort),
        }
    }

    /// Whether nothing new starts on a version for these any more, `later` being those of the versions after it.
    pub fn superseded_by(&self, later: &[&Cohorts]) -> bool {
        match self {
            Cohorts::All => later.contains(&&Cohorts::All),
            Cohorts::Some(some) => some.iter().all(|one| later.iter().any(|after| after.include(one))),
        }
    }
}

/// Where a version stands in its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Being written.
    Draft,
    /// Without errors.
    Checked,
    /// Its golden cases come out as expected.
    Tested,
    /// Past items were sent through it, and somebody saw what would have gone elsewhere.
    Replayed,
    /// New items of these cohorts start on it.
    Published { cohorts: Cohorts },
    /// Nothing new starts on it; items in flight stay on it until they are migrated.
    Superseded,
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("draft"),
            Self::Checked => f.write_str("checked"),
            Self::Tested => f.write_str("tested"),
            Self::Replayed => f.write_str("replayed"),
            Self::Published { cohorts: Cohorts::All } => f.write_str("published for all"),
            Self::Published { cohorts: Cohorts::Some(some) } => {
                write!(f, "published for {}", some.join(", "))
            }
            Self::Superseded => f.write_str("superseded"),
        }
    }
}

/// A step in a version's life, with what it rests on.
#[derive(Clone, Debug)]
pub enum Advance<'a> {
    /// The document changed: everything before publication begins again.
    Edit,
    Check(&'a [Finding]),
    Test(&'a [CaseResult]),
    Replay,
    /// For the first time, or to other cohorts. People and calendars change, so that it is checked and tested again.
    Publish {
        cohorts: Cohorts,
        findings: &'a [Finding],
        results: &'a [CaseResult],
    },
    Supersede,
}

/// Why a version does not advance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotAdvanced {
    #[error("a published version never changes: publish another one")]
    NeverChanges,
    #[error("it must be checked first")]
    NotChecked,
    #[error("it must be tested first")]
    NotTested,
    #[error("it must be replayed over past items first")]
    NotReplayed,
    #[error("only what is published is superseded")]
    NotPublished,
    #[error("a superseded version comes back as a new publication")]
    Superseded,
    #[error("it has {errors} errors: mend them first")]
    HasErrors { errors: u32 },
    #[error("it has no golden cases: write one at least")]
    NoCases,
    #[error("{failed} golden cases come out otherwise than expected: mend the journey, or the cases")]
    CasesFail { failed: u32 },
    #[error("no cohort is listed: list one, or publish for all")]
    NoCohorts,
}

impl Lifecycle {
    /// Where the version stands after this step.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn advance(&self, step: &Advance<'_>) -> Result<Lifecycle, NotAdvanced> {
        use Lifecycle::{Checked, Draft, Published, Replayed, Superseded, Tested};
        match (self, step) {
            (Published { .. } | Superseded, Advance::Edit) => Err(NotAdvanced::NeverChanges),
            (_, Advance::Edit) => Ok(Draft),
            (Superseded, _) => Err(NotAdvanced::Superseded),
            (Published { .. }, Advance::Supersede) => Ok(Superseded),
            (_, Advance::Supersede) => Err(NotAdvanced::NotPublished),
            (Replayed | Published { .. }, Advance::Publish { cohorts, findings, results }) => {
                no_errors(findings)?;
                all_pass(results)?;
                match cohorts {
                    Cohorts::Some(some) if some.is_empty() => Err(NotAdvanced::NoCohorts),
                    cohorts => Ok(Published { cohorts: cohorts.clone() }),
                }
            }
            (Draft, Advance::Test(_)) => Err(NotAdvanced::NotChecked),
            (Draft | Checked, Advance::Replay) => Err(NotAdvanced::NotTested),
            (Draft | Checked | Tested, Advance::Publish { .. }) => Err(NotAdvanced::NotReplayed),
            (Published { .. }, _) => Err(NotAdvanced::NeverChanges),
            (_, Advance::Check(findings)) => no_errors(findings).map(|()| Checked),
            (_, Advance::Test(results)) => all_pass(results).map(|()| Tested),
            (_, Advance::Replay) => Ok(Replayed),
        }
    }
}

fn no_errors(findings: &[Finding]) -> Result<(), NotAdvanced> {
    match count(findings.iter().filter(|finding| finding.is_error())) {
        0 => Ok(()),
        errors => Err(NotAdvanced::HasErrors { errors }),
    }
}

fn all_pass(results: &[CaseResult]) -> Result<(), NotAdvanced> {
    match count(results.iter().filter(|result| !result.passed())) {
        _ if results.is_empty() => Err(NotAdvanced::NoCases),
        0 => Ok(()),
        failed => Err(NotAdvanced::CasesFail { failed }),
    }
}

fn count<T>(all: impl Iterator<Item = T>) -> u32 {
    u32::try_from(all.count()).unwrap_or(u32::MAX)
}

impl Journey {
    /// The same journey under the number after `latest`, as it is published. `latest` is 0 before the first publication.
    #[must_use]
    pub fn numbered(&self, latest: u32) -> Journey {
        Journey { version: latest.saturating_add(1), ..self.clone() }
    }
}
