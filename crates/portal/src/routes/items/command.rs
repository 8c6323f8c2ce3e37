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
use postern_portal_store::{Order, ReadBy, Source};
use postern_protocol::{DirectCommand, DirectReply};

pub async fn post(
    State(app): State<App>,
    caller: Caller,
    Path(reference): Path<String>,
    Body(request): Body<DirectCommand>,
) -> Result<Json<DirectReply>, Failure> {
    let item = in_sight(&app, &caller.person, &reference).await?;
    let order = Order {
        id: request.id,
        item: item.id,
        command: Some(request.command),
        by: Actor::Person(caller.person.id.clone()),
        made_at: None,
        source: Source::Direct,
    };
    let outcome =
        app.store().apply_command(&order, app.environment().now()).await.map_err(command_failure)?;
    let directory = app.store().directory().await?;
    let sentence = outcome.outcome.sentence(&ReadBy { directory: &directory, person: Some(&caller.person) });
    Ok(Json(DirectReply { outcome: outcome_as_seen_by(&caller.person, outcome, &directory), sentence }))
}
