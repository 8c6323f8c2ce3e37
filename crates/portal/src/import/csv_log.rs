//! Reads CSV event logs. Rows of one case may stand anywhere: they are kept in a temporary file and put together at
//! the end, so that memory holds only where each row lies.

use super::log::{Attributes, BrokenLog, Case, CaseSink, LogEvent};
use super::mapping::CsvMapping;
use super::source::{Source, read_error};
use chrono::{NaiveDateTime, TimeZone};
use postern_domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// # Errors
/// The line and the reason, where the file is not the CSV that the mapping describes or is cut off.
pub fn read(source: Source, mapping: &CsvMapping, sink: CaseSink<'_>) -> Result<(), BrokenLog> {
    let counter = source.reader.counter();
    let file = source.name.clone();
    let broken = |line: u64, reason: String| BrokenLog { file: file.clone(), line, reason };
    let delimiter = u8::try_from(mapping.delimiter)
        .map_err(|_| broken(0, format!("csv.delimiter “{}” is no single byte", mapping.delimiter)))?;
    let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(source.reader);
    let header = rows.headers().map_err(|error| broken(1, csv_error(&error)))?.clone();
    let columns = Columns::find(&header, mapping).map_err(|reason| broken(1, reason))?;
    let mut spool = Spool::new().map_err(|error| broken(0, format!("no temporary file: {error}")))?;
    let mut record = csv::StringRecord::new();
    loop {
        let more = rows.read_record(&mut record).map_err(|error| {
            broken(error.position().map_or(counter.line(), csv::Position::line), csv_error(&error))
        })?;
        if !more {
            break;
        }
        counter.piece_done();
        let line = record.position().map_or(0, csv::Position::line);
        let row = columns.row(&header, &record, mapping, line).map_err(|reason| broken(line, reason))?;
        spool
            .keep(&row)
            .map_err(|error| broken(line, format!("cannot write the temporary file: {error}")))?;
    }
    spool.cases(sink).map_err(|error| broken(0, read_error(&error)))
}

#[derive(Serialize, Deserialize)]
struct SpooledRow {
    case: String,
    activity: String,
    at: Timestamp,
    resource: Option<String>,
    role: Option<String>,
    attributes: Attributes,
    line: u64,
}

struct Columns {
    case: usize,
    activity: usize,
    instant: usize,
    resource: Option<usize>,
    role: Option<usize>,
}

impl Columns {
    fn find(header: &csv::StringRecord, mapping: &CsvMapping) -> Result<Self, String> {
        let find = |name: &str| {
            header.iter().position(|column| column.trim_start_matches('\u{feff}').trim() == name).ok_or_else(
                || {
                    let there: Vec<&str> = header.iter().collect();
                    format!("there is no column “{name}”; the columns are: {}", there.join(", "))
                },
            )
        };
        Ok(Self {
            case: find(&mapping.case)?,
            activity: find(&mapping.activity)?,
            instant: find(&mapping.instant)?,
            resource: mapping.resource.as_deref().map(find).transpose()?,
            role: mapping.role.as_deref().map(find).transpose()?,
        })
    }

    fn row(
        &self,
        header: &csv::StringRecord,
        record: &csv::StringRecord,
        mapping: &CsvMapping,
        line: u64,
    ) -> Result<SpooledRow, String> {
        let cell = |index: usize| record.get(index).map(str::trim).filter(|text| !text.is_empty());
        let required = |index: usize| {
            cell(index).ok_or_else(|| format!("the column “{}” is empty", header.get(index).unwrap_or("?")))
        };
        let known = [Some(self.case), Some(self.activity), Some(self.instant), self.resource, self.role];
        let attributes = header
            .iter()
            .enumerate()
            .filter(|(index, _)| !known.contains(&Some(*index)))
            .filter_map(|(index, name)| cell(index).map(|value| (name.trim().to_owned(), value.to_owned())))
            .collect();
        Ok(SpooledRow {
            case: required(self.case)?.to_owned(),
            activity: required(self.activity)?.to_owned(),
            at: instant(required(self.instant)?, mapping)?,
            resource: self.resource.and_then(cell).map(str::to_owned),
            role: self.role.and_then(cell).map(str::to_owned),
            attributes,
            line,
        })
    }
}

fn instant(text: &str, mapping: &CsvMapping) -> Result<Timestamp, String> {
    let Some(format) = &mapping.format else {
        return Timestamp::parse_rfc3339(text).map_err(|error| {
            format!(
                "the instant “{text}” is not RFC 3339 ({error}); csv.format tells how instants are written"
            )
        });
    };
    if let Ok(instant) = chrono::DateTime::parse_from_str(text, format) {
        return Ok(Timestamp::from_ms(instant.timestamp_millis()));
    }
    let local = NaiveDateTime::parse_from_str(text, format)
        .map_err(|error| format!("the instant “{text}” is not written as “{format}”: {error}"))?;
    let zone = mapping.time_zone.as_deref().ok_or("instants without a zone need csv.time_zone")?;
    let zone: chrono_tz::Tz = zone.parse().map_err(|_| format!("“{zone}” is no IANA time zone"))?;
    // In the hour that is repeated in autumn, the first is meant; in the one that is skipped in spring, there is none.
    zone.from_local_datetime(&local)
        .earliest()
        .map(|instant| Timestamp::from_ms(instant.timestamp_millis()))
        .ok_or_else(|| format!("the instant “{text}” does not exist in {zone}: clocks went forward"))
}

fn csv_error(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => read_error(error),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} columns where the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// Rows on disk, with where each case's rows lie.
struct Spool {
    file: BufWriter<File>,
    at: u64,
    order: Vec<String>,
    places: HashMap<String, Vec<(u64, u32)>>,
}

impl Spool {
    fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile()?),
            at: 0,
            order: Vec::new(),
            places: HashMap::new(),
        })
    }

    fn keep(&mut self, row: &SpooledRow) -> io::Result<()> {
        let bytes = serde_json::to_vec(row)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&bytes)?;
        let places = self.places.entry(row.case.clone()).or_insert_with(|| {
            self.order.push(row.case.clone());
            Vec::new()
        });
        places.push((self.at, length));
        self.at += u64::from(length);
        Ok(())
    }

    fn cases(self, sink: CaseSink<'_>) -> io::Result<()> {
        let mut file = BufReader::new(self.file.into_inner().map_err(io::IntoInnerError::into_error)?);
        let mut places = self.places;
        for id in self.order {
            let mut case = Case { id: id.clone(), attributes: Attributes::new(), events: Vec::new() };
            for (at, length) in places.remove(&id).unwrap_or_default() {
                file.seek(SeekFrom::Start(at))?;
                let mut bytes = vec![0; length as usize];
                file.read_exact(&mut bytes)?;
                let row: SpooledRow = serde_json::from_slice(&bytes)?;
                for (key, value) in &row.attributes {
                    case.attributes.entry(key.clone()).or_insert_with(|| value.clone());
                }
                case.events.push(LogEvent {
                    activity: row.activity,
                    at: row.at,
                    resource: row.resource,
                    role: row.role,
                    attributes: row.attributes,
                    line: row.line,
                });
            }
            if !sink(case) {
                return Ok(());
            }
        }
        Ok(())
    }
}
