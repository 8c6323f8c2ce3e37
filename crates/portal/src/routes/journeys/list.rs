//! `GET /v1/journeys`: every version of every journey, whether new items start on it, and, for admins, how many
//! are still on it.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::{Journey, may_arrange};
use postern_protocol::JourneyLine;

pub async fn get(State(app): State<App>, Staff(caller): Staff) -> Result<Json<Vec<JourneyLine>>, Failure> {
    let directory = app.store().directory().await?;
    let in_flight = match may_arrange(&caller.person) {
        Ok(()) => Some(app.store().in_flight().await?),
        Err(_) => None,
    };
    let on = |journey: &Journey| {
        let key = (journey.key.clone(), journey.version);
        in_flight.as_ref().map(|items| items.get(&key).copied().unwrap_or(0))
    };
    let lines = directory.journeys.values().map(|journey| JourneyLine {
        key: journey.key.clone(),
        version: journey.version,
        name: journey.name.clone(),
        kinds: journey.kinds.clone(),
        state: directory.state_of(journey),
        in_flight: on(journey),
    });
    Ok(Json(lines.collect()))
}
