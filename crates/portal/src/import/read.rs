//! Reads a whole log on its own thread and hands on what is ready.

use super::log::{BrokenLog, Case};
use super::mapping::Mapping;
use super::people::Book;
use super::report::Report;
use super::source::{Format, Position, Source};
use super::translate::{Ready, Translator, UnusableCase};
use super::{csv_log, xes};
use postern_domain::{Journey, Person, PersonId, Timestamp};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Broken(#[from] BrokenLog),
    #[error(transparent)]
    Unusable(#[from] UnusableCase),
    #[error("a CSV log needs a [csv] section in the mapping, which says what its columns are")]
    NoCsvColumns,
    #[error("the import was stopped")]
    Stopped,
}

/// What the portal has already, so that nothing collides.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub emails: BTreeSet<String>,
    pub client_codes: BTreeSet<String>,
}

/// All that is known once the log was read to its end.
#[derive(Debug)]
pub struct Finished {
    pub report: Report,
    pub people: Vec<Person>,
    pub suggested: BTreeSet<PersonId>,
    pub journey: Journey,
}

#[derive(Clone, Debug)]
pub struct Reading {
    pub file: PathBuf,
    pub mapping: Mapping,
    pub as_of: Option<Timestamp>,
    /// Added to every instant, in milliseconds.
    pub shift_ms: i64,
    pub taken: Taken,
}

/// Reads everything. `give` takes what is ready; its `false` stops the reading.
///
/// # Errors
/// Where the log is broken, with line and reason; or when it was stopped.
pub fn read(
    reading: Reading,
    position: &Position,
    mut give: impl FnMut(Ready) -> bool,
) -> Result<Finished, ReadError> {
    let Reading { file, mapping, as_of, shift_ms, taken } = reading;
    let book = Book::new(&mapping, taken.emails, taken.client_codes);
    let mut translator = Translator::new(&mapping, book, as_of, shift_ms);
    let mut failed = None;
    each_case(&file, &mapping, position, &mut |case| match translator.case(case) {
        Ok(ready) => ready.into_iter().all(|ready| {
            let taken = give(ready);
            if !taken {
                failed = Some(ReadError::Stopped);
            }
            taken
        }),
        Err(unusable) => {
            failed = Some(unusable.into());
            false
        }
    })?;
    if let Some(failed) = failed {
        return Err(failed);
    }
    for ready in translator.finish()? {
        if !give(ready) {
            return Err(ReadError::Stopped);
        }
    }
    let mut report = translator.report;
    report.file = file.display().to_string();
    report.figures = translator.tally.figures();
    report.clients = translator.book.clients() as u64;
    let people: Vec<Person> = translator.book.people().cloned().collect();
    report.people = people.len() as u64;
    Ok(Finished { report, people, suggested: translator.book.suggested, journey: translator.journey })
}

/// The latest instant of a log, for `--shift-to-now` without a cut. Reads the whole log.
///
/// # Errors
/// Where the log is broken.
pub fn last_instant(file: &Path, mapping: &Mapping) -> Result<Option<Timestamp>, ReadError> {
    let mut last = None;
    each_case(file, mapping, &Position::default(), &mut |case| {
        last = last.max(case.events.iter().map(|event| event.at).max());
        true
    })?;
    Ok(last)
}

/// # Errors
/// Where the log is broken.
pub fn each_case(
    file: &Path,
    mapping: &Mapping,
    position: &Position,
    sink: &mut dyn FnMut(Case) -> bool,
) -> Result<(), ReadError> {
    let source = Source::open(file, position)?;
    match source.format {
        Format::Xes => xes::read(source, &mapping.attributes, sink)?,
        Format::Csv => {
            let columns = mapping.csv.as_ref().ok_or(ReadError::NoCsvColumns)?;
            csv_log::read(source, columns, sink)?;
        }
    }
    Ok(())
}
