//! `POST /v1/auth/sign-out`: ends the session of the caller's token.

use crate::auth::Caller;
use crate::problem::Failure;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;

pub async fn post(State(app): State<App>, caller: Caller) -> Result<StatusCode, Failure> {
    app.store().end_session(&caller.session, app.environment().now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
