//! Conditions in CEL, the Common Expression Language, over an item and its form fields.
//!
//! A condition that cannot be evaluated, for example because an optional field was left empty, holds: what depends on
//! it is then asked for rather than left out.

mod direct;
pub(super) mod possible;
mod types;

pub use types::ConditionProblem;

use super::Field;
use crate::item::{FieldValue, Item};
use cel::common::ast::IdedExpr;
use cel::{Context, Program, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// An expression such as `fields.amount > 1000000 && kind == "invoice"`. It is compiled once, when first needed.
#[derive(Clone)]
pub struct Condition {
    source: String,
    compiled: Arc<OnceLock<Option<Program>>>,
}

thread_local! {
    /// The standard functions, registered once for each thread.
    static FUNCTIONS: Context<'static, 'static> = Context::default();
}

impl Condition {
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), compiled: Arc::default() }
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it holds for the item as it is. What cannot be evaluated holds.
    pub fn holds(&self, item: &Item) -> bool {
        self.evaluate(item).unwrap_or(true)
    }

    /// The value for the item; none where it cannot be evaluated.
    pub fn evaluate(&self, item: &Item) -> Option<bool> {
        let program = self.program()?;
        direct::truth(program.expression(), item).or_else(|| interpreted(program, item))
    }

    fn program(&self) -> Option<&Program> {
        self.compiled.get_or_init(|| compile(&self.source).ok()).as_ref()
    }

    /// The expression; none where it cannot be read.
    fn expression(&self) -> Option<&IdedExpr> {
        Some(self.program()?.expression())
    }

    /// Whether it is a well-formed truth value over the journey's fields.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self, fields: &[Field]) -> Result<(), Vec<ConditionProblem>> {
        let program = compile(&self.source).map_err(|message| vec![ConditionProblem::Syntax { message }])?;
        types::check(program.expression(), fields)
    }
}

/// What the interpreter says. Its values are made anew for each evaluation: for those alone that cannot be read straight
/// off the item.
fn interpreted(program: &Program, item: &Item) -> Option<bool> {
    let value = FUNCTIONS.with(|functions| {
        let mut scope = functions.new_inner_scope();
        scope.add_variable_from_value("fields", fields(item));
        scope.add_variable_from_value("kind", text(item.kind.as_str()));
        scope.add_variable_from_value("priority", text(item.priority.as_str()));
        scope.add_variable_from_value("client", text(item.client.as_str()));
        let project = item.project.as_ref().map_or("", |project| project.as_str());
        scope.add_variable_from_value("project", text(project));
        scope.add_variable_from_value("round", Value::Int(i64::from(item.round)));
        program.execute(&scope)
    });
    match value {
        Ok(Value::Bool(holds)) => Some(holds),
        _ => None,
    }
}

/// Compiles, and takes a panic of the parser for a syntax error.
fn compile(source: &str) -> Result<Program, String> {
    if source.len() > MAX_SOURCE {
        return Err(format!("it is longer than {MAX_SOURCE} bytes"));
    }
    Program::compile(source).map_err(|errors| {
        let said: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
        said.join("; ")
    })
}

/// The longest condition, in bytes.
pub const MAX_SOURCE: usize = 2_000;

fn fields(item: &Item) -> Value {
    let map: HashMap<String, Value> = item
        .fields
        .iter()
        .map(|(key, value)| {
            let value = match value {
                FieldValue::Flag(flag) => Value::Bool(*flag),
                FieldValue::Integer(number) => Value::Int(*number),
                FieldValue::Text(text) => self::text(text),
            };
            (key.clone(), value)
        })
        .collect();
    map.into()
}

fn text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.source).finish()
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Condition {}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl schemars::JsonSchema for Condition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "maxLength": MAX_SOURCE,
            "description": "A CEL expression that is true or false, over `fields.<key>`, `kind`, `priority`, \
                            `client`, `project` and `round`."
        })
    }
}
