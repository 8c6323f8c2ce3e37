//! The answers of all cells, and how they are written down.
//!
//! Written in full are the cells of a caller without any relation; of every other relation only the rows that differ
//! from those. Holders whose answers are the same in every cell share a column, and standings whose row is the same
//! share a row. So nothing is lost: who knows how it was folded can unfold it.

use super::answer::Answer;
use super::axes::{Act, Holder, Relation, Standing};
use postern_domain::Role;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub relation: Relation,
    pub act: Act,
    pub standing: Standing,
    pub holder: Holder,
}

/// The answer to every cell.
#[derive(Clone, Debug, Default)]
pub struct Table(BTreeMap<Cell, Answer>);

/// Wider than the longest name of an act.
const ACT_WIDTH: usize = 20;
pub(super) const COLUMN_WIDTH: usize = 10;

impl Table {
    pub fn insert(&mut self, cell: Cell, answer: Answer) {
        self.0.insert(cell, answer);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Cell, Answer)> {
        self.0.iter().map(|(cell, answer)| (cell, *answer))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The whole table as a text that a person can review.
    pub fn render(&self) -> String {
        let columns = self.columns();
        let mut text = String::new();
        self.legend(&columns, &mut text);
        for relation in Relation::ALL {
            let _ = write!(text, "\n## The caller {}\n\n", relation.sentence());
            self.block(relation, &columns, &mut text);
        }
        text
    }

    /// The rows that are otherwise than in `base`, for a person to review; `what` says what is otherwise at all.
    pub fn render_changes(&self, base: &Table, what: &str) -> String {
        let columns = self.columns();
        let mut text = format!("\n# {what}\n\nAs above, but:\n");
        for relation in Relation::ALL {
            let known = base.rows(relation, &columns);
            let rows: Vec<Row> =
                self.rows(relation, &columns).into_iter().filter(|row| !known.contains(row)).collect();
            if rows.is_empty() {
                continue;
            }
            let _ = write!(text, "\n## The caller {}\n\n", relation.sentence());
            write_rows(&rows, &columns, false, &mut text);
        }
        text
    }

    /// Holders whose answers are the same everywhere, in the order of the first of each.
    fn columns(&self) -> Vec<Column> {
        let of = |holder: Holder| -> Vec<Answer> {
            self.0.iter().filter(|(cell, _)| cell.holder == holder).map(|(_, answer)| *answer).collect()
        };
        group(of)
    }

    fn legend(&self, columns: &[Column], text: &mut String) {
        text.push_str("# The permission matrix\n\nColumns: who calls, by the one grant that they hold.\n\n");
        for column in columns {
            let _ = writeln!(text, "  {:<COLUMN_WIDTH$}{}", column.name(), column.members());
        }
        text.push_str("\nCells:\n\n");
        for answer in Answer::ALL.into_iter().filter(|answer| self.0.values().any(|each| each == answer)) {
            let _ = writeln!(text, "  {answer}  {}", answer.meaning());
        }
        let _ = write!(
            text,
            "\nRows: an act, and where the item stands. \"otherwise\" is wherever the act's other rows do not say. \"intake\" is\n\
             review at the owner's step, \"review\" at the approvers', which rhea has unless the relation says otherwise,\n\
             \"pool\" the same step with nobody; \"exception\" was raised out of \"review\", \"exception of what was sent back\" out\n\
             of \"changes requested\", \"exception of what was approved\" out of \"approved\"; \"led back to review\" is the\n\
             approvers' step again, in the same round, because an exception of what was sent back was resolved to it.\n\
             Whoever has, had or stands in at a step is met where one is open that somebody has: \"review\", \"exception\" and\n\
             \"led back to review\". To what is not there (\"new\") nobody stands in a relation, and it can only be submitted.\n\
             Nothing else is left out.\n\n\
             {} cells are folded into these lines; every one is tried on the rules alone and over HTTP.\n",
            self.len()
        );
    }

    fn block(&self, relation: Relation, columns: &[Column], text: &mut String) {
        let rows: Vec<Row> = self.rows(relation, columns);
        let whole: Vec<Answer> = rows.iter().flat_map(|row| row.answers.iter().copied()).collect();
        if let Some(first) = whole.first().filter(|first| whole.iter().all(|each| each == *first)) {
            let _ = writeln!(text, "{first} in every cell.");
            return;
        }
        let base = relation == Relation::None;
        let rows: Vec<Row> = if base {
            rows
        } else {
            let known = self.rows(Relation::None, columns);
            rows.into_iter().filter(|row| !known.contains(row)).collect()
        };
        if rows.is_empty() {
            text.push_str("As without any relation.\n");
            return;
        }
        if !base {
            text.push_str("As without any relation, but:\n\n");
        }
        write_rows(&rows, columns, base, text);
    }

    fn rows(&self, relation: Relation, columns: &[Column]) -> Vec<Row> {
        let mut rows = Vec::new();
        for act in Act::ALL {
            for standing in relation.standings() {
                let answer = |column: &Column| {
                    let holder = *column.0.first()?;
                    self.0.get(&Cell { relation, act, standing, holder }).copied()
                };
                if let Some(answers) = columns.iter().map(answer).collect() {
                    rows.push(Row { act, standing, answers });
                }
            }
        }
        rows
    }
}

/// Holders whose answers are the same, together, in the order of the first of each.
pub(super) fn group<K: Ord>(answers: impl Fn(Holder) -> K) -> Vec<Column> {
    let mut by_answers: BTreeMap<K, Vec<Holder>> = BTreeMap::new();
    for holder in Holder::all() {
        by_answers.entry(answers(holder)).or_default().push(holder);
    }
    let mut columns: Vec<Column> = by_answers.into_values().map(Column).collect();
    columns.sort_by_key(|column| column.0.first().copied());
    columns
}

fn write_rows(rows: &[Row], columns: &[Column], in_full: bool, text: &mut String) {
    let heading: Vec<String> =
        columns.iter().map(|column| format!("{:<COLUMN_WIDTH$}", column.name())).collect();
    let _ = writeln!(text, "{:ACT_WIDTH$}{}", "", heading.concat().trim_end());
    for act in Act::ALL {
        let of_act: Vec<&Row> = rows.iter().filter(|row| row.act == act).collect();
        write_act(act, &of_act, in_full, text);
    }
}

/// Holders that share their answers.
pub(super) struct Column(Vec<Holder>);

#[derive(PartialEq, Eq)]
struct Row {
    act: Act,
    standing: Standing,
    answers: Vec<Answer>,
}

impl Column {
    fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = self.0.iter().filter_map(|holder| Some(holder.0?.0)).collect();
        roles.dedup();
        roles
    }

    pub(super) fn first(&self) -> Option<Holder> {
        self.0.first().copied()
    }

    pub(super) fn name(&self) -> &'static str {
        match self.0.first().and_then(|holder| holder.0) {
            None => "nobody",
            Some((Role::Client, _)) => "client",
            Some((Role::ClientAdmin, _)) => "clientadm",
            Some((Role::InternalOwner, _)) => "owner",
            Some((Role::InternalApprover, _)) => "approver",
            Some((Role::TeamLead, _)) => "lead",
            Some((Role::PortalAdmin, _)) => "admin",
        }
    }

    /// Everybody in the column: roles with the same scopes are named together.
    pub(super) fn members(&self) -> String {
        let mut parts: Vec<(String, Vec<String>)> = Vec::new();
        if self.0.iter().any(|holder| holder.0.is_none()) {
            parts.push(("no grant".to_owned(), Vec::new()));
        }
        for role in self.roles() {
            let reaches = self.0.iter().filter_map(|holder| holder.0);
            let reaches = reaches.filter(|held| held.0 == role).map(|held| held.1.to_string()).collect();
            let name = snake(role);
            match parts.iter_mut().find(|part| part.1 == reaches) {
                Some(part) => {
                    let _ = write!(part.0, ", {name}");
                }
                None => parts.push((name, reaches)),
            }
        }
        let said = parts.into_iter().map(|(who, reaches)| {
            if reaches.is_empty() { who } else { format!("{who}: {}", reaches.join(", ")) }
        });
        said.collect::<Vec<_>>().join(&format!("\n  {:COLUMN_WIDTH$}", ""))
    }
}

/// The role as grants name it.
fn snake(role: Role) -> String {
    serde_json::to_value(role).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// The rows of one act, standings with the same answers together. The largest group comes last, as "otherwise", where
/// the block has every standing.
fn write_act(act: Act, rows: &[&Row], in_full: bool, text: &mut String) {
    let mut groups: Vec<(&[Answer], Vec<Standing>)> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|group| group.0 == row.answers) {
            Some(group) => group.1.push(row.standing),
            None => groups.push((&row.answers, vec![row.standing])),
        }
    }
    let largest = groups.iter().map(|group| group.1.len()).max().unwrap_or(0);
    let otherwise = groups.iter().position(|group| in_full && group.1.len() == largest && largest > 2);
    if let Some(at) = otherwise {
        let last = groups.remove(at);
        groups.push(last);
    }
    for (at, (answers, standings)) in groups.iter().enumerate() {
        let mut line =
            if at == 0 { format!("{act:<ACT_WIDTH$}", act = act.to_string()) } else { " ".repeat(ACT_WIDTH) };
        for answer in *answers {
            let _ = write!(line, "{:<COLUMN_WIDTH$}", answer.to_string());
        }
        let names: Vec<String> = standings.iter().map(ToString::to_string).collect();
        let is_last = at + 1 == groups.len();
        let said = match (otherwise.is_some() && is_last, at) {
            (true, 0) => "always".to_owned(),
            (true, _) => "otherwise".to_owned(),
            (false, _) => names.join(", "),
        };
        let _ = writeln!(text, "{line}{said}");
    }
}
