//! The journeys of the sample organisation: the built-in one, and two more as data.

use postern_domain::{Assignment, Deciders, Journey, JourneyKey, Kind, Quorum, Role, Stage, StageKey};

pub const FINANCE: &str = "finance";
pub const DIRECTORS: &str = "directors";
pub const CREATIVE: &str = "creative";
pub const LEGAL: &str = "legal";

pub struct Journeys {
    pub standard: Journey,
    pub invoice: Journey,
    pub creative: Journey,
}

impl Journeys {
    pub fn new() -> Self {
        Self { standard: Journey::built_in(), invoice: invoice(), creative: creative() }
    }

    /// Those that a new portal does not have yet.
    pub fn further(&self) -> [&Journey; 2] {
        [&self.invoice, &self.creative]
    }

    /// The journey that most items of a kind take, or, as an exception, the standard one.
    pub fn for_kind(&self, kind: Kind, as_usual: bool) -> &Journey {
        match kind {
            Kind::Invoice if as_usual => &self.invoice,
            Kind::Deliverable if as_usual => &self.creative,
            _ => &self.standard,
        }
    }
}

/// Budget check by the owner, finance from a pool, then a director.
fn invoice() -> Journey {
    Journey {
        key: JourneyKey::from("invoice"),
        version: 1,
        name: "Invoice approval".to_owned(),
        stages: vec![
            stage("budget_check", "Budget check", Deciders::Owner, Assignment::Spread, 72),
            stage("finance", "Finance", Deciders::Group(FINANCE.to_owned()), Assignment::Pool, 168),
            stage("director", "Director", Deciders::Group(DIRECTORS.to_owned()), Assignment::Spread, 168),
        ],
        completion_hours: 48,
        client_hours: 96,
    }
}

/// Two of the creative reviewers, then legal, then a team lead.
fn creative() -> Journey {
    let reviewers = stage(
        "creative_review",
        "Creative review",
        Deciders::Group(CREATIVE.to_owned()),
        Assignment::Spread,
        168,
    );
    Journey {
        key: JourneyKey::from("creative"),
        version: 1,
        name: "Creative approval".to_owned(),
        stages: vec![
            Stage { quorum: Quorum::AtLeast(2), ..reviewers },
            stage("legal", "Legal", Deciders::Group(LEGAL.to_owned()), Assignment::Spread, 240),
            stage("sign_off", "Final sign-off", Deciders::Role(Role::TeamLead), Assignment::Spread, 48),
        ],
        completion_hours: 72,
        client_hours: 120,
    }
}

fn stage(key: &str, name: &str, deciders: Deciders, assignment: Assignment, target_hours: u32) -> Stage {
    Stage {
        key: StageKey::from(key),
        name: name.to_owned(),
        deciders,
        assignment,
        quorum: Quorum::Any,
        target_hours,
        optional: false,
    }
}

/// How long a decision at a stage usually takes in hours. The specialist review is the bottleneck.
pub fn usual_hours(stage: &StageKey) -> f64 {
    match stage.as_str() {
        "intake" => 9.0,
        "budget_check" => 10.0,
        "review" => 62.0,
        "creative_review" => 14.0,
        "finance" => 12.0,
        "legal" => 30.0,
        "director" => 19.0,
        _ => 20.0,
    }
}
