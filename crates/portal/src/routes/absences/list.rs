//! `GET /v1/absences`: the caller's own absences, and those of whom they may speak for; called off or not, by id.

use crate::auth::Staff;
use crate::problem::Failure;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::absence::Absence;
use postern_domain::may_set_absence;

pub async fn get(State(app): State<App>, Staff(caller): Staff) -> Result<Json<Vec<Absence>>, Failure> {
    let directory = app.store().directory().await?;
    let theirs = |absence: &&Absence| may_set_absence(&caller.person, &absence.person, directory.people());
    Ok(Json(directory.organisation.absences.iter().filter(theirs).cloned().collect()))
}
