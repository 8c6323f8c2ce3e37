//! `GET /v1/items/{reference}/audit`: an item's audit trail, oldest line first. For staff only.

use super::in_sight;
use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use postern_protocol::AuditLine;

pub async fn get(
    State(app): State<App>,
    Staff(caller): Staff,
    Path(reference): Path<String>,
) -> Result<Json<Vec<AuditLine>>, Failure> {
    let item = in_sight(&app, &caller.person, &reference).await?;
    Ok(Json(app.store().audit_of(&item.id).await?))
}
