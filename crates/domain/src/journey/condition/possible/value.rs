//! Evaluation where part of what is looked at is left open.

use super::{Combination, Failing, Name, Setting, Truths, bit, parts};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use std::cmp::Ordering;

impl Failing {
    const NEVER: Failing = Failing { may: false, blame: 0 };
    const SOMEHOW: Failing = Failing { may: true, blame: 0 };

    fn or(self, other: Self) -> Self {
        Self { may: self.may || other.may, blame: self.blame | other.blame }
    }

    fn only_if(self, condition: bool) -> Self {
        if condition { self } else { Self::NEVER }
    }
}

impl Truths {
    pub const ANY: Truths = Truths { yes: true, no: true, fails: Failing::SOMEHOW };
    const OPEN: Truths = Truths { yes: true, no: true, fails: Failing::NEVER };

    pub fn known(holds: bool) -> Self {
        Self { yes: holds, no: !holds, fails: Failing::NEVER }
    }

    fn failing(fails: Failing) -> Self {
        Self { yes: false, no: false, fails }
    }

    /// In CEL, `false && x` is false even where x cannot be evaluated, on either side.
    pub fn and(self, other: Self) -> Self {
        let left = self.fails.only_if(other.yes || other.fails.may);
        let right = other.fails.only_if(self.yes || self.fails.may);
        Self { yes: self.yes && other.yes, no: self.no || other.no, fails: left.or(right) }
    }

    fn not(self) -> Self {
        Self { yes: self.no, no: self.yes, fails: self.fails }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// Either of both.
    fn either(self, other: Self) -> Self {
        Self { yes: self.yes || other.yes, no: self.no || other.no, fails: self.fails.or(other.fails) }
    }

    fn equals(self, other: Self) -> Self {
        Self {
            yes: (self.yes && other.yes) || (self.no && other.no),
            no: (self.yes && other.no) || (self.no && other.yes),
            fails: self.fails.or(other.fails),
        }
    }

    /// Whether what depends on it applies.
    pub fn may_hold(self) -> bool {
        self.yes || self.fails.may
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Truth(Truths),
    Number(i64),
    Text(String),
    List(Vec<Value>),
    /// Anything else, or not known.
    Open(Failing),
    Fails(Failing),
}

impl Value {
    pub fn of(expression: &IdedExpr, values: &Combination<'_>) -> Self {
        match &expression.expr {
            Expr::Literal(LiteralValue::Boolean(flag)) => Value::Truth(Truths::known(*flag.inner())),
            Expr::Literal(LiteralValue::Int(number)) => Value::Number(*number.inner()),
            Expr::Literal(LiteralValue::String(text)) => Value::Text(text.inner().to_owned()),
            Expr::Ident(name) => match name.as_str() {
                "kind" => setting(values.get(Name::Kind)),
                "priority" => setting(values.get(Name::Priority)),
                _ => Value::Open(Failing::NEVER),
            },
            Expr::Select(select) => field(select, values),
            Expr::List(list) => {
                Value::List(list.elements.iter().map(|each| Value::of(each, values)).collect())
            }
            Expr::Call(call) => called(call, values),
            _ => Value::Open(Failing::SOMEHOW),
        }
    }

    pub fn truths(self) -> Truths {
        match self {
            Value::Truth(truths) => truths,
            Value::Open(fails) => Truths { fails, ..Truths::OPEN },
            Value::Fails(fails) => Truths::failing(fails),
            Value::Number(_) | Value::Text(_) | Value::List(_) => Truths::failing(Failing::SOMEHOW),
        }
    }

    fn failing(&self) -> Failing {
        match self {
            Value::Truth(truths) => truths.fails,
            Value::Open(failing) | Value::Fails(failing) => *failing,
            Value::List(each) => each.iter().map(Value::failing).fold(Failing::NEVER, Failing::or),
            Value::Number(_) | Value::Text(_) => Failing::NEVER,
        }
    }
}

fn setting(setting: Option<(usize, &Setting)>) -> Value {
    match setting {
        None => Value::Open(Failing::SOMEHOW),
        Some((at, Setting::Missing)) => Value::Fails(Failing { may: true, blame: bit(at) }),
        Some((_, Setting::Present)) => Value::Open(Failing::NEVER),
        Some((_, Setting::Flag(flag))) => Value::Truth(Truths::known(*flag)),
        Some((_, Setting::Number(number))) => Value::Number(*number),
        Some((_, Setting::Text(text))) => Value::Text(text.clone()),
    }
}

fn field(select: &SelectExpr, values: &Combination<'_>) -> Value {
    let found = values.get(Name::Field(&select.field));
    if !select.test {
        return setting(found);
    }
    match found {
        None => Value::Truth(Truths::OPEN),
        Some((_, found)) => Value::Truth(Truths::known(!matches!(found, Setting::Missing))),
    }
}

fn called(call: &CallExpr, values: &Combination<'_>) -> Value {
    let mut given: Vec<Value> = parts(call).map(|part| Value::of(part, values)).collect();
    let failing = given.iter().map(Value::failing).fold(Failing::NEVER, Failing::or);
    let fails = given.iter().any(|each| matches!(each, Value::Fails(_)));
    let open = Value::Truth(Truths { fails: failing, ..Truths::OPEN });
    let known = |holds| Value::Truth(Truths::known(holds));
    match (call.func_name.as_str(), given.as_mut_slice()) {
        (operators::LOGICAL_AND, [left, right]) => {
            Value::Truth(left.clone().truths().and(right.clone().truths()))
        }
        (operators::LOGICAL_OR, [left, right]) => {
            Value::Truth(left.clone().truths().or(right.clone().truths()))
        }
        (operators::LOGICAL_NOT, [of]) => Value::Truth(of.clone().truths().not()),
        (operators::CONDITIONAL, [test, yes, no]) => conditional(test.clone().truths(), yes, no),
        _ if fails => Value::Fails(failing),
        (operators::EQUALS, [left, right]) => equal(left, right).map_or(open, Value::Truth),
        (operators::NOT_EQUALS, [left, right]) => {
            equal(left, right).map_or(open, |equal| Value::Truth(equal.not()))
        }
        (operators::GREATER, [left, right]) => order(left, right).map_or(open, |is| known(is.is_gt())),
        (operators::GREATER_EQUALS, [left, right]) => order(left, right).map_or(open, |is| known(is.is_ge())),
        (operators::LESS, [left, right]) => order(left, right).map_or(open, |is| known(is.is_lt())),
        (operators::LESS_EQUALS, [left, right]) => order(left, right).map_or(open, |is| known(is.is_le())),
        (operators::IN, [of, Value::List(list)]) => {
            let each: Option<Vec<Truths>> = list.iter().map(|one| equal(of, one)).collect();
            let none = Truths::known(false);
            each.map_or(open, |each| Value::Truth(each.into_iter().fold(none, Truths::or)))
        }
        ("startsWith", [Value::Text(of), Value::Text(part)]) => known(of.starts_with(part.as_str())),
        ("endsWith", [Value::Text(of), Value::Text(part)]) => known(of.ends_with(part.as_str())),
        ("contains", [Value::Text(of), Value::Text(part)]) => known(of.contains(part.as_str())),
        ("startsWith" | "endsWith" | "contains" | operators::IN, _) => open,
        // What is computed is left open; that it might divide by nothing is not this question.
        _ => Value::Open(failing),
    }
}

fn conditional(test: Truths, yes: &Value, no: &Value) -> Value {
    match (test.yes, test.no) {
        (true, false) if !test.fails.may => yes.clone(),
        (false, true) if !test.fails.may => no.clone(),
        (false, false) => Value::Fails(test.fails),
        _ => match (yes, no) {
            (Value::Truth(yes), Value::Truth(no)) => {
                let either = yes.either(*no);
                Value::Truth(Truths { fails: either.fails.or(test.fails), ..either })
            }
            _ => Value::Open(test.fails.or(yes.failing()).or(no.failing())),
        },
    }
}

fn equal(left: &Value, right: &Value) -> Option<Truths> {
    match (left, right) {
        (Value::Truth(left), Value::Truth(right)) => Some(left.equals(*right)),
        _ => order(left, right).map(|is| Truths::known(is.is_eq())),
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
