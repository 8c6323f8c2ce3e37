//! Keying in a new item for a client. It is a command like any other: predicted, kept, and sent when it can be. The
//! portal gives the reference, and the version of the journey on which the client's new items start.

use super::edits::form_problems;
use super::form::typed;
use super::{ActOptions, result};
use crate::engine::Engine;
use crate::queries::form_of;
use crate::views::{
    ActItemResult, ActResult, ClientChoice, Failure, JourneyChoice, NewItemChoices, NewItemDraft,
    ProjectChoice,
};
use postern_console_store::{Lookup, NewCommand, Predicted, predict};
use postern_domain::{
    Action, Client, Command, CommandId, ItemId, Journey, JourneyKey, JourneyRef, Kind, Person, PersonId,
    Place, ProjectId, Role, Submission, permits_place,
};
use std::collections::BTreeMap;

impl Engine {
    /// For whom the signed-in person may key something in, and which forms there are for it.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn new_item_choices(&self) -> Result<NewItemChoices, Failure> {
        let lookup = self.lookup().await?;
        let Some(me) = lookup.myself() else { return Ok(NewItemChoices::default()) };
        let mut clients: Vec<ClientChoice> =
            lookup.clients.values().filter_map(|client| client_choice(client, me, &lookup)).collect();
        clients.sort_by_key(|client| client.name.to_lowercase());
        let mut journeys: Vec<JourneyChoice> = newest(&lookup).into_values().map(journey_choice).collect();
        journeys.sort_by_key(|journey| journey.name.to_lowercase());
        Ok(NewItemChoices { clients, journeys })
    }

    /// One new item.
    pub(super) async fn submit(
        &self,
        author: &PersonId,
        draft: &NewItemDraft,
        options: ActOptions,
        instead_of: Option<&CommandId>,
    ) -> Result<ActResult, Failure> {
        let lookup = self.lookup().await?;
        let now = self.device_now();
        let held_until = now.plus_ms(options.hold_ms);
        let chance = &self.inner.deps.chance;
        let (batch, id) = (chance.id(), ItemId(chance.id()));
        let mut results = Vec::new();
        self.inner
            .cache
            .enqueue(author, &batch, std::slice::from_ref(&id), now, held_until, |id, _, _| {
                let command = submission(draft, id, &lookup);
                let command_id = CommandId(chance.id());
                let predicted = predict(None, id, &command, &command_id, now, &lookup);
                let give = predicted.is_ok();
                results.push(told(draft, id, predicted, &lookup));
                give.then(|| NewCommand {
                    id: command_id,
                    item: id.clone(),
                    command,
                    seen: None,
                    instead_of: instead_of.cloned().into_iter().collect(),
                })
            })
            .await?;
        if results.iter().any(|result| result.accepted) {
            self.changed(vec![id]);
            self.recount().await;
            self.inner.wake.notify_one();
        }
        Ok(ActResult { batch, results, undo_until: held_until })
    }

    /// What [`Engine::submit`] would come to, without doing it.
    pub(super) async fn predict_submit(&self, draft: &NewItemDraft) -> Result<ActItemResult, Failure> {
        let lookup = self.lookup().await?;
        let id = ItemId::new("prediction");
        let command = submission(draft, &id, &lookup);
        let sample = CommandId::new("prediction");
        Ok(told(draft, &id, predict(None, &id, &command, &sample, self.device_now(), &lookup), &lookup))
    }
}

fn told(
    draft: &NewItemDraft,
    id: &ItemId,
    predicted: Result<Predicted, postern_domain::Refusal>,
    lookup: &Lookup,
) -> ActItemResult {
    let journey = journey_of(draft, lookup);
    let fields = typed(draft.fields.clone(), journey);
    let problems =
        form_problems(journey, Some(&draft.title), Some(&draft.description), &fields, true, lookup);
    ActItemResult { problems, ..result(id, &reference_until_then(id), None, predicted, lookup) }
}

/// What it is called until the portal has given it a reference of the client's.
fn reference_until_then(id: &ItemId) -> String {
    let plain: String = id.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    let end = plain.len().saturating_sub(4);
    format!("NEW-{}", plain.get(end..).unwrap_or_default().to_uppercase())
}

pub(super) fn submission(draft: &NewItemDraft, id: &ItemId, lookup: &Lookup) -> Command {
    let draft = draft.clone();
    let journey = journey_of(&draft, lookup);
    let unknown =
        || JourneyRef { key: draft.journey.clone().unwrap_or_else(|| JourneyKey::new("")), version: 0 };
    Command::Submit(Box::new(Submission {
        reference: reference_until_then(id),
        kind: draft.kind,
        title: draft.title.trim().to_owned(),
        description: draft.description.clone(),
        fields: typed(filled(draft.fields.clone()), journey),
        journey: journey.map_or_else(unknown, Journey::reference),
        priority: draft.priority,
        owner: draft.owner.clone().or_else(|| owner(&draft, lookup)),
        project: draft.project.clone(),
        client: draft.client,
    }))
}

/// What was left empty is not there.
fn filled(fields: postern_domain::Fields) -> postern_domain::Fields {
    let is_there = |value: &postern_domain::FieldValue| !matches!(value, postern_domain::FieldValue::Text(text) if text.trim().is_empty());
    fields.into_iter().filter(|(_, value)| is_there(value)).collect()
}

/// What was keyed in, so that it can be keyed in again.
pub(super) fn draft_of(submission: Submission) -> NewItemDraft {
    let Submission { kind, title, description, client, project, journey, fields, priority, owner, .. } =
        submission;
    let journey = Some(journey.key);
    NewItemDraft { client, kind, journey, project, title, description, fields, priority, owner }
}

/// Who is responsible for the client, or, with nobody named, who keys it in and may own it.
fn owner(draft: &NewItemDraft, lookup: &Lookup) -> Option<PersonId> {
    let place = Place { client: &draft.client, project: draft.project.as_ref(), kind: draft.kind };
    let able = |person: &&Person| !person.disabled && person.holds(Role::InternalOwner, place);
    let named = lookup.clients.get(&draft.client).and_then(|client| client.owner.as_ref());
    let responsible = named.and_then(|id| lookup.people().get(id)).filter(able);
    responsible.or_else(|| lookup.myself().filter(able)).map(|person| person.id.clone())
}

/// The newest version that is known here of the journey meant, or of the only one for the kind.
fn journey_of<'a>(draft: &NewItemDraft, lookup: &'a Lookup) -> Option<&'a Journey> {
    let newest = newest(lookup);
    match &draft.journey {
        Some(key) => newest.get(key).copied(),
        None => {
            let mut of_kind = newest.values().filter(|journey| journey.is_for(draft.kind));
            of_kind.next().filter(|_| of_kind.next().is_none()).copied()
        }
    }
}

fn newest(lookup: &Lookup) -> BTreeMap<&JourneyKey, &Journey> {
    let mut newest: BTreeMap<&JourneyKey, &Journey> = BTreeMap::new();
    for journey in lookup.journeys.values() {
        let known = newest.entry(&journey.key).or_insert(journey);
        if known.version < journey.version {
            *known = journey;
        }
    }
    newest
}

fn journey_choice(journey: &Journey) -> JourneyChoice {
    JourneyChoice {
        key: journey.key.clone(),
        version: journey.version,
        name: journey.name.clone(),
        summary: journey.summary.clone(),
        kinds: Kind::ALL.into_iter().filter(|kind| journey.is_for(*kind)).collect(),
        form: form_of(Some(journey), None),
    }
}

/// None where nothing may be keyed in for the client.
fn client_choice(client: &Client, me: &Person, lookup: &Lookup) -> Option<ClientChoice> {
    let kinds = |project: Option<&ProjectId>| -> Vec<Kind> {
        let may = |kind: &Kind| {
            permits_place(me, Action::Submit, Place { client: &client.id, project, kind: *kind }).is_ok()
        };
        Kind::ALL.into_iter().filter(may).collect()
    };
    let own = lookup.projects.values().filter(|project| project.client == client.id);
    let mut projects: Vec<ProjectChoice> = own
        .map(|project| ProjectChoice {
            id: project.id.clone(),
            name: project.name.clone(),
            kinds: kinds(Some(&project.id)),
        })
        .filter(|project| !project.kinds.is_empty())
        .collect();
    projects.sort_by_key(|project| project.name.to_lowercase());
    let kinds = kinds(None);
    if kinds.is_empty() && projects.is_empty() {
        return None;
    }
    Some(ClientChoice {
        id: client.id.clone(),
        name: client.name.clone(),
        code: client.code.clone(),
        kinds,
        projects,
    })
}
