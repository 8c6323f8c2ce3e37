//! Keying in a new item: for whom it may be, and which forms there are.

use super::item::FormView;
use postern_domain::{ClientId, JourneyKey, Kind, ProjectId};
use serde::{Deserialize, Serialize};

/// What the signed-in person can key in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct NewItemChoices {
    /// By name.
    pub clients: Vec<ClientChoice>,
    /// By name, each in the newest version that is known here.
    pub journeys: Vec<JourneyChoice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ClientChoice {
    pub id: ClientId,
    pub name: String,
    /// For example `ACME`.
    pub code: String,
    /// What may be keyed in for it, without or with a project.
    pub kinds: Vec<Kind>,
    /// By name.
    pub projects: Vec<ProjectChoice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ProjectChoice {
    pub id: ProjectId,
    pub name: String,
    /// What may be keyed in for it.
    pub kinds: Vec<Kind>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyChoice {
    pub key: JourneyKey,
    pub version: u32,
    pub name: String,
    pub summary: String,
    /// The kinds of item that it is for.
    pub kinds: Vec<Kind>,
    pub form: FormView,
}
