//! Conditions read straight off the item: what nearly every condition consists of, without building the values that the
//! interpreter wants. Whatever is not plain here is left to it, so that there is one meaning and not two.

use crate::item::{FieldValue, Item};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use std::cmp::Ordering;

/// The expression's truth for the item; none where the interpreter has to say.
pub(super) fn truth(expression: &IdedExpr, item: &Item) -> Option<bool> {
    match of(expression, item)? {
        Plain::Flag(flag) => Some(flag),
        Plain::Number(_) | Plain::Text(_) => None,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Plain<'a> {
    Flag(bool),
    Number(i64),
    Text(&'a str),
}

fn of<'a>(expression: &'a IdedExpr, item: &'a Item) -> Option<Plain<'a>> {
    Some(match &expression.expr {
        Expr::Literal(LiteralValue::Boolean(flag)) => Plain::Flag(*flag.inner()),
        Expr::Literal(LiteralValue::Int(number)) => Plain::Number(*number.inner()),
        Expr::Literal(LiteralValue::String(text)) => Plain::Text(text.inner()),
        Expr::Ident(name) => match name.as_str() {
            "kind" => Plain::Text(item.kind.as_str()),
            "priority" => Plain::Text(item.priority.as_str()),
            "client" => Plain::Text(item.client.as_str()),
            "project" => Plain::Text(item.project.as_ref().map_or("", |project| project.as_str())),
            "round" => Plain::Number(i64::from(item.round)),
            _ => return None,
        },
        Expr::Select(select) => field(select, item)?,
        Expr::Call(call) => Plain::Flag(called(call, item)?),
        _ => return None,
    })
}

fn field<'a>(select: &SelectExpr, item: &'a Item) -> Option<Plain<'a>> {
    if !matches!(&select.operand.expr, Expr::Ident(name) if name == "fields") {
        return None;
    }
    let value = item.fields.get(&select.field);
    if select.test {
        return Some(Plain::Flag(value.is_some()));
    }
    Some(match value? {
        FieldValue::Flag(flag) => Plain::Flag(*flag),
        FieldValue::Integer(number) => Plain::Number(*number),
        FieldValue::Text(text) => Plain::Text(text),
    })
}

fn called(call: &CallExpr, item: &Item) -> Option<bool> {
    let name = call.func_name.as_str();
    let flag = |part: &IdedExpr| truth(part, item);
    match (name, call.target.as_deref(), call.args.as_slice()) {
        (operators::LOGICAL_AND, None, [left, right]) => Some(flag(left)? && flag(right)?),
        (operators::LOGICAL_OR, None, [left, right]) => Some(flag(left)? || flag(right)?),
        (operators::LOGICAL_NOT, None, [part]) => Some(!flag(part)?),
        (operators::IN, None, [part, within]) => is_in(part, within, item),
        (operators::EQUALS, None, [left, right]) => Some(order(left, right, item)?.is_eq()),
        (operators::NOT_EQUALS, None, [left, right]) => Some(order(left, right, item)?.is_ne()),
        (operators::GREATER, None, [left, right]) => Some(order(left, right, item)?.is_gt()),
        (operators::GREATER_EQUALS, None, [left, right]) => Some(order(left, right, item)?.is_ge()),
        (operators::LESS, None, [left, right]) => Some(order(left, right, item)?.is_lt()),
        (operators::LESS_EQUALS, None, [left, right]) => Some(order(left, right, item)?.is_le()),
        (_, Some(whole), [part]) => match (name, of(whole, item)?, of(part, item)?) {
            ("startsWith", Plain::Text(whole), Plain::Text(part)) => Some(whole.starts_with(part)),
            ("endsWith", Plain::Text(whole), Plain::Text(part)) => Some(whole.ends_with(part)),
            ("contains", Plain::Text(whole), Plain::Text(part)) => Some(whole.contains(part)),
            _ => None,
        },
        _ => None,
    }
}

fn is_in(part: &IdedExpr, within: &IdedExpr, item: &Item) -> Option<bool> {
    let Expr::List(list) = &within.expr else { return None };
    let mut found = false;
    for element in &list.elements {
        found |= order(part, element, item)?.is_eq();
    }
    Some(found)
}

/// Of two of a type; the interpreter knows what to say of others.
fn order(left: &IdedExpr, right: &IdedExpr, item: &Item) -> Option<Ordering> {
    match (of(left, item)?, of(right, item)?) {
        (Plain::Flag(left), Plain::Flag(right)) => Some(left.cmp(&right)),
        (Plain::Number(left), Plain::Number(right)) => Some(left.cmp(&right)),
        (Plain::Text(left), Plain::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
