//! `GET /v1/sync/changes?cursor=…&limit=…&closed_since=…&expected=true`: what changed for the caller since the cursor.

use crate::auth::Staff;
use crate::problem::{Failure, Query};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_portal_store::{Changes, Since};
use postern_protocol::{ChangePage, Cursor, ErrorCode, MAX_PAGE, Month};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Wish {
    cursor: Cursor,
    limit: Option<u32>,
    closed_since: Option<Month>,
    #[serde(default)]
    expected: bool,
}

pub async fn get(
    State(app): State<App>,
    Staff(caller): Staff,
    Query(wish): Query<Wish>,
) -> Result<Json<ChangePage>, Failure> {
    let since = Since {
        cursor: wish.cursor,
        limit: wish.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE) as usize,
        closed_since: wish.closed_since,
        asks_expected: wish.expected,
    };
    let _permit = app.admission().exchange(app.environment()).await?;
    let page = app.store().changes_for(&caller.person.id, &since, app.environment().now()).await?;
    page_or_why(page)
}

/// A page of changes, or why there is none.
pub(super) fn page_or_why(changes: Changes) -> Result<Json<ChangePage>, Failure> {
    match changes {
        Changes::Page(page) => Ok(Json(*page)),
        Changes::ScopeChanged => Err(Failure::new(
            ErrorCode::ScopeChanged,
            "What may be seen is another since. Compare what is held with what should be.",
        )),
        Changes::Gone => {
            Err(Failure::new(ErrorCode::CursorGone, "The portal's data is another since. Bootstrap again."))
        }
    }
}
