//! `POST /v1/journeys/{key}/roll-back`: an earlier version is published again, as the next one, past the same stations as
//! a new one.

use super::{cohorts, not_published};
use crate::administration::publishing::{Anew, Consent, Wish, earlier, publish};
use crate::auth::Admin;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use postern_domain::{Actor, JourneyKey};
use postern_protocol::{JourneyPublication, RollBackJourney};

pub async fn post(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(key): Path<String>,
    Body(request): Body<RollBackJourney>,
) -> Result<(StatusCode, Json<JourneyPublication>), Failure> {
    let directory = app.store().directory().await?;
    let anew = Anew { cohorts: cohorts(request.cohorts), cases: request.cases };
    let earlier = earlier(app.store(), &directory, &JourneyKey::new(key), request.version, anew).await;
    let (draft, cohorts) = earlier.map_err(not_published)?;
    let consent = match &request.replayed {
        _ if request.check_only => Consent::LookOnly,
        Some(digest) => Consent::Replayed(digest),
        None => Consent::NotGiven,
    };
    let wish = Wish {
        cohorts: &cohorts,
        rolls_back_to: Some(request.version),
        consent,
        by: &Actor::Person(caller.person.id),
        now: app.environment().now(),
    };
    let published = publish(app.store(), &directory, &draft, wish).await.map_err(not_published)?;
    let status = if published.published.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(published)))
}
