//! `POST /v1/auth/sign-in`: e-mail and password for a pair of tokens.

use crate::auth::{issue, shut_out, source_address};
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use postern_protocol::{ErrorCode, SignIn, SignedIn};
use std::net::SocketAddr;

pub async fn post(
    State(app): State<App>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Body(request): Body<SignIn>,
) -> Result<Json<SignedIn>, Failure> {
    let now = app.environment().now();
    let address = source_address(&app, peer.map(|axum::Extension(peer)| peer), &headers);
    app.throttle().attempt(&request.email, address, now).map_err(|seconds| {
        Failure::new(ErrorCode::Throttled, format!("Too many attempts. Try again in {seconds} seconds."))
            .retry_after(seconds)
    })?;
    let account = app.store().account(&request.email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let matches = app.passwords().matches(request.password, hash).await;
    let person = account.filter(|_| matches).map(|account| account.person).ok_or_else(|| {
        Failure::new(ErrorCode::WrongCredentials, "The e-mail address or the password is wrong.")
    })?;
    // Who knows the password does not guess it: a device that tries on keeps nobody out who is let in again.
    app.throttle().succeeded(&request.email, address);
    // Said only to who knows the password; their device then removes what it has cached.
    if person.disabled {
        return Err(shut_out());
    }
    let (tokens, kept) = issue(app.environment());
    let device = request.device.chars().take(200).collect::<String>();
    app.store().begin_session(&app.environment().id(), &person.id, &device, &kept, now).await?;
    let organisation = app.store().head().await?.organisation;
    Ok(Json(SignedIn { tokens, person, organisation }))
}
