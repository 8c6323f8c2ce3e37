//! `GET /v1/journeys`: every version of every journey, and whether new items start on it.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::JourneyLine;

pub async fn get(State(app): State<App>, Staff(_): Staff) -> Result<Json<Vec<JourneyLine>>, Failure> {
    let directory = app.store().directory().await?;
    let lines = directory.journeys.values().map(|journey| JourneyLine {
        key: journey.key.clone(),
        version: journey.version,
        name: journey.name.clone(),
        kinds: journey.kinds.clone(),
        state: directory.state_of(journey),
    });
    Ok(Json(lines.collect()))
}
