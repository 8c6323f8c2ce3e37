//! Documents: journeys, and the cases beside them, as TOML or JSON text that people write.

mod layout;

use super::Journey;
use serde::de::DeserializeOwned;

/// The longest document, in bytes.
pub const MAX_DOCUMENT: usize = 1_000_000;

/// Why a document cannot be read, where, and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}{}", .way_out.as_ref().map(|out| format!("; {out}")).unwrap_or_default())]
pub struct DocumentError {
    /// From 1.
    pub line: u32,
    /// Characters, from 1.
    pub column: u32,
    pub message: String,
    pub way_out: Option<String>,
}

impl Journey {
    /// Reads a journey from TOML.
    ///
    /// # Errors
    /// The first thing that is not a journey, with its place.
    pub fn from_toml(text: &str) -> Result<Self, DocumentError> {
        from_toml(text)
    }

    /// Reads a journey from JSON: the same keys.
    ///
    /// # Errors
    /// The first thing that is not a journey, with its place.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        bounded(text)?;
        serde_json::from_str(text).map_err(|error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            let said = error.to_string();
            let message = said.strip_suffix(&place).unwrap_or(&said);
            DocumentError::new(count(error.line()), count(error.column()), message)
        })
    }

    /// Writes it as TOML, its keys in the order in which they are documented. What is as it would be anyway is left
    /// out. Read again, it is the same journey.
    pub fn to_toml(&self) -> String {
        layout::write(self)
    }
}

/// Reads a document of any of the shapes here from TOML.
///
/// # Errors
/// The first thing that does not belong there, with its place.
pub(crate) fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, DocumentError> {
    bounded(text)?;
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        DocumentError::new(count(line), count(column), error.message())
    })
}

fn bounded(text: &str) -> Result<(), DocumentError> {
    if text.len() <= MAX_DOCUMENT {
        return Ok(());
    }
    Err(DocumentError {
        line: 1,
        column: 1,
        message: format!("the document has {} bytes", text.len()),
        way_out: Some(format!("at most {MAX_DOCUMENT} are read")),
    })
}

impl DocumentError {
    fn new(line: u32, column: u32, said: &str) -> Self {
        let (message, way_out) = explain(said.trim());
        Self { line, column: column.max(1), message, way_out }
    }
}

/// Says the parser's message in the words of the documentation, with what to do about it.
fn explain(said: &str) -> (String, Option<String>) {
    let mut quoted = said.split('`').skip(1).step_by(2);
    let wrong = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    if said.starts_with("unknown field") {
        return (format!("the key `{wrong}` does not belong here"), choice(wrong, &known));
    }
    if said.starts_with("unknown variant") {
        return (format!("`{wrong}` is none of the possible values"), choice(wrong, &known));
    }
    if said.starts_with("missing field") {
        return (format!("the key `{wrong}` is missing"), Some(format!("add `{wrong} = …`")));
    }
    if said.starts_with("duplicate") {
        return (said.to_owned(), Some("keep one of the two".to_owned()));
    }
    (said.to_owned(), None)
}

fn choice(wrong: &str, known: &[&str]) -> Option<String> {
    let nearest = known.iter().map(|one| (distance(wrong, one), *one)).min();
    let close = nearest.filter(|(distance, one)| *distance <= 1 + one.chars().count() / 4);
    let all = known.join(", ");
    match (close, known.is_empty()) {
        (Some((_, one)), _) => Some(format!("did you mean `{one}`? Possible are: {all}")),
        (None, false) => Some(format!("possible are: {all}")),
        (None, true) => None,
    }
}

/// Levenshtein's: how many letters to insert, leave out or replace.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (index, against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *against);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(row[index] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance("quorom", "quorum"), 1);
        assert_eq!(distance("", "veto"), 4);
        assert_eq!(distance("steps", "step"), 1);
    }
}
