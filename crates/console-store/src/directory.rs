//! People, clients, projects, journeys and norms: what items refer to.

use crate::error::Result;
use crate::meta;
use postern_domain::explain::{Names, Reader};
use postern_domain::{
    Client, ClientId, Item, Journey, JourneyRef, Norms, Organisation, People, Person, PersonId, Project,
    ProjectId, Seen,
};
use postern_protocol::Directory;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use std::collections::{BTreeMap, HashMap};

/// The directory in memory, and who looks at it.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    pub me: Option<PersonId>,
    /// The people and how they work.
    pub organisation: Organisation,
    pub clients: BTreeMap<ClientId, Client>,
    pub projects: BTreeMap<ProjectId, Project>,
    pub journeys: HashMap<JourneyRef, Journey>,
    pub norms: Norms,
    pub(crate) stamp: i64,
}

impl Lookup {
    pub fn new(me: Option<PersonId>, directory: &Directory) -> Self {
        Self {
            me,
            organisation: directory.organisation(),
            clients: directory.clients.iter().map(|client| (client.id.clone(), client.clone())).collect(),
            projects: directory
                .projects
                .iter()
                .map(|project| (project.id.clone(), project.clone()))
                .collect(),
            journeys: directory
                .journeys
                .iter()
                .map(|journey| (journey.reference(), journey.clone()))
                .collect(),
            norms: Norms::new(directory.norms.iter().cloned()),
            stamp: 0,
        }
    }

    pub fn people(&self) -> &People {
        &self.organisation.people
    }

    /// The signed-in person, once the directory has come.
    pub fn myself(&self) -> Option<&Person> {
        self.people().get(self.me.as_ref()?)
    }

    pub fn journey(&self, item: &Item) -> Option<&Journey> {
        self.journeys.get(&item.journey)
    }

    /// What the signed-in person has before them, to bind a decision to.
    pub fn seen(&self, item: &Item) -> Seen {
        let review = match &self.me {
            Some(me) => item.review_for(me),
            None => item.reviews.first(),
        };
        let step = review.map(|review| review.step.clone());
        Seen::of(item, step)
    }

    /// The client's name; an id that the directory does not have is shown as it is.
    pub fn client_name<'a>(&'a self, id: &'a ClientId) -> &'a str {
        self.clients.get(id).map_or(id.as_str(), |client| &client.name)
    }
}

impl Names for Lookup {
    fn person(&self, id: &PersonId) -> String {
        self.people().name(id).to_owned()
    }

    fn client(&self, id: &ClientId) -> String {
        self.client_name(id).to_owned()
    }
}

impl Reader for Lookup {
    fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    fn journeys<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Journey> + 'a> {
        Box::new(self.journeys.values())
    }

    fn myself(&self) -> Option<&Person> {
        self.myself()
    }

    fn journey_of(&self, item: &Item) -> Option<&Journey> {
        self.journey(item)
    }
}

/// Rises with each change of what [`load`] reads, as a value.
pub(crate) const STAMP: &str =
    "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'directory_stamp'), 0)";

pub(crate) async fn stamp(connection: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar(AssertSqlSafe(format!("SELECT {STAMP}"))).fetch_one(connection).await?)
}

pub(crate) async fn touch(connection: &mut SqliteConnection) -> Result<()> {
    let next = stamp(connection).await? + 1;
    meta::set(connection, "directory_stamp", Some(&next.to_string())).await
}

pub(crate) async fn load(connection: &mut SqliteConnection) -> Result<Lookup> {
    let stamp = stamp(connection).await?;
    let me = meta::get(connection, "person").await?.map(PersonId);
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT family, doc FROM directory").fetch_all(connection).await?;
    let mut directory = Directory::default();
    for (family, doc) in rows {
        match family.as_str() {
            "person" => directory.people.push(serde_json::from_str(&doc)?),
            "client" => directory.clients.push(serde_json::from_str(&doc)?),
            "project" => directory.projects.push(serde_json::from_str(&doc)?),
            "journey" => directory.journeys.push(serde_json::from_str(&doc)?),
            "norm" => directory.norms.push(serde_json::from_str(&doc)?),
            "calendar" => directory.calendars.push(serde_json::from_str(&doc)?),
            "calendar_use" => directory.calendar_uses.push(serde_json::from_str(&doc)?),
            "absence" => directory.absences.push(serde_json::from_str(&doc)?),
            _ => {}
        }
    }
    let mut lookup = Lookup::new(me, &directory);
    lookup.stamp = stamp;
    Ok(lookup)
}

/// Puts `directory` in the place of what is there.
pub(crate) async fn replace(connection: &mut SqliteConnection, directory: &Directory) -> Result<()> {
    sqlx::query("DELETE FROM directory").execute(&mut *connection).await?;
    for person in &directory.people {
        insert(connection, "person", person.id.as_str(), person).await?;
    }
    for client in &directory.clients {
        insert(connection, "client", client.id.as_str(), client).await?;
    }
    for project in &directory.projects {
        insert(connection, "project", project.id.as_str(), project).await?;
    }
    for journey in &directory.journeys {
        insert(connection, "journey", &format!("{}@{}", journey.key, journey.version), journey).await?;
    }
    for norm in &directory.norms {
        insert(connection, "norm", &format!("{}/{}", norm.journey, norm.stage), norm).await?;
    }
    for calendar in &directory.calendars {
        insert(connection, "calendar", &format!("{}@{}", calendar.key, calendar.version), calendar).await?;
    }
    for each in &directory.calendar_uses {
        insert(connection, "calendar_use", &serde_json::to_string(&each.of)?, each).await?;
    }
    for absence in &directory.absences {
        insert(connection, "absence", absence.id.as_str(), absence).await?;
    }
    touch(connection).await
}

async fn insert(
    connection: &mut SqliteConnection,
    family: &'static str,
    key: &str,
    value: &impl serde::Serialize,
) -> Result<()> {
    sqlx::query("INSERT OR REPLACE INTO directory (family, key, doc) VALUES ($1, $2, $3)")
        .bind(family)
        .bind(key)
        .bind(serde_json::to_string(value)?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Which items' columns a new directory makes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Nothing,
    /// Norms or journeys: due times and flags of open items.
    Open,
    /// My own grants, or a client: everything.
    Everything,
}

pub(crate) fn reach(before: &Lookup, after: &Lookup) -> Reach {
    let me = |lookup: &Lookup| {
        lookup
            .myself()
            .map(|person| (person.id.clone(), person.grants.clone(), person.groups.clone(), person.disabled))
    };
    if before.clients != after.clients || me(before).map(|me| me.0) != me(after).map(|me| me.0) {
        Reach::Everything
    } else if before.norms != after.norms || before.journeys != after.journeys || me(before) != me(after) {
        Reach::Open
    } else {
        Reach::Nothing
    }
}
