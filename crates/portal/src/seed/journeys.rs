//! The journeys of the sample organisation: the built-in one, and two more as data.

use postern_domain::calendar::Target;
use postern_domain::{Assignment, Deciders, Journey, Kind, Quorum, Role, Stage, StageKey, Step};

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
    let journey = Journey::of_stages(
        "invoice",
        "Invoice approval",
        vec![
            stage("budget_check", "Budget check", Deciders::Owner, Assignment::Spread, 72),
            stage("finance", "Finance", Deciders::Group(FINANCE.to_owned()), Assignment::Pool, 168),
            stage("director", "Director", Deciders::Group(DIRECTORS.to_owned()), Assignment::Spread, 168),
        ],
    );
    Journey { completion: Some(Target::Hours(48)), client_answer: Some(Target::Hours(96)), ..journey }
}

/// Two of the creative reviewers, then legal, then a team lead.
fn creative() -> Journey {
    let mut reviewers = stage(
        "creative_review",
        "Creative review",
        Deciders::Group(CREATIVE.to_owned()),
        Assignment::Spread,
        168,
    );
    for step in &mut reviewers.steps {
        step.quorum = Quorum::AtLeast(2);
    }
    Journey::of_stages(
        "creative",
        "Creative approval",
        vec![
            reviewers,
            stage("legal", "Legal", Deciders::Group(LEGAL.to_owned()), Assignment::Spread, 240),
            stage("sign_off", "Final sign-off", Deciders::Role(Role::TeamLead), Assignment::Spread, 48),
        ],
    )
}

fn stage(key: &str, name: &str, deciders: Deciders, assignment: Assignment, target_hours: u32) -> Stage {
    let mut stage = Stage::of_one(key, name, Vec::new(), Some(Target::Hours(target_hours)));
    stage.steps = vec![Step { assignment, ..Step::new(key, name, vec![deciders]) }];
    stage
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
