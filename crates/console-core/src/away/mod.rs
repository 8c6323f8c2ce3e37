//! Out of office, and who gets what while somebody is away.

use crate::engine::Engine;
use crate::failure::{CallError, failure};
use crate::portal::Call;
use crate::queries::person_ref;
use crate::views::{
    AbsenceDraft, AbsenceView, CoverageView, Failure, FailureCode, PersonRef, SavedAbsenceView,
};
use postern_console_store::Lookup;
use postern_domain::absence::{
    Absence, Delegation, DelegationScope, LocalDateTime, Question, Work, explain, simulate,
};
use postern_domain::{AbsenceId, Item, ItemId, Kind, PersonId, Timestamp, may_stand_in};
use postern_protocol::{SaveAbsence, SavedAbsence, paths};
use std::collections::BTreeSet;

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

    /// Saves an absence at the portal, or with `check_only` asks what is to be thought of first. Needs the network:
    /// others must not go on to count on somebody who is away.
    ///
    /// # Errors
    /// What the draft says wrongly, what the portal refuses, or that it cannot be reached.
    pub async fn save_absence(
        &self,
        draft: &AbsenceDraft,
        check_only: bool,
    ) -> Result<SavedAbsenceView, Failure> {
        let lookup = self.lookup().await?;
        let absence = self.absence(draft, &lookup)?;
        let call = Call::post(paths::ABSENCES, &SaveAbsence { absence, check_only });
        let saved: SavedAbsence = self.call(call).await.map_err(|error: CallError| Failure::from(error))?;
        if saved.saved {
            self.inner.wake.notify_one();
        }
        Ok(SavedAbsenceView {
            absence: view(&saved.absence, &lookup),
            saved: saved.saved,
            notices: saved.notices,
        })
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

    /// Who gets `person`'s work between two instants: the item's, or, without one, a request of no client in particular
    /// whose amount is not known.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for an item that is not in the cache.
    pub async fn coverage(
        &self,
        person: &PersonId,
        from: Timestamp,
        until: Timestamp,
        item: Option<&ItemId>,
    ) -> Result<Vec<CoverageView>, Failure> {
        let lookup = self.lookup().await?;
        let item = match item {
            Some(id) => Some(
                self.inner
                    .cache
                    .item(id)
                    .await?
                    .ok_or_else(|| failure(FailureCode::NotFound, "This item is not in sight any more."))?
                    .item,
            ),
            None => None,
        };
        Ok(spans(person, from, until, item.as_ref(), &lookup))
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

fn spans(
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    item: Option<&Item>,
    lookup: &Lookup,
) -> Vec<CoverageView> {
    let nobody = BTreeSet::new();
    // Without an item, a request of no client in particular, whose amount is not known.
    let anywhere = postern_domain::ClientId::new("");
    let (place, barred, amount) = match item {
        Some(item) => {
            (item.place(), &item.contributors, lookup.journey(item).and_then(|journey| journey.amount(item)))
        }
        None => {
            (postern_domain::Place { client: &anywhere, project: None, kind: Kind::Request }, &nobody, None)
        }
    };
    let organisation = &lookup.organisation;
    let question = Question {
        absences: &organisation.absences,
        people: &organisation.people,
        work: Work { place, amount },
        barred,
    };
    let step = item.and_then(|item| {
        let review = item.review_for(person)?;
        Some((item, lookup.journey(item)?.step(&review.step)?.1))
    });
    simulate(question, person, from, until, |deputy| match step {
        Some((item, step)) => may_stand_in(step, item, &organisation.people, deputy),
        None => Ok(()),
    })
    .into_iter()
    .map(|span| CoverageView {
        from: span.from,
        until: span.until,
        sentence: explain::cover(&span.cover, person, span.from, &organisation.absences, lookup.people()),
        covered: !matches!(span.cover, postern_domain::absence::Cover::Uncovered { .. }),
    })
    .collect()
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
    }
}

/// Who takes what, for example `Bram Jansen (invoices up to 500.00)`.
fn deputy(delegation: &Delegation, lookup: &Lookup) -> String {
    let name = lookup.people().name(&delegation.to);
    let DelegationScope { client, kind, amount_up_to } = &delegation.scope;
    let parts: Vec<String> = [
        kind.map(|kind| format!("only {}s", kind.as_str())),
        client.as_ref().map(|client| format!("only for {}", lookup.client_name(client))),
        amount_up_to.map(|amount| format!("up to {}.{:02}", amount / 100, amount.abs() % 100)),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { name.to_owned() } else { format!("{name} ({})", parts.join(", ")) }
}
