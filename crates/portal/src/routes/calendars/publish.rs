//! `POST /v1/calendars`: a calendar becomes the next version of its key. What is due by it moves within seconds.

use crate::auth::Admin;
use crate::problem::{Body, Failure, refused_by_store};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use postern_domain::Actor;
use postern_domain::calendar::Calendar;

pub async fn post(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(calendar): Body<Calendar>,
) -> Result<(StatusCode, Json<Calendar>), Failure> {
    let by = Actor::Person(caller.person.id);
    let published = app.store().publish_calendar(&calendar, &by, app.environment().now()).await;
    Ok((StatusCode::CREATED, Json(published.map_err(refused_by_store)?)))
}
