//! `GET /v1/items/{reference}`: one item as the caller may see it.

use super::in_sight;
use crate::auth::Caller;
use crate::problem::Failure;
use crate::projection::reply_for;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_protocol::ItemReply;

pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(reference): Path<String>,
) -> Result<Json<ItemReply>, Failure> {
    let item = in_sight(&app, &caller.person, &reference).await?;
    let directory = app.store().directory().await?;
    Ok(Json(reply_for(&caller.person, item, &directory)))
}
