//! `GET /v1/items/{reference}/next`: what happens next, who must act, by when, and why. A client's contact reads where it
//! is, not who is asked.

use super::in_sight;
use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_domain::explain::{Next, next, next_for_client};
use postern_portal_store::ReadBy;

pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(reference): Path<String>,
) -> Result<Json<Next>, Failure> {
    let item = in_sight(&app, &caller.person, &reference).await?;
    let directory = app.store().directory().await?;
    let reader = ReadBy { directory: &directory, person: Some(&caller.person) };
    Ok(Json(if caller.person.is_staff() {
        next(&item, &reader, app.environment().now())
    } else {
        next_for_client(&item, &reader)
    }))
}
