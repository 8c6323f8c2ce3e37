//! The findings in words: each names the thing and the way out.

use crate::ids::{CalendarKey, PersonId};
use crate::item::Kind;
use crate::journey::ConditionProblem;
use crate::people::Role;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What has a key or a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    Journey,
    Field,
    Stage,
    Step,
    Group,
    Category,
}

/// Why a person whom a journey names cannot decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CannotDecide {
    Unknown,
    Disabled,
    /// Holds no role that may.
    NoRole,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Problem {
    #[error("the {what} `{key}` is there twice: give one of them another key")]
    Duplicate { what: Named, key: String },
    #[error("the {what}'s key `{key}` must begin with a lower-case letter and go on with {}, at most 64 in all", letters(.what))]
    MalformedKey { what: Named, key: String },
    #[error("conditions cannot ask for a field called `{key}`, a word of their language: choose another key")]
    ReservedKey { key: String },
    #[error("the {what} has an empty name: write one, or leave the key out where it may be")]
    EmptyName { what: Named },
    #[error("the kind {kind:?} is listed twice: leave one out")]
    DuplicateKind { kind: Kind },
    #[error("the journey has no stages, so that whatever is submitted is approved at once: add a stage")]
    NoStages,
    #[error(
        "all stages are optional, so that whatever is submitted is approved at once: make one obligatory"
    )]
    AllOptional,
    #[error(
        "an item can pass without anybody's decision, because all conditions may fail to hold at once: leave one stage without condition"
    )]
    PassesUndecided,
    #[error("the stage `{stage}` has no steps: add one, or leave the stage out")]
    NoSteps { stage: String },
    #[error(
        "no item can reach the stage `{stage}`, because its conditions never hold: change them, or leave it out"
    )]
    Unreachable { stage: String },
    #[error(
        "the step `{step}` never applies, because its condition never holds: change it, or leave the step out"
    )]
    NeverApplies { step: String },
    #[error("the condition always holds: leave it out")]
    AlwaysHolds,
    #[error("the condition is not usable: {problem}; docs/journeys.md says what conditions know")]
    Condition { problem: ConditionProblem },
    #[error(
        "`{field}` may be empty, and the condition then counts as holding: ask `has(fields.{field})` first, or make the field required"
    )]
    NotGuarded { field: String },

    #[error("the step `{step}` names nobody who decides: fill in `deciders`")]
    NoDeciders { step: String },
    #[error("the role {role:?} cannot decide: name internal_owner, internal_approver or team_lead")]
    RoleCannotDecide { role: Role },
    #[error("`{person}` {}: name somebody else", cannot(.why))]
    PersonCannotDecide { person: PersonId, why: CannotDecide },
    #[error("nobody who may approve belongs to the group `{group}`: put somebody in, or name another group")]
    NobodyInGroup { group: String },
    #[error("nobody may decide at `{step}`, so that every item {}: name somebody who is there", otherwise(.refused))]
    NobodyToDecide { step: String, refused: bool },
    #[error(
        "nobody whom `{step}` names is there, so that a team lead decides every time: name somebody who is there"
    )]
    OnlyLeads { step: String },
    #[error("`at_least` 0 asks for no approval: write 1 or more")]
    AtLeastNobody,
    #[error("`{step}` needs {needed} people and only {there} may decide: lower the quorum, or name more")]
    TooFewPeople { step: String, needed: u32, there: u32 },
    #[error("`one_per_group` lists no group: list some, or choose another quorum")]
    NoGroups,
    #[error("not every group of `{step}` can have a person of its own: put more people in its groups")]
    GroupsShort { step: String },
    #[error(
        "`one_per_group` counts only its groups, so that approvals of other deciders do not count: leave `deciders` out"
    )]
    DecisionsDoNotCount,
    #[error(
        "`all` needs to know who decides, and a pool leaves it open: choose `everyone`, or another quorum"
    )]
    AllOfAPool,
    #[error("`only` lists nobody who may veto: list somebody, or write \"nobody\"")]
    VetoOfNobody,
    #[error("the group `{group}` may veto but does not decide here: add it to the deciders")]
    VetoElsewhere { group: String },
    #[error("the role {role:?} belongs to clients, who override nothing: leave it out")]
    OverrideByClient { role: Role },
    #[error("the role {role:?} may not override anyway: name team_lead or portal_admin")]
    OverrideWithoutEffect { role: Role },
    #[error("the role {role:?} cannot resolve exceptions: name internal_owner, team_lead or portal_admin")]
    RoleCannotResolve { role: Role },

    #[error("the step asks for `{key}`, which is not a field of the form: add an output field of that key")]
    UnknownOutput { key: String },
    #[error("the step asks for `{key}`, which is filled in at submission: give the field `output = true`")]
    NotAnOutput { key: String },
    #[error("the step asks for `{key}` twice: once is enough")]
    OutputTwice { key: String },
    #[error("no step asks for the output field `{key}`: add it to a step's `outputs`, or leave it out")]
    OutputNotAsked { key: String },
    #[error("no item has this as long as `min` {min} is above `max` {max}: exchange them")]
    MinAboveMax { min: i64, max: i64 },
    #[error("nothing fits into a text of at most 0 characters: raise `max_length`, or leave it out")]
    NothingFits,
    #[error("the choice has no options: list at least two")]
    NoOptions,
    #[error("the option {option:?} is {}: list every option once, in words", if option.trim().is_empty() { "empty" } else { "there twice" })]
    BadOption { option: String },
    #[error("`{currency}` is no currency code: write three capital letters, such as EUR")]
    MalformedCurrency { currency: String },

    #[error("the stage `{stage}` has no target, so that its items are never overdue: add `target`")]
    NoTarget { stage: String },
    #[error("the target is over as soon as it begins: write 1 or more")]
    NoTime,
    #[error(
        "business time needs a calendar: give the journey a `calendar`, or the organisation a default one"
    )]
    NoCalendar,
    #[error("there is no calendar `{calendar}`: add it, or name another")]
    UnknownCalendar { calendar: CalendarKey },
    #[error("the ladder has {rungs} rungs: at most {most} are climbed")]
    TooManyRungs { rungs: usize, most: usize },
    #[error("the rung comes before the one above it in the list: order them by time")]
    RungTooEarly,
    #[error(
        "the rung waits for an overdue stage, and `{stage}` has no target: add one, or count from `opened`"
    )]
    NeverOverdue { stage: String },
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Named::Journey => "journey",
            Named::Field => "field",
            Named::Stage => "stage",
            Named::Step => "step",
            Named::Group => "group",
            Named::Category => "category",
        })
    }
}

fn letters(what: &Named) -> &'static str {
    match what {
        Named::Field => "lower-case letters, digits and `_`",
        _ => "lower-case letters, digits, `-` and `_`",
    }
}

fn cannot(why: &CannotDecide) -> &'static str {
    match why {
        CannotDecide::Unknown => "is nobody here",
        CannotDecide::Disabled => "is disabled",
        CannotDecide::NoRole => "holds no role that may decide",
    }
}

fn otherwise(refused: &bool) -> &'static str {
    if *refused { "is refused before it gets there" } else { "becomes an exception there" }
}
