//! `POST /v1/journeys/check`: a document against this portal's people and calendars, and its golden cases acted out.

use super::draft;
use crate::auth::Admin;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::{JourneyCheck, JourneyDocument};

pub async fn post(
    State(app): State<App>,
    Admin(_): Admin,
    Body(request): Body<JourneyDocument>,
) -> Result<Json<JourneyCheck>, Failure> {
    let directory = app.store().directory().await?;
    Ok(Json(draft(&request.document, request.cases, &directory)?.check()))
}
