//! `POST /v1/absences`: somebody is away, and says who decides instead.

use crate::auth::Staff;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::absence::{Absence, Delegation, Work, explain, may_be_saved, warnings_before_saving};
use postern_domain::{Actor, Denial, Item, Journey, Person, may_set_absence, may_take_delegated};
use postern_portal_store::Saved;
use postern_protocol::{AbsenceNotice, ErrorCode, SaveAbsence, SavedAbsence};

pub async fn post(
    State(app): State<App>,
    Staff(caller): Staff,
    Body(request): Body<SaveAbsence>,
) -> Result<Json<SavedAbsence>, Failure> {
    let SaveAbsence { absence, check_only } = request;
    let directory = app.store().directory().await?;
    if !may_set_absence(&caller.person, &absence.person, directory.people()) {
        return Err(Failure::new(ErrorCode::Forbidden, explain::NOT_YOURS_TO_SAY));
    }
    let organisation = &directory.organisation;
    let seats = app.store().open_seats_of(&absence.person).await?;
    let may_take = |deputy: &Person, delegation: &Delegation| {
        may_take_delegated(deputy, delegation)?;
        let contributed = |item: &&Item| item.contributors.contains(&deputy.id);
        let handed = |item: &Item| is_handed(&absence, delegation, item, directory.journey(&item.journey));
        if seats.iter().filter(contributed).any(handed) { Err(Denial::Contributor) } else { Ok(()) }
    };
    let warnings = warnings_before_saving(
        &absence,
        &organisation.absences,
        &organisation.people,
        app.environment().now(),
        may_take,
    );
    let notices: Vec<AbsenceNotice> = warnings
        .iter()
        .map(|warning| AbsenceNotice {
            severity: warning.severity(),
            sentence: explain::warning(warning, &absence, &*directory),
        })
        .collect();
    if check_only {
        return Ok(Json(SavedAbsence { absence, saved: false, notices }));
    }
    if !may_be_saved(&warnings) {
        let sentences: Vec<&str> = notices.iter().map(|notice| notice.sentence.as_str()).collect();
        return Err(Failure::new(ErrorCode::Refused, sentences.join(" ")));
    }
    let by = Actor::Person(caller.person.id.clone());
    match app.store().save_absence(&absence, &by, app.environment().now()).await? {
        Saved::Saved(absence) => Ok(Json(SavedAbsence { absence, saved: true, notices })),
        Saved::Changed(_) => Err(Failure::new(
            ErrorCode::Refused,
            "This absence was changed since you looked. Look at it again; nothing was saved.",
        )),
    }
}

/// Whether it is by this delegation that the item goes to somebody.
fn is_handed(absence: &Absence, delegation: &Delegation, item: &Item, journey: Option<&Journey>) -> bool {
    let amount = journey.and_then(|journey| journey.amount(item));
    absence.delegation_for(Work { place: item.place(), amount }) == Some(delegation)
}
