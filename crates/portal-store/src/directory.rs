//! The directory: people, clients, projects, journeys and norms, kept in memory under the version they were read at.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::head::HeadRow;
use crate::store::Store;
use crate::{absences, calendars, clients, journeys, norms, people};
use postern_domain::absence::Absences;
use postern_domain::calendar::{Calendar, CalendarUse, Calendars};
use postern_domain::explain::Names;
use postern_domain::publication::{Cohorts, Lifecycle};
use postern_domain::{
    CalendarKey, Client, ClientId, Grant, Journey, JourneyKey, JourneyRef, Organisation, People, Person,
    PersonId, Project, ProjectId, StageNorm,
};
use postern_protocol::Directory;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};

/// Everything that items refer to, as of one directory version.
#[derive(Clone, Debug)]
pub struct DirectorySnapshot {
    pub version: i64,
    /// The people and how they work.
    pub organisation: Organisation,
    pub clients: BTreeMap<ClientId, Client>,
    pub projects: BTreeMap<ProjectId, Project>,
    pub journeys: BTreeMap<(JourneyKey, u32), Journey>,
    cohorts: HashMap<JourneyRef, Cohorts>,
    pub norms: Vec<StageNorm>,
    /// Every version.
    pub calendars: Vec<Calendar>,
    pub calendar_uses: Vec<CalendarUse>,
    scope_generations: HashMap<PersonId, i64>,
}

impl DirectorySnapshot {
    pub fn people(&self) -> &People {
        &self.organisation.people
    }

    pub fn journey(&self, reference: &JourneyRef) -> Option<&Journey> {
        self.journeys.get(&(reference.key.clone(), reference.version))
    }

    /// The newest version of a journey.
    pub fn newest_journey(&self, key: &JourneyKey) -> Option<&Journey> {
        self.versions_of(key).next_back()
    }

    /// The version of a journey on which a new item of the client starts: the newest that was published for the
    /// client's cohort.
    pub fn journey_for(&self, key: &JourneyKey, client: &ClientId) -> Option<&Journey> {
        let cohort = self.clients.get(client).map_or("", |client| client.cohort.as_str());
        let is_for =
            |journey: &&Journey| self.cohorts(&journey.reference()).is_none_or(|all| all.include(cohort));
        self.versions_of(key).rev().find(is_for)
    }

    /// For whose new items a version was published.
    pub fn cohorts(&self, reference: &JourneyRef) -> Option<&Cohorts> {
        self.cohorts.get(reference)
    }

    /// Whether nothing new starts on this version any more.
    pub fn is_superseded(&self, journey: &Journey) -> bool {
        let whose = |journey: &Journey| self.cohorts(&journey.reference()).unwrap_or(&Cohorts::All);
        let later: Vec<&Cohorts> =
            self.versions_of(&journey.key).filter(|each| each.version > journey.version).map(whose).collect();
        whose(journey).superseded_by(&later)
    }

    /// Where a version stands in its life. What is not published is not here.
    pub fn state_of(&self, journey: &Journey) -> Lifecycle {
        if self.is_superseded(journey) {
            return Lifecycle::Superseded;
        }
        let cohorts = self.cohorts(&journey.reference()).cloned().unwrap_or(Cohorts::All);
        Lifecycle::Published { cohorts }
    }

    /// The version of a calendar that is in force.
    pub fn newest_calendar(&self, key: &CalendarKey) -> Option<&Calendar> {
        self.calendars.iter().filter(|calendar| &calendar.key == key).max_by_key(|calendar| calendar.version)
    }

    fn versions_of(&self, key: &JourneyKey) -> impl DoubleEndedIterator<Item = &Journey> {
        self.journeys.range((key.clone(), 0)..=(key.clone(), u32::MAX)).map(|(_, journey)| journey)
    }

    pub fn scope_generation(&self, person: &PersonId) -> i64 {
        self.scope_generations.get(person).copied().unwrap_or_default()
    }

    /// The part of the directory that `person` may see: all staff; clients, projects and contacts in sight of their
    /// grants; journeys and norms.
    pub fn for_person(&self, person: &Person) -> Directory {
        let clients: BTreeMap<&ClientId, &Client> =
            self.clients.iter().filter(|(id, _)| self.sees_client(person, id)).collect();
        let in_sight = |contact: &Person| {
            contact.grants.iter().any(|grant| match self.client_of(grant) {
                Some(client) => clients.contains_key(client),
                None => clients.len() == self.clients.len(),
            })
        };
        Directory {
            people: self
                .people()
                .iter()
                .filter(|other| other.is_staff() || other.id == person.id || in_sight(other))
                .cloned()
                .collect(),
            clients: clients.values().map(|client| (*client).clone()).collect(),
            projects: self
                .projects
                .values()
                .filter(|project| {
                    live_grants(person).any(|grant| {
                        grant.scope.client.as_ref().is_none_or(|client| client == &project.client)
                            && grant.scope.project.as_ref().is_none_or(|id| id == &project.id)
                    })
                })
                .cloned()
                .collect(),
            journeys: self.journeys.values().cloned().collect(),
            norms: self.norms.clone(),
            calendars: self.calendars.clone(),
            calendar_uses: self.calendar_uses.clone(),
            absences: self.organisation.absences.iter().filter(|_| person.is_staff()).cloned().collect(),
        }
    }

    fn sees_client(&self, person: &Person, id: &ClientId) -> bool {
        live_grants(person).any(|grant| self.client_of(grant).is_none_or(|client| client == id))
    }

    /// The one client that a grant is confined to, named by itself or by its project.
    fn client_of<'a>(&'a self, grant: &'a Grant) -> Option<&'a ClientId> {
        let by_project = || {
            let project = self.projects.get(grant.scope.project.as_ref()?)?;
            Some(&project.client)
        };
        grant.scope.client.as_ref().or_else(by_project)
    }
}

impl Names for DirectorySnapshot {
    fn person(&self, id: &PersonId) -> String {
        self.people().name(id).to_owned()
    }

    fn client(&self, id: &ClientId) -> String {
        self.clients.get(id).map_or_else(|| id.to_string(), |client| client.name.clone())
    }
}

fn live_grants(person: &Person) -> impl Iterator<Item = &Grant> {
    person.grants.iter().filter(|_| !person.disabled)
}

impl Store {
    /// The directory as it is committed now.
    pub async fn directory(&self) -> Result<Arc<DirectorySnapshot>, StoreError> {
        let mut tx = self.begin_read().await?;
        let head = crate::head::read(&mut tx).await?;
        self.directory_at(&mut tx, &head).await
    }

    /// The directory in this transaction. `head` must be as the transaction found it: its version is what says
    /// whether the copy in memory is still the right one, whoever changed the database, in this process or another.
    pub(crate) async fn directory_at(
        &self,
        db: &mut Connection,
        head: &HeadRow,
    ) -> Result<Arc<DirectorySnapshot>, StoreError> {
        let cached = self.directory_cache().read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cached) = cached.filter(|cached| cached.version == head.directory_version) {
            return Ok(cached);
        }
        let fresh = Arc::new(load(db, head.directory_version).await?);
        let mut cache = self.directory_cache().write().unwrap_or_else(PoisonError::into_inner);
        if cache.as_ref().is_none_or(|cached| cached.version < fresh.version) {
            *cache = Some(Arc::clone(&fresh));
        }
        Ok(fresh)
    }
}

async fn load(db: &mut Connection, version: i64) -> Result<DirectorySnapshot, StoreError> {
    let stored = people::all(db).await?;
    let scope_generations =
        stored.iter().map(|(person, generation)| (person.id.clone(), *generation)).collect();
    let clients = clients::all(db).await?;
    let projects = clients::projects(db).await?;
    let mut journeys = BTreeMap::new();
    let mut cohorts = HashMap::new();
    for (_, stored) in journeys::all(db).await? {
        cohorts.insert(stored.journey.reference(), stored.cohorts);
        journeys.insert((stored.journey.key.clone(), stored.journey.version), stored.journey);
    }
    let norms = norms::all(db).await?;
    let people = People::new(stored.into_iter().map(|(person, _)| person)).with_clients(clients.values());
    let calendars = calendars::all(db).await?;
    let calendar_uses = calendars::uses(db).await?;
    let organisation = Organisation {
        people,
        calendars: Calendars::assemble(&calendars, &calendar_uses),
        absences: Absences::new(absences::all(db).await?),
    };
    Ok(DirectorySnapshot {
        version,
        organisation,
        clients,
        projects,
        journeys,
        cohorts,
        norms,
        calendars,
        calendar_uses,
        scope_generations,
    })
}

/// Tells a row that is there already from other failures.
pub(crate) fn already(error: sqlx::Error, what: impl FnOnce() -> String) -> StoreError {
    let is_there = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if is_there { StoreError::AlreadyExists { what: what() } } else { StoreError::Driver(error) }
}
