//! `POST /v1/items/{reference}/commands`: one command outside any console's sequence.

use super::in_sight;
use crate::auth::Caller;
use crate::problem::{Body, Failure};
use crate::projection::outcome_as_seen_by;
use crate::routes::sync::commands::command_failure;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_domain::Actor;
use postern_portal_store::{Order, Source};
use postern_protocol::{CommandOutcome, DirectCommand};

pub async fn post(
    State(app): State<App>,
    caller: Caller,
    Path(reference): Path<String>,
    Body(request): Body<DirectCommand>,
) -> Result<Json<CommandOutcome>, Failure> {
    let item = in_sight(&app, &caller.person, &reference).await?;
    let order = Order {
        id: request.id,
        item: item.id,
        command: request.command,
        by: Actor::Person(caller.person.id.clone()),
        made_at: None,
        source: Source::Direct,
    };
    let outcome =
        app.store().apply_command(&order, app.environment().now()).await.map_err(command_failure)?;
    Ok(Json(outcome_as_seen_by(&caller.person, outcome)))
}
