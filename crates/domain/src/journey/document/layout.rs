//! How a journey is laid out as TOML: tables for what people scroll to (fields, stages, steps, rungs), one line for all
//! else, keys in the documented order.

use super::super::Journey;
use serde_json::{Map, Value};

/// The keys of every table, in the order in which they are written. A key that is not here comes after them.
const ORDER: [&str; 46] = [
    "key",
    "version",
    "name",
    "client_name",
    "summary",
    "kinds",
    "calendar",
    "completion",
    "client_answer",
    // fields
    "help",
    "type",
    "max_length",
    "currency",
    "min",
    "max",
    "options",
    "required",
    "cosmetic",
    "output",
    "internal",
    // stages and steps
    "when",
    "optional",
    "target",
    "deciders",
    "assignment",
    "quorum",
    "veto",
    "no_decider",
    "reason_required",
    "outputs",
    // rungs
    "after",
    "to",
    // overrides and exceptions
    "roles",
    "own_work",
    "categories",
    "handlers",
    // targets and the like, always alone
    "hours",
    "business_minutes",
    "business_days",
    "opened",
    "overdue",
    // tables
    "overrides",
    "exceptions",
    "fields",
    "escalation",
    "stages",
];

/// Arrays that are written table by table.
const TABLES: [&str; 4] = ["fields", "stages", "steps", "escalation"];

/// What need not be written: it is what leaving it out means.
const DEFAULTS: [(&str, &str); 4] =
    [("assignment", "spread"), ("quorum", "any"), ("veto", "anyone"), ("no_decider", "lead")];

pub(super) fn write(journey: &Journey) -> String {
    let mut text = String::new();
    // A journey is made of texts, numbers, flags, lists and tables with text keys: all of them are JSON.
    if let Ok(Value::Object(journey)) = serde_json::to_value(journey) {
        table(&mut text, "", &journey);
    }
    text
}

fn table(text: &mut String, path: &str, table: &Map<String, Value>) {
    let mut entries: Vec<(&String, &Value)> = table.iter().filter(|(key, value)| says(key, value)).collect();
    let rank = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
    entries.sort_by_key(|(key, value)| (is_below(key, value), rank(key)));
    for (key, value) in entries {
        if !is_below(key, value) {
            text.push_str(&format!("{} = {}\n", bare(key), inline(value)));
            continue;
        }
        let path = if path.is_empty() { bare(key) } else { format!("{path}.{}", bare(key)) };
        match value {
            Value::Array(all) => {
                for each in all {
                    if let Value::Object(each) = each {
                        text.push_str(&format!("\n[[{path}]]\n"));
                        self::table(text, &path, each);
                    }
                }
            }
            Value::Object(each) => {
                text.push_str(&format!("\n[{path}]\n"));
                self::table(text, &path, each);
            }
            _ => {}
        }
    }
}

/// Whether it is written below the table, under a head of its own.
fn is_below(key: &str, value: &Value) -> bool {
    match value {
        Value::Array(all) => TABLES.contains(&key) && !all.is_empty(),
        Value::Object(_) => matches!(key, "overrides" | "exceptions"),
        _ => false,
    }
}

fn says(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(table) => !table.is_empty(),
        Value::Number(number) => key != "version" || number.as_u64() != Some(0),
        Value::String(text) => !DEFAULTS.contains(&(key, text.as_str())),
        Value::Bool(_) | Value::Array(_) => true,
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(inline).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Object(table) => {
            let entries: Vec<String> =
                table.iter().map(|(key, value)| format!("{} = {}", bare(key), inline(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn bare(key: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !key.is_empty() && key.chars().all(is_bare) {
        key.to_owned()
    } else {
        toml::Value::String(key.to_owned()).to_string()
    }
}
