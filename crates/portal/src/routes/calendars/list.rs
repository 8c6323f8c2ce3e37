//! `GET /v1/calendars`: the version of each calendar that is in force, and who keeps it.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::calendar::{Calendar, CalendarOf};
use postern_protocol::CalendarLine;

pub async fn get(State(app): State<App>, Staff(_): Staff) -> Result<Json<Vec<CalendarLine>>, Failure> {
    let directory = app.store().directory().await?;
    let is_newest = |calendar: &&Calendar| {
        directory.newest_calendar(&calendar.key).is_some_and(|newest| newest.version == calendar.version)
    };
    let kept_by = |calendar: &Calendar| -> Vec<CalendarOf> {
        let uses = directory.calendar_uses.iter().filter(|each| each.calendar == calendar.key);
        uses.map(|each| each.of.clone()).collect()
    };
    let lines = directory.calendars.iter().filter(is_newest).map(|calendar| CalendarLine {
        key: calendar.key.clone(),
        version: calendar.version,
        name: calendar.name.clone(),
        zone: calendar.zone.clone(),
        kept_by: kept_by(calendar),
    });
    Ok(Json(lines.collect()))
}
