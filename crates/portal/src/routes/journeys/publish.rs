//! `POST /v1/journeys`: a document becomes the next version of its journey, once it is checked, tested, replayed, and
//! whoever publishes it has seen what the replay found.

use super::{cohorts, draft, not_published};
use crate::administration::publishing::{Consent, Wish, publish};
use crate::auth::Admin;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use postern_domain::Actor;
use postern_domain::publication::Cohorts;
use postern_protocol::{JourneyPublication, PublishJourney};

pub async fn post(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(request): Body<PublishJourney>,
) -> Result<(StatusCode, Json<JourneyPublication>), Failure> {
    let directory = app.store().directory().await?;
    let draft = draft(&request.document, request.cases, &directory)?;
    let wish = Wish {
        cohorts: &cohorts(request.cohorts).unwrap_or(Cohorts::All),
        rolls_back_to: None,
        consent: request.replayed.as_deref().map_or(Consent::NotGiven, Consent::Replayed),
        by: &Actor::Person(caller.person.id),
        now: app.environment().now(),
    };
    let published = publish(app.store(), &directory, &draft, wish).await.map_err(not_published)?;
    Ok((StatusCode::CREATED, Json(published)))
}
