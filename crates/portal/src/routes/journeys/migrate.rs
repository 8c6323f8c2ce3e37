//! `POST /v1/journeys/{key}/migrate`: items in flight move from one version to another, or it is told what would move and
//! what stands in the way.

use crate::administration::migration::{Migration, NotLooked};
use crate::auth::Admin;
use crate::problem::{Body, Failure};
use crate::routes::sync::commands::command_failure;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_domain::change::MigrationPlan;
use postern_domain::{Actor, JourneyKey};
use postern_protocol::{ErrorCode, JourneyMigration, MigrateJourney};

pub async fn post(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(key): Path<String>,
    Body(request): Body<MigrateJourney>,
) -> Result<Json<JourneyMigration>, Failure> {
    let MigrateJourney { from, to, stages, check_only } = request;
    let directory = app.store().directory().await?;
    let plan = MigrationPlan { from, to, stages };
    let now = || app.environment().now();
    let looked = Migration::look(app.store(), &directory, &JourneyKey::new(key), plan, now()).await;
    let migration = looked.map_err(|error| match error {
        NotLooked::Store(error) => error.into(),
        NotLooked::NoSuchVersion { .. } => Failure::not_found(),
    })?;
    let report = migration.report();
    if check_only {
        return Ok(Json(report.clone()));
    }
    if !report.problems.is_empty() {
        let detail = format!("Nothing was moved: {}.", report.problems.join("; "));
        return Err(Failure::new(ErrorCode::Refused, detail));
    }
    let by = Actor::Person(caller.person.id);
    Ok(Json(migration.carry_out(app.store(), &by, now, |_| {}).await.map_err(command_failure)?))
}
