//! `POST /v1/sync/items`: items by their ids, for a console that compared what it holds with what it should.

use super::changes::page_or_why;
use crate::auth::Staff;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_protocol::{ChangePage, ErrorCode, MAX_NAMED, NamedItems};

pub async fn post(
    State(app): State<App>,
    Staff(caller): Staff,
    Body(named): Body<NamedItems>,
) -> Result<Json<ChangePage>, Failure> {
    if named.ids.len() > MAX_NAMED {
        let detail = format!("At most {MAX_NAMED} items at once; these are {}.", named.ids.len());
        return Err(Failure::new(ErrorCode::TooLarge, detail));
    }
    let _permit = app.admission().exchange(app.environment()).await?;
    let now = app.environment().now();
    page_or_why(app.store().named_items(&caller.person.id, &named, now).await?)
}
