//! Out of office, and who gets what while somebody is away.

mod coverage;

use crate::engine::Engine;
use crate::failure::{CallError, failure};
use crate::portal::Call;
use crate::queries::person_ref;
use crate::views::{
    AbsenceDraft, AbsenceView, ClientRef, Connection, Failure, FailureCode, PersonRef, SavedAbsenceView,
};
use postern_console_store::Lookup;
use postern_domain::absence::{
    Absence, Delegation, DelegationScope, LocalDateTime, explain, warnings_before_saving,
};
use postern_domain::{AbsenceId, Client, Organisation, Timestamp, may_set_absence, may_take_delegated};
use postern_protocol::{AbsenceNotice, SaveAbsence, SavedAbsence, paths};

impl Engine {
    /// The absences that are not over, of everybody on the staff.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn absences(&self) -> Result<Vec<AbsenceView>, Failure> {
        let lookup = self.lookup().await?;
        let now = self.now();
        let current = lookup
            .organisation
            .absences
            .iter()
            .filter(|absence| !absence.cancelled && absence.window().is_ok_and(|(_, until)| until > now));
        Ok(current.map(|absence| view(absence, &lookup)).collect())
    }

    /// Saves an absence at the portal: others must not go on to count on somebody who is away. With `check_only` only says
    /// what is to be thought of first, by what is known on this device where the portal cannot be asked.
    ///
    /// # Errors
    /// What the draft says wrongly, what the portal refuses, or, for saving, that it cannot be reached.
    pub async fn save_absence(
        &self,
        draft: &AbsenceDraft,
        check_only: bool,
    ) -> Result<SavedAbsenceView, Failure> {
        let lookup = self.lookup().await?;
        let absence = self.absence(draft, &lookup)?;
        if check_only && self.status().connection == Connection::Offline {
            return checked_here(&absence, self.now(), &lookup);
        }
        let call = Call::post(paths::ABSENCES, &SaveAbsence { absence: absence.clone(), check_only });
        let saved: SavedAbsence = match self.call(call).await {
            Ok(saved) => saved,
            Err(CallError::Offline { .. } | CallError::Later { .. } | CallError::SignedOut { .. })
                if check_only =>
            {
                return checked_here(&absence, self.now(), &lookup);
            }
            Err(error) => return Err(error.into()),
        };
        if saved.saved {
            self.inner.wake.notify_one();
        }
        Ok(SavedAbsenceView {
            absence: view(&saved.absence, &lookup),
            saved: saved.saved,
            notices: saved.notices,
            here: false,
        })
    }

    /// The draft that changes an absence: `edit` is given what stands there.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], when there is none with that id that is not over.
    pub async fn absence_draft(&self, id: &AbsenceId) -> Result<AbsenceDraft, Failure> {
        let found = self.absences().await?.into_iter().find(|absence| &absence.id == id);
        let absence = found.ok_or_else(|| {
            failure(FailureCode::NotFound, format!("There is no absence {id} that is not over."))
        })?;
        Ok(AbsenceDraft {
            id: Some(absence.id),
            person: Some(absence.person.id),
            from: absence.from,
            until: absence.until,
            delegations: absence.delegations,
            note: absence.note,
            cancelled: false,
        })
    }

    /// The draft of an absence that ends now: the days that were one stay one.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Refused`] when it has not begun.
    pub async fn early_return(&self, id: &AbsenceId) -> Result<AbsenceDraft, Failure> {
        let draft = self.absence_draft(id).await?;
        let lookup = self.lookup().await?;
        let now = self.now();
        let absence = lookup.organisation.absences.get(id);
        let begun = absence.and_then(|absence| absence.window().ok()).is_some_and(|(from, _)| from < now);
        let local = absence
            .and_then(|absence| absence.zone.parse().ok())
            .and_then(|zone| LocalDateTime::shown_at(now, zone));
        match local {
            Some(local) if begun => Ok(AbsenceDraft { until: local.to_string(), ..draft }),
            _ => Err(failure(FailureCode::Refused, "It has not begun: take it back instead.")),
        }
    }

    /// Everybody on the staff who may sign in, by name.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn staff(&self) -> Result<Vec<PersonRef>, Failure> {
        let lookup = self.lookup().await?;
        let mut staff: Vec<PersonRef> = lookup
            .people()
            .iter()
            .filter(|person| person.is_staff() && !person.disabled)
            .map(|person| person_ref(&person.id, &lookup))
            .collect();
        staff.sort_by_key(|person| person.name.to_lowercase());
        Ok(staff)
    }

    /// The clients whose work the signed-in person may see, by name.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn clients(&self) -> Result<Vec<ClientRef>, Failure> {
        let lookup = self.lookup().await?;
        let reference = |client: &Client| ClientRef {
            id: client.id.clone(),
            name: client.name.clone(),
            code: client.code.clone(),
        };
        let mut clients: Vec<ClientRef> = lookup.clients.values().map(reference).collect();
        clients.sort_by_key(|client| client.name.to_lowercase());
        Ok(clients)
    }

    fn absence(&self, draft: &AbsenceDraft, lookup: &Lookup) -> Result<Absence, Failure> {
        let me = lookup.me.clone().ok_or_else(|| failure(FailureCode::SignedOut, "Sign in first."))?;
        let id = draft.id.clone().unwrap_or_else(|| AbsenceId(self.inner.deps.chance.id()));
        let known = lookup.organisation.absences.get(&id);
        let person = draft.person.clone().or_else(|| known.map(|known| known.person.clone())).unwrap_or(me);
        let zone = lookup.people().get(&person).map_or("UTC", |person| person.time_zone.as_str()).to_owned();
        let local = |text: &str| {
            LocalDateTime::parse(text).map_err(|_| {
                let example = "2026-12-24T09:00";
                failure(FailureCode::Invalid, format!("“{text}” is no date and time. Write {example}."))
            })
        };
        Ok(Absence {
            id,
            person,
            from: local(&draft.from)?,
            until: local(&draft.until)?,
            zone,
            delegations: draft.delegations.clone(),
            note: draft.note.clone(),
            version: known.map_or(0, |known| known.version),
            cancelled: draft.cancelled,
        })
    }
}

/// What the portal would say of it, by what is known here.
fn checked_here(absence: &Absence, now: Timestamp, lookup: &Lookup) -> Result<SavedAbsenceView, Failure> {
    if !may_say(absence, lookup) {
        return Err(failure(FailureCode::Refused, explain::NOT_YOURS_TO_SAY));
    }
    let Organisation { absences, people, .. } = &lookup.organisation;
    let notices = warnings_before_saving(absence, absences, people, now, may_take_delegated)
        .iter()
        .map(|warning| AbsenceNotice {
            severity: warning.severity(),
            sentence: explain::warning(warning, absence, lookup),
        })
        .collect();
    Ok(SavedAbsenceView { absence: view(absence, lookup), saved: false, notices, here: true })
}

fn view(absence: &Absence, lookup: &Lookup) -> AbsenceView {
    let (starts_at, ends_at) = absence.window().unwrap_or_default();
    AbsenceView {
        id: absence.id.clone(),
        person: person_ref(&absence.person, lookup),
        from: absence.from.to_string(),
        until: absence.until.to_string(),
        zone: absence.zone.clone(),
        starts_at,
        ends_at,
        note: absence.note.clone(),
        deputies: absence.delegations.iter().map(|delegation| deputy(delegation, lookup)).collect(),
        delegations: absence.delegations.clone(),
        version: absence.version,
        may_change: may_say(absence, lookup),
    }
}

fn may_say(absence: &Absence, lookup: &Lookup) -> bool {
    lookup.myself().is_some_and(|me| may_set_absence(me, &absence.person, lookup.people()))
}

/// Who takes what, for example `Bram Jansen (only invoices, up to 500.00)`.
fn deputy(delegation: &Delegation, lookup: &Lookup) -> String {
    let name = lookup.people().name(&delegation.to);
    let DelegationScope { client, kind, amount_up_to } = &delegation.scope;
    let parts: Vec<String> = [
        kind.map(|kind| format!("only {}s", kind.as_str())),
        client.as_ref().map(|client| format!("only for {}", lookup.client_name(client))),
        amount_up_to.map(|amount| format!("up to {}", money(amount))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { name.to_owned() } else { format!("{name} ({})", parts.join(", ")) }
}

/// Minor units with two decimals.
fn money(amount: i64) -> String {
    format!("{}.{:02}", amount / 100, amount.abs() % 100)
}
