//! Journeys: the workflow of an item as data.

use crate::ids::{JourneyKey, PersonId, StageKey};
use crate::item::JourneyRef;
use crate::people::Role;
use crate::time::HOUR_MS;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Journey {
    pub key: JourneyKey,
    pub version: u32,
    pub name: String,
    /// The approval steps, in order. A journey without steps approves on submission.
    pub stages: Vec<Stage>,
    /// Hours that the owner has to complete what was approved.
    pub completion_hours: u32,
    /// Hours that the client has to answer a request for changes.
    pub client_hours: u32,
}

/// One stage inside `in_review`, and the approval step that closes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Stage {
    pub key: StageKey,
    pub name: String,
    pub deciders: Deciders,
    pub assignment: Assignment,
    pub quorum: Quorum,
    /// Wall-clock hours from the review's opening until it is due.
    pub target_hours: u32,
    /// Not on every item's way: no approval opens it by itself, an imported history may.
    #[serde(default)]
    pub optional: bool,
}

/// Who may decide at a stage, among those whose grants reach the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Deciders {
    /// Everybody who holds the role there.
    Role(Role),
    /// Approvers there who belong to the named group, for example `legal`.
    Group(String),
    /// The item's internal owner.
    Owner,
    /// Exactly this person.
    Person(PersonId),
}

/// Whose turn it is when the review opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Assignment {
    /// Nobody in particular: anybody eligible may claim it.
    Pool,
    /// As many eligible people as the quorum needs, spread evenly by the item's id.
    Spread,
    /// Everybody eligible.
    Everyone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Quorum {
    /// One approval is enough.
    Any,
    /// Every reviewer must approve.
    All,
    /// This many different people must approve.
    AtLeast(u8),
}

impl Journey {
    /// The journey that a new portal starts with: account check, specialist review, final sign-off.
    pub fn built_in() -> Self {
        let stage = |key: &str, name: &str, deciders, assignment, target_hours| Stage {
            key: StageKey::from(key),
            name: name.to_owned(),
            deciders,
            assignment,
            quorum: Quorum::Any,
            target_hours,
            optional: false,
        };
        Self {
            key: JourneyKey::from("standard"),
            version: 1,
            name: "Standard approval".to_owned(),
            stages: vec![
                stage("intake", "Intake check", Deciders::Owner, Assignment::Spread, 24),
                stage(
                    "review",
                    "Specialist review",
                    Deciders::Role(Role::InternalApprover),
                    Assignment::Spread,
                    72,
                ),
                stage("sign_off", "Final sign-off", Deciders::Role(Role::TeamLead), Assignment::Spread, 48),
            ],
            completion_hours: 72,
            client_hours: 120,
        }
    }

    pub fn reference(&self) -> JourneyRef {
        JourneyRef { key: self.key.clone(), version: self.version }
    }

    pub fn stage(&self, key: &StageKey) -> Option<&Stage> {
        self.stages.iter().find(|stage| &stage.key == key)
    }

    /// The stage that a hand-over opens: the first that is not optional.
    pub fn first_stage(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| !stage.optional)
    }

    /// The stage that an approval at `key` opens: the next that is not optional. None after the last, or when the
    /// journey has no such stage.
    pub fn stage_after(&self, key: &StageKey) -> Option<&Stage> {
        let at = self.stages.iter().position(|stage| &stage.key == key)?;
        self.stages.iter().skip(at + 1).find(|stage| !stage.optional)
    }
}

impl Stage {
    /// The step's target in milliseconds of wall time.
    pub fn target_ms(&self) -> i64 {
        i64::from(self.target_hours) * HOUR_MS
    }
}
