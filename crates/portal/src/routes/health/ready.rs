//! `GET /readyz`: the database answers too, and the portal is not about to stop.

use crate::problem::Failure;
use crate::state::App;
use axum::extract::State;
use postern_protocol::ErrorCode;

pub async fn get(State(app): State<App>) -> Result<&'static str, Failure> {
    let unavailable = || Failure::new(ErrorCode::Unavailable, "The portal is not ready.").retry_after(5);
    if app.stopping().is_cancelled() {
        return Err(unavailable());
    }
    app.store().head().await.map_err(|error| unavailable().because(error))?;
    Ok("ready\n")
}
