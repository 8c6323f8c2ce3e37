//! `POST /v1/auth/refresh`: a refresh token for the next pair. The store's `sessions.rs` says how reuse is told from a
//! lost reply.

use crate::auth::{hash_of, issue, shut_out};
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_portal_store::RefreshRefused;
use postern_protocol::{ErrorCode, Refresh, TokenPair};

pub async fn post(State(app): State<App>, Body(request): Body<Refresh>) -> Result<Json<TokenPair>, Failure> {
    let (tokens, kept) = issue(app.environment());
    let hash = hash_of(&request.refresh_token);
    match app.store().refresh_session(&hash, &kept, app.environment().now()).await? {
        Ok(_) => Ok(Json(tokens)),
        Err(RefreshRefused::ShutOut) => Err(shut_out()),
        Err(why) => {
            if why == RefreshRefused::Reused {
                tracing::warn!("a used refresh token came again: its session was ended");
            }
            Err(Failure::new(ErrorCode::SessionEnded, "The session has ended. Sign in again.")
                .because(format!("{why:?}")))
        }
    }
}
