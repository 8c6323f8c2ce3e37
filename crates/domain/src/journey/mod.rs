//! Journeys: the workflow of an item as versioned data, never code.

mod built_in;
pub mod change;
mod condition;
pub mod document;
mod field;
pub mod golden;
pub mod lint;
pub mod publication;
pub mod route;
mod schema;
mod shipped;

pub use condition::{Condition, ConditionProblem, MAX_SOURCE};
pub use document::DocumentError;
pub use field::{Field, FieldProblem, FieldType};
pub use schema::schema;
pub use shipped::{Shipped, shipped, shipped_documents};

use crate::calendar::Target;
use crate::ids::{CalendarKey, JourneyKey, PersonId, StageKey, StepKey};
use crate::item::{FieldValue, Item, JourneyRef, Kind};
use crate::people::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One version of a journey. Items stay pinned to the version that they started on until a migration moves them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Journey {
    pub key: JourneyKey,
    /// Counts publications, from 1; given when it is published. 0, or left out of a document: a draft.
    #[serde(default)]
    pub version: u32,
    pub name: String,
    /// What clients call it; without one, they read `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_name: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The kinds of item that it is for. Empty: every kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// The calendar of its business-time targets, where neither a person's nor a team's own applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub calendar: Option<CalendarKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Parts besides fields whose change does not outdate approvals.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cosmetic: BTreeSet<Part>,
    /// Passed one after the other. A journey without stages approves on submission.
    pub stages: Vec<Stage>,
    /// How long the whole way may take, from the first hand-over to the end. It stands still while the client has the
    /// item, and while it is an exception; reopened, it begins again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub target: Option<Target>,
    /// Until when the owner completes what was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub completion: Option<Target>,
    /// Until when the client answers a request for changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_answer: Option<Target>,
    /// Climbed at every stage that has no ladder of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<Rung>,
    #[serde(default)]
    pub overrides: Overrides,
    #[serde(default)]
    pub exceptions: Exceptions,
}

/// A part of an item's content that is not a form field.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Part {
    Title,
    Description,
}

/// One stage inside `in_review`: its steps run side by side, and all of them must approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Stage {
    pub key: StageKey,
    pub name: String,
    /// What clients read; without one, they read `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client_name: Option<String>,
    /// Passed over where this does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<String>")]
    pub when: Option<Condition>,
    /// Not on every item's way: no approval opens it by itself, an imported history may.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// How long its steps may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub target: Option<Target>,
    pub steps: Vec<Step>,
    /// Its own ladder in the place of the journey's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub escalation: Option<Vec<Rung>>,
}

/// One approval step: who decides, how many must, and what they must leave behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Step {
    /// Unique in the journey.
    pub key: StepKey,
    pub name: String,
    /// Passed over where this does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<String>")]
    pub when: Option<Condition>,
    /// Whoever any of these names. With one per group, the groups are enough.
    #[serde(default)]
    pub deciders: Vec<Deciders>,
    #[serde(default)]
    pub assignment: Assignment,
    #[serde(default)]
    pub quorum: Quorum,
    /// Whose request for changes sends the item back at once.
    #[serde(default)]
    pub veto: Veto,
    #[serde(default)]
    pub no_decider: NoDecider,
    /// An approval must say why.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reason_required: bool,
    /// Output fields that an approval must fill in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

/// Who may decide at a step, among those whose grants reach the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Deciders {
    /// Everybody who holds the role there.
    Role(Role),
    /// Approvers there who belong to the named group, for example `legal`.
    Group(String),
    /// The item's internal owner.
    Owner,
    /// The person responsible for the client.
    ClientOwner,
    /// The one whom the submitter reports to.
    SubmitterLead,
    /// The one whom the item's owner reports to.
    OwnerLead,
    /// Exactly this person.
    Person(PersonId),
}

/// Whose turn it is when the review opens.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Assignment {
    /// Nobody in particular: anybody eligible may claim it.
    Pool,
    /// As many eligible people as the quorum needs, spread evenly by the item's id.
    #[default]
    Spread,
    /// Everybody eligible.
    Everyone,
}

/// How many approvals close a review. They are counted by people: nobody counts twice, in whatever capacity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Quorum {
    /// One approval is enough.
    #[default]
    Any,
    /// Everybody whose turn it became must approve.
    All,
    /// This many different people must approve.
    AtLeast(u8),
    /// One from each of these groups, and a different person for each.
    OnePerGroup(Vec<String>),
}

/// Whose request for changes sends the item back at once. The others' count: it goes back when the approvals that are
/// needed cannot be reached any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Veto {
    #[default]
    Anyone,
    Nobody,
    Only(Vec<Deciders>),
}

/// What happens when a step opens and nobody is there who may decide. Stated in the history, never silent.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NoDecider {
    /// A team lead over the item decides; where there is none either, it becomes an exception.
    #[default]
    Lead,
    /// The item becomes an exception.
    Exception,
    /// The command that would open the step is refused.
    Refuse,
}

/// One rung of an escalation ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Rung {
    pub after: RungTime,
    pub to: RungTo,
}

/// When a rung is reached, by the stage's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RungTime {
    /// So long after the stage opened.
    Opened(Target),
    /// So long after the stage was due.
    Overdue(Target),
}

/// To whom a rung brings the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RungTo {
    Owner,
    /// A team lead over the item.
    Lead,
    /// The one whom the owner reports to.
    OwnerLead,
    Person(PersonId),
}

/// Who may close a step in the deciders' place, with a reason that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Overrides {
    /// Empty: nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Whether even somebody who contributed to the round may, for organisations too small to keep duties apart.
    #[serde(default, skip_serializing_if = "is_false")]
    pub own_work: bool,
}

/// How exceptions of this journey are named, and who handles them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Exceptions {
    /// Empty: any word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Empty: the owner, else a team lead over the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<Deciders>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Journey {
    pub fn reference(&self) -> JourneyRef {
        JourneyRef { key: self.key.clone(), version: self.version }
    }

    pub fn stage(&self, key: &StageKey) -> Option<&Stage> {
        self.stages.iter().find(|stage| &stage.key == key)
    }

    pub fn step(&self, key: &StepKey) -> Option<(&Stage, &Step)> {
        self.stages.iter().find_map(|stage| Some((stage, stage.step(key)?)))
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Whether a change of this field outdates approvals. A field that the journey does not know is material.
    pub fn is_material(&self, key: &str) -> bool {
        self.field(key).is_none_or(|field| field.is_material())
    }

    /// The amount of money that an item is about, in minor units: its first money field, or, under a journey without a
    /// form, the field `amount`.
    pub fn amount(&self, item: &Item) -> Option<i64> {
        let money = self.fields.iter().find(|field| matches!(field.of, FieldType::Money { .. }));
        let key = match money {
            Some(field) => field.key.as_str(),
            None if self.fields.is_empty() => "amount",
            None => return None,
        };
        match item.fields.get(key) {
            Some(FieldValue::Integer(amount)) => Some(*amount),
            _ => None,
        }
    }

    pub fn is_for(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// The stages that an item would pass from the beginning, or after `after`, each with the steps that apply to it.
    /// A stage none of whose steps applies is passed over.
    pub fn stages_ahead<'a>(
        &'a self,
        after: Option<&StageKey>,
        item: &'a Item,
    ) -> impl Iterator<Item = (&'a Stage, Vec<&'a Step>)> {
        let from = match after {
            None => 0,
            Some(key) => {
                self.stages.iter().position(|stage| &stage.key == key).map_or(self.stages.len(), |at| at + 1)
            }
        };
        self.stages[from..]
            .iter()
            .filter(|stage| !stage.optional)
            .map(|stage| (stage, stage.steps_for(item)))
            .filter(|(_, steps)| !steps.is_empty())
    }
}

impl Stage {
    /// A stage of one step that bears its key and name.
    pub fn of_one(key: &str, name: &str, deciders: Vec<Deciders>, target: Option<Target>) -> Self {
        Self {
            key: StageKey::from(key),
            name: name.to_owned(),
            client_name: None,
            when: None,
            optional: false,
            target,
            steps: vec![Step::new(key, name, deciders)],
            escalation: None,
        }
    }

    pub fn step(&self, key: &StepKey) -> Option<&Step> {
        self.steps.iter().find(|step| &step.key == key)
    }

    /// The steps that apply to an item; none where the stage's own condition does not hold.
    pub fn steps_for(&self, item: &Item) -> Vec<&Step> {
        let holds = |condition: &Option<Condition>| condition.as_ref().is_none_or(|when| when.holds(item));
        if !holds(&self.when) {
            return Vec::new();
        }
        self.steps.iter().filter(|step| holds(&step.when)).collect()
    }
}

impl Step {
    pub fn new(key: &str, name: &str, deciders: Vec<Deciders>) -> Self {
        Self {
            key: StepKey::from(key),
            name: name.to_owned(),
            when: None,
            deciders,
            assignment: Assignment::default(),
            quorum: Quorum::default(),
            veto: Veto::default(),
            no_decider: NoDecider::default(),
            reason_required: false,
            outputs: Vec::new(),
        }
    }
}
