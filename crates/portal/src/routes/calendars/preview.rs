//! `POST /v1/calendar-preview`: what would become due at another time, if a calendar were published or kept.

use crate::administration::calendars;
use crate::auth::Admin;
use crate::problem::{Body, Failure, refused_by_store};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::{CalendarChange, CalendarPreview};

pub async fn post(
    State(app): State<App>,
    Admin(_): Admin,
    Body(change): Body<CalendarChange>,
) -> Result<Json<CalendarPreview>, Failure> {
    let directory = app.store().directory().await?;
    let preview = calendars::preview(app.store(), &directory, &change, app.environment().now()).await;
    Ok(Json(preview.map_err(refused_by_store)?))
}
