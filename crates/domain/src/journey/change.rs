//! Two versions of a journey side by side, and what must be so before items in flight move from one to the other.

mod migration;

pub use migration::{MigrationPlan, MigrationProblem, check_migration};

use super::Journey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// One difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The key in the document, its stages, steps and fields by their own keys: `stages[legal].steps[brand].quorum`.
    pub at: String,
    pub how: How,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Added,
    Removed,
    /// Stands elsewhere in the order of its like.
    Moved,
    /// The values as they stand in the document; none where it was left out.
    Changed {
        from: Option<Value>,
        to: Option<Value>,
    },
}

/// Everything that `new` says otherwise than `old`, besides the version, in the order of the keys.
pub fn differences(old: &Journey, new: &Journey) -> Vec<Change> {
    let mut changes = Vec::new();
    if let (Ok(Value::Object(old)), Ok(Value::Object(new))) =
        (serde_json::to_value(old), serde_json::to_value(new))
    {
        tables("", &old, &new, &mut changes);
    }
    changes.retain(|change| change.at != "version");
    changes
}

fn tables(path: &str, old: &Map<String, Value>, new: &Map<String, Value>, changes: &mut Vec<Change>) {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let (from, to) = (old.get(key), new.get(key));
        match (from, to) {
            _ if from == to => {}
            _ if is_list_of_keyed(from) && is_list_of_keyed(to) => {
                lists(&at, &keyed(from), &keyed(to), changes);
            }
            (Some(Value::Object(from)), Some(Value::Object(to))) if is_settings(key) => {
                tables(&at, from, to, changes);
            }
            _ => changes.push(Change { at, how: How::Changed { from: from.cloned(), to: to.cloned() } }),
        }
    }
}

fn is_settings(key: &str) -> bool {
    matches!(key, "overrides" | "exceptions")
}

type Keyed<'a> = Vec<(&'a str, &'a Map<String, Value>)>;

/// A list of things that have keys, or none at all.
fn is_list_of_keyed(value: Option<&Value>) -> bool {
    match value {
        None => true,
        Some(Value::Array(all)) => all.iter().all(|each| each.get("key").is_some_and(Value::is_string)),
        Some(_) => false,
    }
}

fn keyed(value: Option<&Value>) -> Keyed<'_> {
    let all = value.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|each| Some((each.get("key")?.as_str()?, each.as_object()?))).collect()
}

fn lists(at: &str, old: &Keyed<'_>, new: &Keyed<'_>, changes: &mut Vec<Change>) {
    let find = |list: &Keyed<'_>, key: &str| list.iter().position(|(known, _)| *known == key);
    for (key, _) in old.iter().filter(|(key, _)| find(new, key).is_none()) {
        changes.push(Change { at: format!("{at}[{key}]"), how: How::Removed });
    }
    let stayed: Vec<usize> = new.iter().filter_map(|(key, _)| find(old, key)).collect();
    let kept = longest_ascending(&stayed);
    for (key, new) in new {
        let at = format!("{at}[{key}]");
        let Some(index) = find(old, key) else {
            changes.push(Change { at, how: How::Added });
            continue;
        };
        if !kept.contains(&index) {
            changes.push(Change { at: at.clone(), how: How::Moved });
        }
        tables(&at, old[index].1, new, changes);
    }
}

/// A longest part of `numbers` that ascends: those that did not move, so that as few as possible did.
fn longest_ascending(numbers: &[usize]) -> BTreeSet<usize> {
    let mut best: Vec<Vec<usize>> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let before = best[..at].iter().filter(|run| run.last().is_some_and(|last| last < number));
        let mut run = before.max_by_key(|run| run.len()).cloned().unwrap_or_default();
        run.push(*number);
        best.push(run);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default().into_iter().collect()
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.at;
        match &self.how {
            How::Added => write!(f, "`{at}` is new"),
            How::Removed => write!(f, "`{at}` is gone"),
            How::Moved => write!(f, "`{at}` stands elsewhere"),
            How::Changed { from: None, to: Some(to) } => write!(f, "`{at}` is {to} now"),
            How::Changed { from: Some(from), to: None } => write!(f, "`{at}` is no longer {from}"),
            How::Changed { from, to } => {
                let shown =
                    |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
                write!(f, "`{at}` is {} instead of {}", shown(to), shown(from))
            }
        }
    }
}
