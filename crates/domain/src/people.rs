//! People, roles, grants, and the directory in which they are looked up.

use crate::ids::{ClientId, PersonId, ProjectId};
use crate::item::Kind;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ts_rs::TS,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Role {
    Client,
    ClientAdmin,
    InternalOwner,
    InternalApprover,
    TeamLead,
    PortalAdmin,
}

impl Role {
    pub const ALL: [Role; 6] = [
        Role::Client,
        Role::ClientAdmin,
        Role::InternalOwner,
        Role::InternalApprover,
        Role::TeamLead,
        Role::PortalAdmin,
    ];

    /// Staff work in the console; clients never see it.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Role::Client | Role::ClientAdmin)
    }
}

/// Several roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roles(u8);

impl Roles {
    pub const STAFF: Roles = {
        let (mut staff, mut at) = (Roles::of(&[]), 0);
        while at < Role::ALL.len() {
            if Role::ALL[at].is_staff() {
                staff = staff.or(Roles::of(&[Role::ALL[at]]));
            }
            at += 1;
        }
        staff
    };

    pub const fn of(roles: &[Role]) -> Self {
        let (mut set, mut at) = (0, 0);
        while at < roles.len() {
            set |= 1 << roles[at] as u8;
            at += 1;
        }
        Self(set)
    }

    #[must_use]
    pub const fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    const fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

/// Which items a grant reaches. An absent part reaches all; the parts are combined with "and".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Scope {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub client: Option<ClientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub project: Option<ProjectId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<Kind>,
}

impl Scope {
    pub const EVERYTHING: Scope = Scope { client: None, project: None, kind: None };

    #[inline]
    pub fn covers(&self, place: Place<'_>) -> bool {
        self.client.as_ref().is_none_or(|client| client == place.client)
            && self.project.as_ref().is_none_or(|project| Some(project) == place.project)
            && self.kind.is_none_or(|kind| kind == place.kind)
    }

    /// Whether it reaches everything that `other` reaches.
    pub fn contains(&self, other: &Scope) -> bool {
        (self.client.is_none() || self.client == other.client)
            && (self.project.is_none() || self.project == other.project)
            && (self.kind.is_none() || self.kind == other.kind)
    }
}

/// Where an item stands, as far as scopes care.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub client: &'a ClientId,
    pub project: Option<&'a ProjectId>,
    pub kind: Kind,
}

/// A role over a scope. What is not granted is denied.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Grant {
    pub role: Role,
    #[serde(default)]
    pub scope: Scope,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    /// IANA time zone, for example `Europe/Amsterdam`.
    pub time_zone: String,
    /// Those that this version knows; what is not granted is denied.
    #[serde(deserialize_with = "known_grants")]
    pub grants: Vec<Grant>,
    #[serde(default)]
    pub disabled: bool,
    /// Names of the journey groups the person decides for, for example `legal`.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Whom the person reports to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lead: Option<PersonId>,
}

/// Passes over grants of roles, or with scopes, that only a newer version knows: the rest of the person can be read.
fn known_grants<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Grant>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Read {
        Known(Grant),
        Newer(IgnoredAny),
    }
    let known = |read| match read {
        Read::Known(grant) => Some(grant),
        Read::Newer(IgnoredAny) => None,
    };
    Ok(Vec::deserialize(deserializer)?.into_iter().filter_map(known).collect())
}

impl Person {
    /// Whether a grant of `role` reaches `place`. A disabled person holds nothing.
    #[inline]
    pub fn holds(&self, role: Role, place: Place<'_>) -> bool {
        self.holds_any(&[role], place)
    }

    /// Whether a grant of any of these roles reaches `place`.
    #[inline]
    pub fn holds_any(&self, roles: &[Role], place: Place<'_>) -> bool {
        let reaches = |grant: &Grant| roles.contains(&grant.role) && grant.scope.covers(place);
        !self.disabled && self.grants.iter().any(reaches)
    }

    fn roles(&self) -> Roles {
        self.grants.iter().fold(Roles::of(&[]), |roles, grant| roles.or(Roles::of(&[grant.role])))
    }

    pub fn is_staff(&self) -> bool {
        self.grants.iter().any(|grant| grant.role.is_staff())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    /// The prefix of the client's references, for example `ACME` in `ACME-142`.
    pub code: String,
    /// The client's segment, for example `enterprise`.
    pub cohort: String,
    /// The member of staff who is responsible for the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub owner: Option<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Project {
    pub id: ProjectId,
    pub client: ClientId,
    pub name: String,
}

/// The people that rules look up, and who is responsible for which client. Ordered by id, so that every pass over it is
/// the same everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Sorted by id, each once.
    people: Vec<Person>,
    /// Where staff stand in `people`, few beside the clients' contacts, and the roles that each has somewhere.
    staff: Vec<(usize, Roles)>,
    client_owners: BTreeMap<ClientId, PersonId>,
}

impl People {
    /// Of two people with one id, the later counts.
    pub fn new(people: impl IntoIterator<Item = Person>) -> Self {
        let by_id: BTreeMap<PersonId, Person> =
            people.into_iter().map(|person| (person.id.clone(), person)).collect();
        let people: Vec<Person> = by_id.into_values().collect();
        let staff = people.iter().enumerate().filter(|(_, person)| person.is_staff());
        let staff = staff.map(|(at, person)| (at, person.roles())).collect();
        Self { people, staff, client_owners: BTreeMap::new() }
    }

    /// With those who are responsible for these clients.
    #[must_use]
    pub fn with_clients<'a>(mut self, clients: impl IntoIterator<Item = &'a Client>) -> Self {
        self.client_owners = clients
            .into_iter()
            .filter_map(|client| Some((client.id.clone(), client.owner.clone()?)))
            .collect();
        self
    }

    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        let at = self.people.binary_search_by(|person| person.id.cmp(id)).ok()?;
        self.people.get(at)
    }

    /// Everybody, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }

    /// The members of staff who have one of these roles somewhere, in the order of their ids.
    pub(crate) fn staff_with(&self, roles: Roles) -> impl Iterator<Item = &Person> {
        self.staff.iter().filter(move |(_, theirs)| theirs.meet(roles)).map(|(at, _)| &self.people[*at])
    }

    /// The name to show; an id that nobody has is shown as it is.
    pub fn name<'a>(&'a self, id: &'a PersonId) -> &'a str {
        self.get(id).map_or(id.as_str(), |person| &person.name)
    }

    pub fn client_owner(&self, client: &ClientId) -> Option<&PersonId> {
        self.client_owners.get(client)
    }

    /// Whom the person reports to.
    pub fn lead_of(&self, id: &PersonId) -> Option<&PersonId> {
        self.get(id)?.lead.as_ref()
    }
}
