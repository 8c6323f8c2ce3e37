//! `GET /v1/calendars/{key}?version=…`: one calendar, whole; without a version, the one that is in force.

use crate::auth::Staff;
use crate::problem::{Failure, Query};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_domain::CalendarKey;
use postern_domain::calendar::Calendar;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Which {
    version: Option<u32>,
}

pub async fn get(
    State(app): State<App>,
    Staff(_): Staff,
    Path(key): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Calendar>, Failure> {
    let directory = app.store().directory().await?;
    let key = CalendarKey::new(key);
    let found = match which.version {
        Some(version) => directory.calendars.iter().find(|each| each.key == key && each.version == version),
        None => directory.newest_calendar(&key),
    };
    found.cloned().map(Json).ok_or_else(Failure::not_found)
}
