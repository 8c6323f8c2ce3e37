//! A journey's document with everything that is said of it.

use postern_domain::golden::{self, CaseResult, Cases};
use postern_domain::lint::{DEFAULT_CALENDAR, Finding, lint};
use postern_domain::{CalendarKey, DocumentError, Journey};
use postern_portal_store::DirectorySnapshot;
use postern_protocol::{JourneyCheck, JourneyFinding, PlayedCase, Written};

/// Checked against the organisation's people and calendars, its golden cases acted out.
pub struct Draft {
    pub journey: Journey,
    /// As they were written; empty without any.
    pub cases: String,
    pub findings: Vec<Finding>,
    pub results: Vec<CaseResult>,
}

/// Why there is nothing to check: one of the two is no such document.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("{0}")]
    Journey(DocumentError),
    #[error("{0}")]
    Cases(DocumentError),
}

/// # Errors
/// The first thing that is not a journey, with its place.
pub fn read(document: &Written) -> Result<Journey, Unreadable> {
    match document {
        Written::Toml(text) => Journey::from_toml(text),
        Written::Json(value) => Journey::from_json(&value.to_string()),
    }
    .map_err(Unreadable::Journey)
}

impl Draft {
    /// # Errors
    /// Where the cases cannot be read.
    pub fn new(journey: Journey, cases: String, directory: &DirectorySnapshot) -> Result<Self, Unreadable> {
        let results = match cases.as_str() {
            "" => Vec::new(),
            written => golden::run(&journey, &Cases::from_toml(written).map_err(Unreadable::Cases)?),
        };
        let known = |key: &CalendarKey| {
            key.as_str() == DEFAULT_CALENDAR || directory.calendars.iter().any(|each| &each.key == key)
        };
        let findings = lint(&journey, &known, Some(&directory.organisation));
        Ok(Self { journey, cases, findings, results })
    }

    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(Finding::is_error) && self.results.iter().all(CaseResult::passed)
    }

    /// What was found, for whoever asked.
    pub fn check(&self) -> JourneyCheck {
        let finding = |finding: &Finding| JourneyFinding {
            is_error: finding.is_error(),
            at: finding.at.clone(),
            problem: finding.problem.to_string(),
        };
        let played = |result: &CaseResult| PlayedCase {
            case: result.case.clone(),
            difference: result.difference.as_ref().map(ToString::to_string),
        };
        JourneyCheck {
            sound: self.is_sound(),
            findings: self.findings.iter().map(finding).collect(),
            cases: self.results.iter().map(played).collect(),
        }
    }
}
