//! `POST /v1/calendar-holidays`: a calendar with the holidays of an iCalendar file, to be looked at and published.

use crate::auth::Admin;
use crate::holidays;
use crate::problem::{Body, Failure, refused_by_store};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_portal_store::StoreError;
use postern_protocol::{BroughtIn, HolidayFile};

pub async fn post(
    State(app): State<App>,
    Admin(_): Admin,
    Body(file): Body<HolidayFile>,
) -> Result<Json<BroughtIn>, Failure> {
    let unacceptable =
        |why| StoreError::Unacceptable { what: format!("{} cannot be brought in: {why}.", file.file) };
    let brought_in = holidays::from_file(&file, app.environment().now()).map_err(unacceptable);
    Ok(Json(brought_in.map_err(refused_by_store)?))
}
