//! Golden cases: small stories with a known end, stored beside a journey and acted out by the very rules that the
//! product runs on.

mod expect;
mod play;

pub use expect::Difference;

use super::Journey;
use super::document::{DocumentError, from_toml};
use crate::ids::{ClientId, JourneyKey, PersonId, ProjectId, StepKey};
use crate::item::{Fields, Kind, Phase, Priority};
use crate::people::Role;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// When every case begins: Monday 5 January 2026, 09:00 UTC. Each act comes a minute after the one before.
pub const START: Timestamp = Timestamp(1_767_603_600_000);

/// The golden cases of one journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    pub journey: JourneyKey,
    /// Who is there in every case.
    #[serde(default)]
    pub people: Vec<Member>,
    pub cases: Vec<Case>,
}

/// Somebody of the cast. Grants reach everything, or one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub id: PersonId,
    pub roles: Vec<Role>,
    #[serde(default)]
    pub groups: Vec<String>,
    /// Whom they report to.
    pub lead: Option<PersonId>,
    /// Absent: all clients.
    pub client: Option<ClientId>,
    #[serde(default)]
    pub disabled: bool,
}

/// One story: an item, what people do, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A sentence that says what is so.
    pub name: String,
    pub kind: Kind,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub priority: Priority,
    #[serde(default)]
    pub fields: Fields,
    /// Absent: `client`.
    pub client: Option<ClientId>,
    pub project: Option<ProjectId>,
    /// Who is responsible for the client.
    pub client_owner: Option<PersonId>,
    pub owner: Option<PersonId>,
    pub submitter: PersonId,
    /// People besides the file's own, or in the place of those with the same id.
    #[serde(default)]
    pub people: Vec<Member>,
    /// Who of the file's people is not there.
    #[serde(default)]
    pub without: Vec<PersonId>,
    /// The rule by which the submission itself is refused.
    pub refused: Option<String>,
    #[serde(default)]
    pub acts: Vec<Act>,
    pub expect: Expectation,
}

/// What somebody does. Which of the keys are needed depends on `does`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Absent: whose turn it is, the first by id; for a pool, the first who may decide. The portal's clock climbs.
    pub who: Option<PersonId>,
    pub does: Deed,
    /// The step. Absent: the only one that is open.
    pub at: Option<StepKey>,
    /// Why, or the comment of an approval.
    pub reason: Option<String>,
    #[serde(default)]
    pub outputs: Fields,
    #[serde(default)]
    pub fields: Fields,
    pub title: Option<String>,
    /// The category of an exception.
    pub category: Option<String>,
    /// A person to reassign to; where an exception goes (`back`, `complete`, `withdraw`, or a stage).
    pub to: Option<String>,
    pub from: Option<PersonId>,
    /// Hours that pass before.
    #[serde(default)]
    pub after_hours: u32,
    /// The rule by which it is refused, for example `denied`, `denied.contributor` or `field.missing`.
    pub refused: Option<String>,
    /// It is so already, and nothing happens.
    #[serde(default)]
    pub already: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Approve,
    RequestChanges,
    Override,
    Claim,
    Reassign,
    Resubmit,
    SetFields,
    RaiseException,
    ResolveException,
    Complete,
    Withdraw,
    Reopen,
    Escalate,
    /// The portal's clock climbs the next rung.
    Climb,
}

/// What comes of it. What is left out is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The item's last phase; absent where nothing was submitted.
    pub phase: Option<Phase>,
    /// All steps that opened, in their order.
    pub opened: Option<Vec<StepKey>>,
    /// All steps that were passed over, in their order.
    pub skipped: Option<Vec<StepKey>>,
    /// Whose turn it is at the end, by id.
    pub waiting_on: Option<Vec<PersonId>>,
    /// Values of fields at the end, among them outputs.
    #[serde(default)]
    pub fields: Fields,
    /// The category of the exception that it ends in.
    pub exception: Option<String>,
    /// To whom it is escalated at the end.
    pub escalated_to: Option<PersonId>,
}

/// How a case came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    pub case: String,
    /// The first difference from what was expected; none: it is as expected.
    pub difference: Option<Difference>,
}

impl CaseResult {
    pub fn passed(&self) -> bool {
        self.difference.is_none()
    }
}

impl Cases {
    /// Reads golden cases from TOML.
    ///
    /// # Errors
    /// The first thing that is not a case, with its place.
    pub fn from_toml(text: &str) -> Result<Self, DocumentError> {
        from_toml(text)
    }
}

/// Acts out every case by the rules of `journey`. The same every time: the clock, the ids and who is drawn are fixed.
pub fn run(journey: &Journey, cases: &Cases) -> Vec<CaseResult> {
    cases
        .cases
        .iter()
        .map(|case| CaseResult {
            case: case.name.clone(),
            difference: play::play(journey, &cases.people, case).err(),
        })
        .collect()
}
