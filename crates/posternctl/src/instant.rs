//! Instants as somebody types them.

use crate::exit::{Exit, Stop};
use chrono::{DateTime, NaiveDateTime, TimeZone};
use postern_domain::Timestamp;

/// Local to this terminal, or with an offset.
pub fn instant(text: &str) -> Result<Timestamp, Stop> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Timestamp::from_ms(at.timestamp_millis()));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let at = local.and_then(|local| chrono::Local.from_local_datetime(&local).earliest());
    at.map(|at| Timestamp::from_ms(at.timestamp_millis())).ok_or_else(|| {
        Stop::new(Exit::Usage, format!("“{text}” is no date and time. Write 2026-12-24T09:00."))
    })
}
