//! An item as a row: every column is derived from the document, so that a verification can derive it again.

use crate::dialect::{Database, DbRow};
use postern_domain::Item;
use postern_protocol::{Month, mark};
use sqlx::query::Query;
use sqlx::{Database as DatabaseOf, Row as _};
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Null,
}

/// The columns that follow from the document alone, in the order of the statements in `items.rs`.
pub(crate) const NAMES: [&str; 22] = [
    "id",
    "reference",
    "kind",
    "client",
    "project",
    "journey",
    "journey_version",
    "phase",
    "stage",
    "owner",
    "priority",
    "round",
    "created_at_ms",
    "submitted_at_ms",
    "entered_at_ms",
    "updated_at_ms",
    "completed_at_ms",
    "due_at_ms",
    "version",
    "mark",
    "closed_month",
    "doc",
];

pub(crate) fn of(item: &Item) -> Result<[Value; 22], serde_json::Error> {
    let text = |text: &str| Value::Text(text.to_owned());
    let priority = match serde_json::to_value(item.priority)? {
        serde_json::Value::String(name) => name,
        other => other.to_string(),
    };
    Ok([
        text(item.id.as_str()),
        text(&item.reference),
        text(item.kind.as_str()),
        text(item.client.as_str()),
        item.project.as_ref().map(|project| text(project.as_str())).into(),
        text(item.journey.key.as_str()),
        Value::Integer(i64::from(item.journey.version)),
        text(item.phase.as_str()),
        item.stage().map(|stage| text(stage.as_str())).into(),
        item.owner.as_ref().map(|owner| text(owner.as_str())).into(),
        Value::Text(priority),
        Value::Integer(i64::from(item.round)),
        Value::Integer(item.created_at.ms()),
        item.submitted_at.map(|at| Value::Integer(at.ms())).into(),
        Value::Integer(item.entered_at.ms()),
        Value::Integer(item.updated_at.ms()),
        item.completed_at.map(|at| Value::Integer(at.ms())).into(),
        item.due_at.map(|at| Value::Integer(at.ms())).into(),
        Value::Integer(item.version.cast_signed()),
        Value::Integer(mark(&item.id, item.version)),
        Value::Integer(closed_month(item)),
        Value::Text(serde_json::to_string(item)?),
    ])
}

/// The month in which it was closed, as a number; 0 while it is not.
pub(crate) fn closed_month(item: &Item) -> i64 {
    if item.phase.is_terminal() { Month::of(item.entered_at).number() } else { 0 }
}

/// Reads one column as it is stored; `None` when it is not even of a type that belongs there.
pub(crate) fn stored(row: &DbRow, name: &str, like: &Value) -> Option<Value> {
    let text = || row.try_get::<Option<String>, _>(name).ok().map(|text| text.map(Value::Text).into());
    let integer = || row.try_get::<Option<i64>, _>(name).ok().map(|number| number.map(Value::Integer).into());
    match like {
        Value::Text(_) => text(),
        Value::Integer(_) => integer(),
        Value::Null => text().or_else(integer),
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<Option<Value>> for Value {
    fn from(value: Option<Value>) -> Self {
        value.unwrap_or(Value::Null)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) if text.chars().count() > 120 => {
                write!(f, "\"{}…\"", text.chars().take(120).collect::<String>())
            }
            Value::Text(text) => write!(f, "\"{text}\""),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Null => f.write_str("nothing"),
        }
    }
}

type Arguments = <Database as DatabaseOf>::Arguments;

pub(crate) type Binding<'q> = Query<'q, Database, Arguments>;

pub(crate) fn bind(query: Binding<'_>, value: Value) -> Binding<'_> {
    match value {
        Value::Text(text) => query.bind(text),
        Value::Integer(number) => query.bind(number),
        Value::Null => query.bind(None::<String>),
    }
}
