//! `POST /v1/calendar-uses`: everybody, a group or one person keeps a calendar from now on.

use crate::auth::Admin;
use crate::problem::{Body, Failure, refused_by_store};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::Actor;
use postern_domain::calendar::{CalendarOf, CalendarUse};
use postern_protocol::ErrorCode;

pub async fn post(
    State(app): State<App>,
    Admin(caller): Admin,
    Body(keeps): Body<CalendarUse>,
) -> Result<Json<CalendarUse>, Failure> {
    let directory = app.store().directory().await?;
    if let CalendarOf::Person(person) = &keeps.of
        && directory.people().get(person).is_none()
    {
        return Err(Failure::new(ErrorCode::NotFound, format!("There is nobody with the id “{person}”.")));
    }
    let by = Actor::Person(caller.person.id);
    app.store().use_calendar(&keeps, &by, app.environment().now()).await.map_err(refused_by_store)?;
    Ok(Json(keeps))
}
