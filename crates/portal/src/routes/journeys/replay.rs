//! `POST /v1/journeys/replay`: what past items would have done differently under a document, and the digest of it that
//! publishing asks for.

use super::draft;
use crate::administration::replay::replay;
use crate::auth::Admin;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::{JourneyDocument, JourneyReplay};

pub async fn post(
    State(app): State<App>,
    Admin(_): Admin,
    Body(request): Body<JourneyDocument>,
) -> Result<Json<JourneyReplay>, Failure> {
    let directory = app.store().directory().await?;
    let draft = draft(&request.document, request.cases, &directory)?;
    Ok(Json(replay(app.store(), &directory, &draft.journey).await?))
}
