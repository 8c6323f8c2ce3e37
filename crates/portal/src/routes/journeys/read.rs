//! `GET /v1/journeys/{key}/{version}`: one version of a journey, whole.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_domain::JourneyKey;
use postern_protocol::PublishedJourney;

pub async fn get(
    State(app): State<App>,
    Staff(_): Staff,
    Path((key, version)): Path<(String, String)>,
) -> Result<Json<PublishedJourney>, Failure> {
    let version: u32 =
        version.parse().map_err(|_| Failure::malformed(format!("“{version}” is no version: 1, 2, 3 …")))?;
    let directory = app.store().directory().await?;
    let journey = directory.journeys.get(&(JourneyKey::new(key), version)).ok_or_else(Failure::not_found)?;
    let cases = app.store().cases_of(&journey.reference()).await?;
    Ok(Json(PublishedJourney { state: directory.state_of(journey), journey: journey.clone(), cases }))
}
