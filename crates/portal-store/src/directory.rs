//! The directory: people, clients, projects, journeys and norms, kept in memory under the version they were read at.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::head::HeadRow;
use crate::store::Store;
use crate::{absences, calendars, norms, people};
use postern_domain::absence::Absences;
use postern_domain::calendar::{Calendar, CalendarUse, Calendars};
use postern_domain::explain::Names;
use postern_domain::publication::{Cohorts, Lifecycle};
use postern_domain::{
    CalendarKey, Client, ClientId, Grant, Journey, JourneyKey, JourneyRef, Organisation, People, Person,
    PersonId, Project, ProjectId, StageNorm,
};
use postern_protocol::Directory;
use sqlx::Row as _;
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

    pub async fn add_client(&self, client: &Client) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        insert_client(&mut writing.tx, client).await?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(())
    }

    pub async fn add_project(&self, project: &Project) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        insert_project(&mut writing.tx, project).await?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(())
    }

    /// As the version that it says it is, for the clients of all cohorts.
    pub async fn add_journey(&self, journey: &Journey) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        insert_journey(&mut writing.tx, journey, &Cohorts::All, "").await?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(())
    }

    /// Publishes a journey as the next version of its key, and returns it. Whether it may be published was asked
    /// before; the golden cases that it was tested with are kept beside it, as they were written.
    pub async fn publish_journey(
        &self,
        journey: &Journey,
        cohorts: &Cohorts,
        cases: &str,
    ) -> Result<Journey, StoreError> {
        let mut writing = self.write().await?;
        let latest: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM journeys WHERE key = $1")
            .bind(journey.key.as_str())
            .fetch_one(&mut *writing.tx)
            .await?;
        let published = journey.numbered(u32::try_from(latest.unwrap_or(0)).unwrap_or(u32::MAX));
        insert_journey(&mut writing.tx, &published, cohorts, cases).await?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(published)
    }

    /// The golden cases that a version was published with; empty where it came without any.
    pub async fn cases_of(&self, journey: &JourneyRef) -> Result<String, StoreError> {
        let cases: Option<String> =
            sqlx::query_scalar("SELECT cases FROM journeys WHERE key = $1 AND version = $2")
                .bind(journey.key.as_str())
                .bind(i64::from(journey.version))
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(cases.unwrap_or_default())
    }
}

async fn load(db: &mut Connection, version: i64) -> Result<DirectorySnapshot, StoreError> {
    let stored = people::all(db).await?;
    let scope_generations =
        stored.iter().map(|(person, generation)| (person.id.clone(), *generation)).collect();
    let mut clients = BTreeMap::new();
    for row in sqlx::query("SELECT id, name, code, cohort, owner FROM clients").fetch_all(&mut *db).await? {
        let id = ClientId(row.try_get("id")?);
        let client = Client {
            id: id.clone(),
            name: row.try_get("name")?,
            code: row.try_get("code")?,
            cohort: row.try_get("cohort")?,
            owner: row.try_get::<Option<String>, _>("owner")?.map(PersonId),
        };
        clients.insert(id, client);
    }
    let mut projects = BTreeMap::new();
    for row in sqlx::query("SELECT id, client, name FROM projects").fetch_all(&mut *db).await? {
        let id = ProjectId(row.try_get("id")?);
        let client = ClientId(row.try_get("client")?);
        projects.insert(id.clone(), Project { id, client, name: row.try_get("name")? });
    }
    let mut journeys = BTreeMap::new();
    let mut cohorts = HashMap::new();
    for row in sqlx::query("SELECT key, version, doc, cohorts FROM journeys").fetch_all(&mut *db).await? {
        let doc: &str = row.try_get("doc")?;
        let journey: Journey = serde_json::from_str(doc)
            .map_err(|error| StoreError::inconsistent(format!("a journey cannot be read: {error}")))?;
        let published_for: Cohorts = serde_json::from_str(row.try_get("cohorts")?).map_err(|error| {
            StoreError::inconsistent(format!("a journey's cohorts cannot be read: {error}"))
        })?;
        cohorts.insert(journey.reference(), published_for);
        journeys.insert((journey.key.clone(), journey.version), journey);
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

/// A client's code is the prefix of its references: letters and digits, so that a reference reads back.
fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= 32
        && code.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

pub(crate) async fn insert_client(db: &mut Connection, client: &Client) -> Result<(), StoreError> {
    if !is_code(&client.code) {
        let what = format!("\"{}\" cannot be a client's code: up to 32 letters and digits", client.code);
        return Err(StoreError::Unacceptable { what });
    }
    sqlx::query("INSERT INTO clients (id, name, code, cohort, owner) VALUES ($1, $2, $3, $4, $5)")
        .bind(client.id.as_str())
        .bind(&client.name)
        .bind(&client.code)
        .bind(&client.cohort)
        .bind(client.owner.as_ref().map(PersonId::as_str))
        .execute(db)
        .await
        .map_err(|error| already(error, || format!("a client {} or a code {}", client.id, client.code)))?;
    Ok(())
}

pub(crate) async fn insert_project(db: &mut Connection, project: &Project) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO projects (id, client, name) VALUES ($1, $2, $3)")
        .bind(project.id.as_str())
        .bind(project.client.as_str())
        .bind(&project.name)
        .execute(db)
        .await
        .map_err(|error| already(error, || format!("a project {}", project.id)))?;
    Ok(())
}

pub(crate) async fn insert_journey(
    db: &mut Connection,
    journey: &Journey,
    cohorts: &Cohorts,
    cases: &str,
) -> Result<(), StoreError> {
    let unwritable = |error| StoreError::inconsistent(format!("the journey cannot be written: {error}"));
    let doc = serde_json::to_string(journey).map_err(unwritable)?;
    let cohorts = serde_json::to_string(cohorts).map_err(unwritable)?;
    sqlx::query("INSERT INTO journeys (key, version, doc, cohorts, cases) VALUES ($1, $2, $3, $4, $5)")
        .bind(journey.key.as_str())
        .bind(i64::from(journey.version))
        .bind(doc)
        .bind(cohorts)
        .bind(cases)
        .execute(db)
        .await
        .map_err(|error| already(error, || format!("a journey {} {}", journey.key, journey.version)))?;
    Ok(())
}

/// Tells a row that is there already from other failures.
pub(crate) fn already(error: sqlx::Error, what: impl FnOnce() -> String) -> StoreError {
    let is_there = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if is_there { StoreError::AlreadyExists { what: what() } } else { StoreError::Driver(error) }
}
