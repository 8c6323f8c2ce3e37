//! The routes: one file each, under the resource that they belong to.

mod absences;
mod auth;
mod calendars;
mod files;
mod health;
mod items;
mod journeys;
mod protocol;
mod sync;

use crate::problem;
use crate::state::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use postern_protocol::paths;
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

pub fn router(app: App) -> Router {
    let config = app.config();
    let quick = Router::new()
        .route(paths::SIGN_IN, post(auth::sign_in::post))
        .route(paths::REFRESH, post(auth::refresh::post))
        .route(paths::SIGN_OUT, post(auth::sign_out::post))
        .route(paths::HANDSHAKE, post(sync::handshake::post))
        .route(paths::COMMANDS, post(sync::commands::post))
        .route(paths::CHANGES, get(sync::changes::get))
        .route(paths::BOOTSTRAP, get(sync::bootstrap::get))
        .route(paths::NAMED, post(sync::named::post))
        .route(paths::EVENTS, get(sync::events::get))
        .route(paths::ITEMS, post(items::create::post))
        .route("/v1/items/{reference}", get(items::read::get))
        .route("/v1/items/{reference}/next", get(items::next::get))
        .route("/v1/items/{reference}/audit", get(items::audit::get))
        .route("/v1/items/{reference}/commands", post(items::command::post))
        .route(paths::ABSENCES, post(absences::save::post).get(absences::list::get))
        .route(paths::CALENDARS, get(calendars::list::get).post(calendars::publish::post))
        .route(paths::CALENDAR_USES, post(calendars::keep::post))
        .route(paths::CALENDAR_HOLIDAYS, post(calendars::holidays::post))
        .route("/v1/calendars/{key}", get(calendars::read::get))
        .route(paths::JOURNEY_CHECK, post(journeys::check::post))
        .route(paths::JOURNEY_SCHEMA, get(journeys::schema::get))
        .route("/v1/journeys/{key}/{version}", get(journeys::read::get))
        .route(paths::HEALTH, get(health::live::get))
        .route(paths::READY, get(health::ready::get))
        .layer(DefaultBodyLimit::max(config.max_request_bytes))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, config.request_timeout()));
    // What reads or moves every item.
    let long = Router::new()
        .route(paths::JOURNEYS, get(journeys::list::get).post(journeys::publish::post))
        .route(paths::JOURNEY_REPLAY, post(journeys::replay::post))
        .route("/v1/journeys/{key}/roll-back", post(journeys::roll_back::post))
        .route("/v1/journeys/{key}/migrate", post(journeys::migrate::post))
        .route(paths::CALENDAR_PREVIEW, post(calendars::preview::post))
        .layer(DefaultBodyLimit::max(config.max_request_bytes))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, config.upload_timeout()));
    // Files are streamed to the disk and have a limit of their own.
    let slow = Router::new()
        .route(
            "/v1/files/{sha256}",
            put(files::upload::put)
                .patch(files::append::patch)
                .head(files::progress::head)
                .get(files::download::get),
        )
        .layer(DefaultBodyLimit::disable())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, config.upload_timeout()));
    quick
        .merge(long)
        .merge(slow)
        .layer(CompressionLayer::new().gzip(true))
        .layer(CatchPanicLayer::custom(caught))
        .layer(middleware::from_fn(protocol::floor))
        .layer(middleware::from_fn_with_state(app.clone(), problem::frame))
        .with_state(app)
}

fn caught(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    problem::Failure::internal(format!("a route crashed: {text}")).into_response()
}
