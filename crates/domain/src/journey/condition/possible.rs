//! What conditions can come to, over all items that a journey admits: finds stages that no item reaches, conditions
//! that decide nothing, and optional fields that are read without being asked for with `has`.
//!
//! Fields with few values are tried with each of them, numbers at and beside every literal that they are compared with,
//! all else is left open. What is open may be anything, so that "never" and "always" are sure, and the rest is not said.

use super::Condition;
use crate::item::{Kind, Priority};
use crate::journey::{Field, FieldType};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use std::collections::BTreeSet;

/// More combinations than this are not tried.
const MAX_COMBINATIONS: usize = 20_000;

/// What a truth value may turn out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::journey) struct Truths {
    pub yes: bool,
    pub no: bool,
    /// It cannot be evaluated, and holds for that.
    pub fails: Failing,
}

/// Whether an evaluation may fail, and which empty fields are to blame: a bit for each, by its place in the combination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::journey) struct Failing {
    pub may: bool,
    blame: u64,
}

/// A part of an item that conditions look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name<'a> {
    Kind,
    Priority,
    Field(&'a str),
}

#[derive(Clone, Debug)]
enum Setting {
    Missing,
    /// There, whatever it is.
    Present,
    Flag(bool),
    Number(i64),
    Text(String),
}

/// One combination of values.
pub(in crate::journey) struct Combination<'a>(Vec<(Name<'a>, Setting)>);

impl Combination<'_> {
    /// The fields whose being empty makes the evaluation fail.
    pub fn blamed(&self, failing: Failing) -> impl Iterator<Item = &str> {
        self.0.iter().enumerate().filter_map(move |(at, (name, _))| match name {
            Name::Field(key) if failing.blame & bit(at) != 0 => Some(*key),
            _ => None,
        })
    }

    /// How it stands, and its place.
    fn get(&self, name: Name<'_>) -> Option<(usize, &Setting)> {
        let at = self.0.iter().position(|(known, _)| *known == name)?;
        Some((at, &self.0[at].1))
    }
}

fn bit(at: usize) -> u64 {
    u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or_default()
}

/// Every combination of what these conditions look at. None where a condition cannot be read, or there are too many.
pub(in crate::journey) fn combinations<'a>(
    conditions: &[&Condition],
    fields: &'a [Field],
    kinds: &[Kind],
) -> Option<Vec<Combination<'a>>> {
    let expressions: Vec<&IdedExpr> =
        conditions.iter().map(|condition| condition.expression()).collect::<Option<_>>()?;
    let mut looked_at = Vec::new();
    let names = |name: &str| expressions.iter().any(|each| mentions(each, &|expr| is_name(expr, name)));
    if names("kind") {
        let kinds = if kinds.is_empty() { &Kind::ALL } else { kinds };
        looked_at.push((Name::Kind, texts(kinds.iter().map(|kind| kind.as_str()))));
    }
    if names("priority") {
        let all = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
        looked_at.push((Name::Priority, texts(all.iter().map(|priority| priority.as_str()))));
    }
    let read = |field: &&Field| {
        expressions.iter().any(|each| mentions(each, &|expr| is_field(expr, &field.key).is_some()))
    };
    looked_at.extend(
        fields.iter().filter(read).map(|field| (Name::Field(&field.key), settings(field, &expressions))),
    );
    // First those that may be empty: so few of them are tried that each has a bit of its own.
    looked_at.sort_by_key(|(_, settings)| !settings.iter().any(|set| matches!(set, Setting::Missing)));
    let mut all = vec![Combination(Vec::new())];
    for (name, settings) in looked_at {
        if all.len().saturating_mul(settings.len()) > MAX_COMBINATIONS {
            return None;
        }
        all = all
            .iter()
            .flat_map(|before| {
                settings.iter().map(|set| {
                    let mut longer = before.0.clone();
                    longer.push((name, set.clone()));
                    Combination(longer)
                })
            })
            .collect();
    }
    Some(all)
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Setting> {
    texts.map(|text| Setting::Text(text.to_owned())).collect()
}

fn settings(field: &Field, expressions: &[&IdedExpr]) -> Vec<Setting> {
    let mut settings = match &field.of {
        FieldType::Flag => vec![Setting::Flag(true), Setting::Flag(false)],
        FieldType::Choice { options } if !options.is_empty() => texts(options.iter().map(String::as_str)),
        FieldType::Integer { min, max } | FieldType::Money { min, max, .. } => {
            numbers(&field.key, *min, *max, expressions)
        }
        _ => vec![Setting::Present],
    };
    if !field.required {
        settings.push(Setting::Missing);
    }
    settings
}

/// At and beside every literal that the field is compared with, and at its limits: between these, nothing changes.
fn numbers(key: &str, min: Option<i64>, max: Option<i64>, expressions: &[&IdedExpr]) -> Vec<Setting> {
    let mut compared = Compared::default();
    expressions.iter().for_each(|expression| compared.look_at(expression, key));
    let within = |number: &i64| min.is_none_or(|min| *number >= min) && max.is_none_or(|max| *number <= max);
    let beside = compared.with.iter().flat_map(|at| [at.saturating_sub(1), *at, at.saturating_add(1)]);
    let numbers: BTreeSet<i64> = beside.chain(min).chain(max).filter(within).collect();
    if compared.otherwise || numbers.is_empty() {
        return vec![Setting::Present];
    }
    numbers.into_iter().map(Setting::Number).collect()
}

/// What a number field is compared with.
#[derive(Default)]
struct Compared {
    with: BTreeSet<i64>,
    /// It is also computed with, or compared with what is no literal.
    otherwise: bool,
}

impl Compared {
    fn look_at(&mut self, expression: &IdedExpr, key: &str) {
        match &expression.expr {
            Expr::Call(call) => match self.literals(call, key) {
                Some(literals) => self.with.extend(literals),
                None => parts(call).for_each(|part| self.look_at(part, key)),
            },
            Expr::List(list) => list.elements.iter().for_each(|each| self.look_at(each, key)),
            _ => self.otherwise |= is_field(expression, key) == Some(false),
        }
    }

    /// The literals, where the call does nothing but compare the field with them.
    fn literals(&self, call: &CallExpr, key: &str) -> Option<Vec<i64>> {
        let is_it = |part: &IdedExpr| is_field(part, key) == Some(false);
        let is_comparison = matches!(
            call.func_name.as_str(),
            operators::EQUALS
                | operators::NOT_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS
                | operators::LESS
                | operators::LESS_EQUALS
        );
        match call.args.as_slice() {
            [left, right] if is_comparison && is_it(left) => Some(vec![number(right)?]),
            [left, right] if is_comparison && is_it(right) => Some(vec![number(left)?]),
            [left, right] if call.func_name == operators::IN && is_it(left) => match &right.expr {
                Expr::List(list) => list.elements.iter().map(number).collect(),
                _ => None,
            },
            _ => None,
        }
    }
}

fn number(expression: &IdedExpr) -> Option<i64> {
    match &expression.expr {
        Expr::Literal(LiteralValue::Int(number)) => Some(*number.inner()),
        _ => None,
    }
}

fn parts(call: &CallExpr) -> impl Iterator<Item = &IdedExpr> {
    call.target.iter().map(AsRef::as_ref).chain(&call.args)
}

fn mentions(expression: &IdedExpr, found: &impl Fn(&IdedExpr) -> bool) -> bool {
    found(expression)
        || match &expression.expr {
            Expr::Call(call) => parts(call).any(|part| mentions(part, found)),
            Expr::List(list) => list.elements.iter().any(|each| mentions(each, found)),
            _ => false,
        }
}

fn is_name(expression: &IdedExpr, name: &str) -> bool {
    matches!(&expression.expr, Expr::Ident(known) if known == name)
}

/// Whether it is `fields.<key>`, and then whether it only asks if that is there.
fn is_field(expression: &IdedExpr, key: &str) -> Option<bool> {
    match &expression.expr {
        Expr::Select(SelectExpr { operand, field, test }) if field == key && is_name(operand, "fields") => {
            Some(*test)
        }
        _ => None,
    }
}

impl Condition {
    /// What it may come to with these values; anything, where it cannot be read.
    pub(in crate::journey) fn truths(&self, values: &Combination<'_>) -> Truths {
        self.expression().map_or(Truths::ANY, |expression| Value::of(expression, values).truths())
    }
}

mod value;
use value::Value;
