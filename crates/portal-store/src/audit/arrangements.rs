//! What the trail makes of the organisation, beside what is there: absences, calendars, journeys, clients, what people may
//! do, devices that were shut out.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::journeys::StoredJourney;
use crate::{absences, calendars, clients, journeys, people, sessions};
use postern_domain::absence::Absence;
use postern_domain::calendar::{Calendar, CalendarOf};
use postern_domain::{Arranged, Arrangement, CalendarKey, Client, JourneyRef, Project, Standing};
use std::collections::BTreeMap;

/// As the lines read so far make them, each with the line that made it.
#[derive(Default)]
pub(super) struct Arrangements {
    absences: Made<Absence>,
    calendars: Made<Calendar>,
    uses: Made<CalendarKey>,
    journeys: Made<StoredJourney>,
    clients: Made<Client>,
    projects: Made<Project>,
    people: Made<Standing>,
    devices: Made<()>,
}

/// By what it is called, with the line that made it.
type Made<T> = BTreeMap<String, (i64, T)>;

/// Where trail and tables differ: at this line, where one says so, and how.
pub(super) type Differs = (Option<i64>, String);

impl Arrangements {
    /// # Errors
    /// How the line contradicts those before it.
    pub fn take(&mut self, seq: i64, arranged: Arranged) -> Result<(), String> {
        match arranged.change {
            Arrangement::AbsenceSaved { absence } => {
                self.absences.insert(absence.id.to_string(), (seq, absence));
            }
            Arrangement::CalendarPublished { calendar } => {
                self.calendars.insert(numbered(&calendar), (seq, calendar));
            }
            Arrangement::CalendarKept { keeps } => {
                self.uses.insert(whose(&keeps.of), (seq, keeps.calendar));
            }
            Arrangement::JourneyPublished { journey, cohorts, cases, .. } => {
                let stored = StoredJourney { journey: *journey, cohorts, cases };
                self.journeys.insert(version(&stored.journey.reference()), (seq, stored));
            }
            Arrangement::ClientAdded { client } => {
                self.clients.insert(client.id.to_string(), (seq, client));
            }
            Arrangement::ProjectAdded { project } => {
                self.projects.insert(project.id.to_string(), (seq, project));
            }
            Arrangement::PersonChanged { person, before, after } => {
                let known = self.people.insert(person.to_string(), (seq, after));
                // Somebody edited the row, and a change that came after took the edit for the truth.
                if known.map(|(_, standing)| standing) != before {
                    return Err(format!("what {person} might do before is another than the trail made"));
                }
            }
            Arrangement::DeviceRevoked { session, .. } => {
                self.devices.insert(session, (seq, ()));
            }
            // The trail does not have what it was set to, and the lines of the items say where they went.
            Arrangement::PasswordSet { .. } | Arrangement::ItemsMigrated { .. } => {}
        }
        Ok(())
    }

    /// The first that is there and otherwise than the trail made it, or there without it, or gone.
    pub async fn compare(mut self, db: &mut Connection) -> Result<Option<Differs>, StoreError> {
        let absences = absences::all(db).await?.into_iter().map(|each| (each.id.to_string(), each));
        let calendars = calendars::all(db).await?.into_iter();
        let calendars = calendars.map(|each| (numbered(&each), each));
        let uses = calendars::uses(db).await?.into_iter().map(|each| (whose(&each.of), each.calendar));
        let journeys = journeys::all(db).await?.into_iter().map(|(by, each)| (version(&by), each));
        let clients = clients::all(db).await?.into_iter().map(|(id, each)| (id.to_string(), each));
        let projects = clients::projects(db).await?.into_iter().map(|(id, each)| (id.to_string(), each));
        let people = people::all(db).await?.into_iter();
        let people = people.map(|(each, _)| (each.id.to_string(), Standing::from(&each)));
        let sessions = sessions::shut_out_or_not(db).await?;
        // Sessions are forgotten in time; the line stays.
        self.devices.retain(|session, _| sessions.contains_key(session));
        let devices = sessions.into_iter().filter(|(_, is_shut_out)| *is_shut_out);
        let devices = devices.map(|(session, _)| (session, ()));
        let found = first_difference("absence", self.absences, absences)
            .or_else(|| first_difference("calendar", self.calendars, calendars))
            .or_else(|| first_difference("calendar of", self.uses, uses))
            .or_else(|| first_difference("journey", self.journeys, journeys))
            .or_else(|| first_difference("client", self.clients, clients))
            .or_else(|| first_difference("project", self.projects, projects))
            .or_else(|| first_difference("standing of", self.people, people))
            .or_else(|| first_difference("shutting out of", self.devices, devices));
        Ok(found)
    }
}

fn version(journey: &JourneyRef) -> String {
    format!("{} {}", journey.key, journey.version)
}

fn numbered(calendar: &Calendar) -> String {
    format!("{} {}", calendar.key, calendar.version)
}

fn whose(of: &CalendarOf) -> String {
    match of {
        CalendarOf::Everybody => "everybody".to_owned(),
        CalendarOf::Group(group) => format!("group {group}"),
        CalendarOf::Person(person) => format!("person {person}"),
    }
}

fn first_difference<T: PartialEq>(
    what: &str,
    mut made: Made<T>,
    there: impl Iterator<Item = (String, T)>,
) -> Option<Differs> {
    for (key, value) in there {
        match made.remove(&key) {
            None => {
                return Some((None, format!("the {what} {key} is there, and nothing in the trail made it")));
            }
            Some((seq, known)) if known != value => {
                return Some((Some(seq), format!("the {what} {key} is another than this line made")));
            }
            Some(_) => {}
        }
    }
    let (key, (seq, _)) = made.into_iter().next()?;
    Some((Some(seq), format!("the {what} {key} was made here, and it is not there")))
}
