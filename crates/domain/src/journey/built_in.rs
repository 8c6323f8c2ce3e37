//! The journey that a new portal starts with.

use super::{Deciders, Journey, Overrides, Stage};
use crate::calendar::Target;
use crate::ids::JourneyKey;
use crate::people::Role;

impl Journey {
    /// Account check, specialist review, final sign-off, for every kind of item.
    pub fn built_in() -> Self {
        let stage =
            |key, name, deciders, hours| Stage::of_one(key, name, vec![deciders], Some(Target::Hours(hours)));
        Self::of_stages(
            "standard",
            "Standard approval",
            vec![
                stage("intake", "Intake check", Deciders::Owner, 24),
                stage("review", "Specialist review", Deciders::Role(Role::InternalApprover), 72),
                stage("sign_off", "Final sign-off", Deciders::Role(Role::TeamLead), 48),
            ],
        )
    }

    /// Version 1 of a journey with these stages, three days to complete and five for the client to answer.
    pub fn of_stages(key: &str, name: &str, stages: Vec<Stage>) -> Self {
        Self {
            key: JourneyKey::from(key),
            version: 1,
            name: name.to_owned(),
            client_name: None,
            summary: String::new(),
            kinds: Vec::new(),
            calendar: None,
            fields: Vec::new(),
            cosmetic: Default::default(),
            stages,
            target: None,
            completion: Some(Target::Hours(72)),
            client_answer: Some(Target::Hours(120)),
            escalation: Vec::new(),
            overrides: Overrides { roles: vec![Role::TeamLead], own_work: false },
            exceptions: Default::default(),
        }
    }
}
