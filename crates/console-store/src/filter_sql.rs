//! A filter as SQL. Names are looked up here, in memory; the statement only ever compares ids.
//!
//! Where a word could mean several things, an exact match wins over the beginning of a name, so that a filter that a
//! report hands out opens exactly the items that it counted.

use crate::columns::urgency;
use crate::directory::Lookup;
use postern_domain::explain::phase_name;
use postern_domain::filter::{Bound, Filter, Flag, Term, Test, Who};
use postern_domain::{ClientId, Phase, Timestamp};
use std::collections::BTreeSet;

/// A piece of a statement with its arguments, in the order of the question marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub text: String,
    pub arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Argument {
    Number(i64),
    Text(String),
}

impl Sql {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), arguments: Vec::new() }
    }

    pub(crate) fn number(mut self, value: i64) -> Self {
        self.arguments.push(Argument::Number(value));
        self
    }

    fn text(mut self, value: impl Into<String>) -> Self {
        self.arguments.push(Argument::Text(value.into()));
        self
    }

    pub(crate) fn push(&mut self, other: Sql) {
        self.text.push_str(&other.text);
        self.arguments.extend(other.arguments);
    }

    fn never() -> Self {
        Self::new("0")
    }

    /// `column IN (…)`.
    fn one_of(column: &str, values: impl IntoIterator<Item = String>) -> Self {
        let arguments: Vec<_> = values.into_iter().map(Argument::Text).collect();
        if arguments.is_empty() {
            return Self::never();
        }
        let marks = vec!["?"; arguments.len()].join(", ");
        Self { text: format!("{column} IN ({marks})"), arguments }
    }
}

/// All terms, each after an `AND`.
pub(crate) fn conditions(filter: &Filter, lookup: &Lookup, now: Timestamp) -> Sql {
    let mut all = Sql::default();
    // A stage holds more than a client or an owner has; a `+` keeps a column out of the choice of an index.
    let stage = if filter.terms.iter().any(is_narrow) { "+stage" } else { "stage" };
    for term in &filter.terms {
        let mut test = test(&term.test, lookup, now, stage);
        test.text = if term.negated {
            format!(" AND NOT coalesce(({}), 0)", test.text)
        } else {
            format!(" AND ({})", test.text)
        };
        all.push(test);
    }
    all
}

/// Whether an index without the standing finds what a test holds for, and that is few items.
pub(crate) fn finds_rows(test: &Test) -> bool {
    matches!(test, Test::Assignee(Who::Me | Who::Named(_)) | Test::Text(_) | Test::Is(Flag::Stuck))
}

/// Whether a term has an index that finds few items by it.
fn is_narrow(term: &Term) -> bool {
    let by_column = matches!(term.test, Test::Client(_) | Test::Owner(Who::Me | Who::Named(_)));
    !term.negated && (by_column || finds_rows(&term.test))
}

fn test(test: &Test, lookup: &Lookup, now: Timestamp, stage_column: &str) -> Sql {
    match test {
        Test::Stage(value) => stage(value, lookup, stage_column),
        Test::Owner(Who::Nobody) => Sql::new("owner IS NULL"),
        Test::Owner(who) => Sql::one_of("owner", people(who, lookup)),
        Test::Assignee(Who::Nobody) => Sql::new("waiting = '[]'"),
        Test::Assignee(who) => {
            let mut turns = Sql::one_of("person", people(who, lookup));
            turns.text = format!("row IN (SELECT row FROM item_turns WHERE {})", turns.text);
            turns
        }
        Test::Client(value) => Sql::one_of("client", clients(value, lookup)),
        Test::Cohort(value) => Sql::one_of("cohort", cohorts(value, lookup)),
        Test::Kind(kind) => Sql::new("kind = ?").text(kind.as_str()),
        Test::Phase(phase) => Sql::new("phase = ?").text(phase.as_str()),
        Test::Priority(priority) => Sql::new("urgency = ?").number(urgency(*priority)),
        Test::Is(flag) => is(*flag, now),
        Test::Due(Bound::LessThan(length)) => Sql::new("due_sort < ?").number(now.plus_ms(*length).ms()),
        Test::Due(Bound::MoreThan(length)) => Sql::new("due_ms > ?").number(now.plus_ms(*length).ms()),
        Test::Age(Bound::LessThan(length)) => {
            Sql::new("entered_ms > ?").number(now.plus_ms(length.saturating_neg()).ms())
        }
        Test::Age(Bound::MoreThan(length)) => {
            Sql::new("entered_ms < ?").number(now.plus_ms(length.saturating_neg()).ms())
        }
        Test::Text(text) => words(text),
    }
}

fn is(flag: Flag, now: Timestamp) -> Sql {
    match flag {
        Flag::Overdue => Sql::new("standing = 1 AND due_sort < ?").number(now.ms()),
        Flag::Stuck => Sql::new("stuck_from_ms < ?").number(now.ms()),
        Flag::Escalated => Sql::new("escalated = 1"),
        Flag::Unassigned => Sql::new("unassigned = 1"),
        Flag::Pending => Sql::new("id IN (SELECT item FROM outbox WHERE outcome_kind IS NULL)"),
        Flag::Open => Sql::new("standing = 1"),
    }
}

/// Every word occurs somewhere; the last letters of a word may be missing.
fn words(text: &str) -> Sql {
    let words: Vec<String> = text
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")))
        .collect();
    if words.is_empty() {
        return Sql::new("1");
    }
    Sql::new("row IN (SELECT rowid FROM item_text WHERE item_text MATCH ?)").text(words.join(" AND "))
}

fn stage(value: &str, lookup: &Lookup, column: &str) -> Sql {
    let wanted = value.to_lowercase();
    let stages = || {
        lookup.journeys.values().flat_map(|journey| journey.stages.iter().map(move |stage| (journey, stage)))
    };
    let keys = |matches: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        stages()
            .map(|(_, stage)| stage.key.as_str())
            .filter(|key| matches(&key.to_lowercase()))
            .map(str::to_owned)
            .collect()
    };
    let exact = keys(&|key| key == wanted);
    if !exact.is_empty() {
        return Sql::one_of(column, exact);
    }
    let by = |matches: &dyn Fn(&str) -> bool| -> Sql {
        let mut any = Sql::one_of(column, keys(matches));
        for (journey, stage) in stages().filter(|(_, stage)| matches(&stage.name.to_lowercase())) {
            any.push(
                Sql::new(format!(" OR (journey = ? AND journey_version = ? AND {column} = ?)"))
                    .text(journey.key.as_str())
                    .number(i64::from(journey.version))
                    .text(stage.key.as_str()),
            );
        }
        let phases = Phase::ALL.into_iter().filter(|phase| matches(&phase_name(*phase).to_lowercase()));
        let mut phases = Sql::one_of("phase", phases.map(|phase| phase.as_str().to_owned()));
        phases.text = format!(" OR (stage IS NULL AND {})", phases.text);
        any.push(phases);
        any
    };
    let whole = by(&|name| name == wanted);
    if whole.arguments.is_empty() { by(&|name| name.starts_with(&wanted)) } else { whole }
}

/// The ids that a name means: the exact id or e-mail, else the exact name, else the beginning of a part of it.
fn people(who: &Who, lookup: &Lookup) -> Vec<String> {
    let name = match who {
        Who::Me => return lookup.me.iter().map(|me| me.as_str().to_owned()).collect(),
        Who::Nobody => return Vec::new(),
        Who::Named(name) => name.to_lowercase(),
    };
    let found = |matches: &dyn Fn(&postern_domain::Person) -> bool| -> Vec<String> {
        lookup
            .people()
            .iter()
            .filter(|person| matches(person))
            .map(|person| person.id.as_str().to_owned())
            .collect()
    };
    let known =
        found(&|person| person.id.as_str().to_lowercase() == name || person.email.to_lowercase() == name);
    if !known.is_empty() {
        return known;
    }
    let named = found(&|person| person.name.to_lowercase() == name);
    if !named.is_empty() {
        return named;
    }
    found(&|person| begins(&person.name, &name) || person.email.to_lowercase().starts_with(&name))
}

/// Each part of `wanted` begins a part of `name`.
fn begins(name: &str, wanted: &str) -> bool {
    let name = name.to_lowercase();
    wanted.split_whitespace().all(|part| name.split_whitespace().any(|word| word.starts_with(part)))
}

fn clients(value: &str, lookup: &Lookup) -> Vec<String> {
    let wanted = value.to_lowercase();
    let found = |matches: &dyn Fn(&ClientId, &postern_domain::Client) -> bool| -> Vec<String> {
        lookup
            .clients
            .iter()
            .filter(|(id, client)| matches(id, client))
            .map(|(id, _)| id.as_str().to_owned())
            .collect()
    };
    let known =
        found(&|id, client| id.as_str().to_lowercase() == wanted || client.code.to_lowercase() == wanted);
    if !known.is_empty() {
        return known;
    }
    let named = found(&|_, client| client.name.to_lowercase() == wanted);
    if !named.is_empty() {
        return named;
    }
    found(&|_, client| {
        client.name.to_lowercase().starts_with(&wanted) || client.code.to_lowercase().starts_with(&wanted)
    })
}

fn cohorts(value: &str, lookup: &Lookup) -> Vec<String> {
    let wanted = value.to_lowercase();
    let all: BTreeSet<&str> = lookup.clients.values().map(|client| client.cohort.as_str()).collect();
    let exact: Vec<String> = all
        .iter()
        .filter(|cohort| cohort.to_lowercase() == wanted)
        .map(|cohort| (*cohort).to_owned())
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    all.into_iter().filter(|cohort| cohort.to_lowercase().starts_with(&wanted)).map(str::to_owned).collect()
}
