//! `GET /v1/sync/changes?cursor=…&limit=…`: what changed for the caller since the cursor.

use crate::auth::Staff;
use crate::problem::{Failure, Query};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::{ChangePage, Cursor, ErrorCode, MAX_PAGE};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Since {
    cursor: Cursor,
    limit: Option<u32>,
}

pub async fn get(
    State(app): State<App>,
    Staff(caller): Staff,
    Query(since): Query<Since>,
) -> Result<Json<ChangePage>, Failure> {
    let limit = since.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE) as usize;
    let now = app.environment().now();
    let page = app.store().changes_for(&caller.person.id, &since.cursor, limit, now).await?;
    page.map(Json).ok_or_else(|| {
        Failure::new(
            ErrorCode::CursorGone,
            "What may be seen, or the portal's data, is another since. Bootstrap again.",
        )
    })
}
