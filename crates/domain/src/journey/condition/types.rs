//! The types of a condition, checked before a journey is published. CEL leaves them to run time; an approval step must
//! not depend on what turns up there.

use super::super::{Field, FieldType};
use cel::common::ast::{CallExpr, Expr, IdedExpr, ListExpr, LiteralValue, SelectExpr, operators};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum ConditionProblem {
    #[error("it cannot be read: {message}")]
    Syntax { message: String },
    #[error("the form has no field `{key}`")]
    UnknownField { key: String },
    /// A change of it would leave approvals standing that depended on it.
    #[error("`{key}` is cosmetic or an output: a condition must depend on what is decided on")]
    NotMaterial { key: String },
    #[error("there is no `{name}` here; known are fields.<key>, kind, priority, client, project and round")]
    UnknownName { name: String },
    #[error("`{operation}` takes {expected}, not {found}")]
    WrongType { operation: String, expected: String, found: String },
    #[error("`{what}` is not available in conditions")]
    Unsupported { what: String },
    #[error("it must be true or false, and is {found}")]
    NotATruthValue { found: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Type {
    Bool,
    Int,
    Text,
    List(Box<Type>),
    /// Wrong already, and told.
    Unknown,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("true or false"),
            Type::Int => f.write_str("a number"),
            Type::Text => f.write_str("a text"),
            Type::List(of) => write!(f, "a list, each {of}"),
            Type::Unknown => f.write_str("unknown"),
        }
    }
}

/// # Errors
/// Everything that is wrong, in the order of the text.
pub(super) fn check(expression: &IdedExpr, fields: &[Field]) -> Result<(), Vec<ConditionProblem>> {
    let mut checker = Checker { fields, problems: Vec::new() };
    match checker.of(expression) {
        Type::Bool | Type::Unknown => {}
        found => checker.problems.push(ConditionProblem::NotATruthValue { found: found.to_string() }),
    }
    if checker.problems.is_empty() { Ok(()) } else { Err(checker.problems) }
}

struct Checker<'a> {
    fields: &'a [Field],
    problems: Vec<ConditionProblem>,
}

impl Checker<'_> {
    fn of(&mut self, expression: &IdedExpr) -> Type {
        match &expression.expr {
            Expr::Literal(LiteralValue::Boolean(_)) => Type::Bool,
            Expr::Literal(LiteralValue::Int(_)) => Type::Int,
            Expr::Literal(LiteralValue::String(_)) => Type::Text,
            Expr::Literal(_) => self.unsupported("a literal of this type"),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.select(select),
            Expr::List(list) => self.list(list),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(_) => self.unsupported("all, exists, map and filter"),
            Expr::Map(_) => self.unsupported("a map"),
            Expr::Struct(_) => self.unsupported("a structure"),
            Expr::Unspecified => self.unsupported("an empty expression"),
        }
    }

    fn unsupported(&mut self, what: &str) -> Type {
        self.problems.push(ConditionProblem::Unsupported { what: what.to_owned() });
        Type::Unknown
    }

    fn name(&mut self, name: &str) -> Type {
        match name {
            "kind" | "priority" | "client" | "project" => Type::Text,
            "round" => Type::Int,
            _ => {
                self.problems.push(ConditionProblem::UnknownName { name: name.to_owned() });
                Type::Unknown
            }
        }
    }

    /// `fields.amount`, or `has(fields.amount)`.
    fn select(&mut self, select: &SelectExpr) -> Type {
        if !matches!(&select.operand.expr, Expr::Ident(name) if name == "fields") {
            return self.unsupported(&format!(".{}", select.field));
        }
        let Some(field) = self.fields.iter().find(|field| field.key == select.field) else {
            self.problems.push(ConditionProblem::UnknownField { key: select.field.clone() });
            return Type::Unknown;
        };
        if !field.is_material() {
            self.problems.push(ConditionProblem::NotMaterial { key: select.field.clone() });
        }
        if select.test {
            return Type::Bool;
        }
        match field.of {
            FieldType::Flag => Type::Bool,
            FieldType::Integer { .. } | FieldType::Money { .. } => Type::Int,
            FieldType::Text { .. }
            | FieldType::Date
            | FieldType::Choice { .. }
            | FieldType::Email
            | FieldType::Url => Type::Text,
        }
    }

    fn list(&mut self, list: &ListExpr) -> Type {
        let mut of = Type::Unknown;
        for element in &list.elements {
            let found = self.of(element);
            if of == Type::Unknown {
                of = found;
            } else {
                self.expect("[…]", &of, &found);
            }
        }
        Type::List(Box::new(of))
    }

    fn call(&mut self, call: &CallExpr) -> Type {
        let name = call.func_name.as_str();
        let operation = written(name);
        let arguments: Vec<Type> =
            call.target.iter().map(AsRef::as_ref).chain(&call.args).map(|each| self.of(each)).collect();
        match (name, arguments.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, all) => {
                all.iter().for_each(|found| self.expect(operation, &Type::Bool, found));
                Type::Bool
            }
            (operators::CONDITIONAL, [test, yes, no]) => {
                self.expect(operation, &Type::Bool, test);
                self.expect(operation, yes, no);
                yes.clone()
            }
            (operators::EQUALS | operators::NOT_EQUALS, [left, right]) => {
                self.expect(operation, left, right);
                Type::Bool
            }
            (
                operators::GREATER | operators::GREATER_EQUALS | operators::LESS | operators::LESS_EQUALS,
                [left, right],
            ) => {
                if !matches!(left, Type::Int | Type::Text | Type::Unknown) {
                    self.wrong(operation, "numbers or texts", left);
                }
                self.expect(operation, left, right);
                Type::Bool
            }
            (operators::ADD, [Type::Text, right]) => {
                self.expect(operation, &Type::Text, right);
                Type::Text
            }
            (
                operators::ADD
                | operators::SUBSTRACT
                | operators::MULTIPLY
                | operators::DIVIDE
                | operators::MODULO
                | operators::NEGATE,
                all,
            ) => {
                all.iter().for_each(|found| self.expect(operation, &Type::Int, found));
                Type::Int
            }
            (operators::IN, [element, within]) => {
                self.expect(operation, &Type::List(Box::new(element.clone())), within);
                Type::Bool
            }
            ("size", [Type::Text | Type::List(_) | Type::Unknown]) => Type::Int,
            ("startsWith" | "endsWith" | "contains", [of, part]) => {
                self.expect(operation, &Type::Text, of);
                self.expect(operation, &Type::Text, part);
                Type::Bool
            }
            _ => self.unsupported(operation),
        }
    }

    fn expect(&mut self, operation: &str, expected: &Type, found: &Type) {
        if !fits(expected, found) {
            self.wrong(operation, &expected.to_string(), found);
        }
    }

    fn wrong(&mut self, operation: &str, expected: &str, found: &Type) {
        self.problems.push(ConditionProblem::WrongType {
            operation: operation.to_owned(),
            expected: expected.to_owned(),
            found: found.to_string(),
        });
    }
}

fn fits(expected: &Type, found: &Type) -> bool {
    match (expected, found) {
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        (Type::List(expected), Type::List(found)) => fits(expected, found),
        _ => expected == found,
    }
}

/// How the author wrote it: `_&&_` is `&&`.
fn written(name: &str) -> &str {
    match name {
        operators::IN => "in",
        operators::CONDITIONAL => "? :",
        _ => name.trim_matches('_'),
    }
}
