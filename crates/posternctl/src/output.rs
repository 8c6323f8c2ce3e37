//! Printing: JSON for programs, aligned columns for people.

use crate::cli::Cli;
use crate::exit::{Exit, Stop};
use postern_domain::Timestamp;
use serde::Serialize;
use std::io::{IsTerminal as _, Write as _};

/// Prints one JSON document. A reader that has gone away is no failure.
pub fn json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    line(&text);
}

pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a document of several lines as it is.
pub fn document(text: &str) {
    for each in text.lines() {
        line(&plain(each));
    }
}

/// Reads a file that was named on the command line.
pub fn file(path: &std::path::Path) -> Result<String, Stop> {
    std::fs::read_to_string(path)
        .map_err(|error| Stop::new(Exit::Usage, format!("{} cannot be read: {error}.", path.display())))
}

pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

pub fn failure(cli: &Cli, stop: &Stop) {
    if cli.json {
        json(&serde_json::json!({
            "error": { "exit": stop.exit.number(), "message": stop.message, "request_id": stop.request_id }
        }));
    }
    let request = stop.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    note(&format!("posternctl: {}{request}", stop.message));
}

/// Whether headings may be set off: on a terminal, unless `NO_COLOR` says otherwise.
fn styled() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints rows in columns as wide as their widest cell. The last column is not padded.
pub fn table(headings: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = headings.iter().map(|heading| width(heading)).collect();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            if let Some(widest) = widths.get_mut(column) {
                *widest = (*widest).max(width(cell));
            }
        }
    }
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let heading = laid_out(&headings, &widths);
    line(&if styled() { format!("\x1b[1m{heading}\x1b[0m") } else { heading });
    for row in rows {
        line(&laid_out(row, &widths));
    }
}

fn laid_out(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, widest) in cells.iter().zip(widths) {
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', widest.saturating_sub(width(cell)) + 2));
    }
    text.trim_end().to_owned()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// What came from others may hold anything: control characters would act on the terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// As [`plain`], cut to a length.
pub fn short(text: &str, longest: usize) -> String {
    let text = plain(text);
    if width(&text) <= longest {
        return text;
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}

/// For example `2026-11-24 14:00` in the terminal's own zone.
pub fn time(at: Timestamp) -> String {
    match chrono::DateTime::from_timestamp_millis(at.ms()) {
        Some(instant) => instant.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M").to_string(),
        None => at.to_string(),
    }
}

/// For example `3.1 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} KB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

pub fn time_or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_aligned_by_characters_and_cut_with_an_ellipsis() {
        let widths = [5, 3];
        assert_eq!(laid_out(&["é".to_owned(), "x".to_owned()], &widths), "é      x");
        assert_eq!(short("Annual report", 7), "Annual…");
    }

    #[test]
    fn control_characters_of_others_never_reach_the_terminal() {
        assert_eq!(plain("a\x1b[31mb\nc"), "a [31mb c");
    }
}
