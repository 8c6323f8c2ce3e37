//! `POST /v1/absences`: somebody is away, and says who decides instead.

use crate::auth::Staff;
use crate::problem::{Body, Failure};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use postern_domain::absence::{Absence, Delegation, explain, may_be_saved, warnings_before_saving};
use postern_domain::{Action, Denial, Person, Role, roles_for};
use postern_portal_store::{DirectorySnapshot, Saved};
use postern_protocol::{AbsenceNotice, ErrorCode, SaveAbsence, SavedAbsence};

pub async fn post(
    State(app): State<App>,
    Staff(caller): Staff,
    Body(request): Body<SaveAbsence>,
) -> Result<Json<SavedAbsence>, Failure> {
    let SaveAbsence { absence, check_only } = request;
    let directory = app.store().directory().await?;
    if !may_save(&caller.person, &absence, &directory) {
        let detail = "Only somebody themselves, a team lead or a portal admin says when they are away.";
        return Err(Failure::new(ErrorCode::Forbidden, detail));
    }
    let organisation = &directory.organisation;
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
    match app.store().save_absence(&absence).await? {
        Saved::Saved(absence) => Ok(Json(SavedAbsence { absence, saved: true, notices })),
        Saved::Changed(_) => Err(Failure::new(
            ErrorCode::Refused,
            "This absence was changed since you looked. Look at it again; nothing was saved.",
        )),
    }
}

fn may_save(caller: &Person, absence: &Absence, directory: &DirectorySnapshot) -> bool {
    let leads = |person: &Person| {
        person.grants.iter().any(|grant| matches!(grant.role, Role::TeamLead | Role::PortalAdmin))
    };
    let is_lead_of = || directory.people().lead_of(&absence.person) == Some(&caller.id);
    !caller.disabled && (caller.id == absence.person || is_lead_of() || leads(caller))
}

/// Whether a deputy holds a deciding role wherever the delegation reaches.
fn may_take(person: &Person, delegation: &Delegation) -> Result<(), Denial> {
    let roles = roles_for(Action::Approve);
    let scope = &delegation.scope;
    let covers = |grant: &postern_domain::Grant| {
        let client = grant.scope.client.is_none() || grant.scope.client == scope.client;
        let kind = grant.scope.kind.is_none() || grant.scope.kind == scope.kind;
        roles.contains(&grant.role) && client && kind && grant.scope.project.is_none()
    };
    if person.grants.iter().any(covers) { Ok(()) } else { Err(Denial::NeedsRole(roles.to_vec())) }
}
