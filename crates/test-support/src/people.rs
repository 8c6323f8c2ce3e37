//! People, clients and projects to work with.

use postern_domain::{
    Actor, Client, ClientId, Grant, Kind, Person, PersonId, Project, ProjectId, Role, Scope,
};

/// Whoever arranges things before a test begins.
pub fn clerk() -> Actor {
    Actor::System("command-line".to_owned())
}

/// A person named after their id, with the address `<id>@example.com` and no grants.
pub fn person(id: &str) -> PersonBuilder {
    PersonBuilder(Person {
        id: PersonId::from(id),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        time_zone: "Europe/Amsterdam".to_owned(),
        grants: Vec::new(),
        disabled: false,
        groups: Vec::new(),
        lead: None,
    })
}

pub struct PersonBuilder(Person);

impl PersonBuilder {
    /// A role everywhere.
    pub fn everywhere(self, role: Role) -> Self {
        self.grant(role, Scope::EVERYTHING)
    }

    pub fn at_client(self, role: Role, client: &Client) -> Self {
        self.grant(role, Scope { client: Some(client.id.clone()), ..Scope::EVERYTHING })
    }

    pub fn at_project(self, role: Role, project: &Project) -> Self {
        self.grant(role, Scope { project: Some(project.id.clone()), ..Scope::EVERYTHING })
    }

    pub fn for_kind(self, role: Role, kind: Kind) -> Self {
        self.grant(role, Scope { kind: Some(kind), ..Scope::EVERYTHING })
    }

    pub fn grant(mut self, role: Role, scope: Scope) -> Self {
        self.0.grants.push(Grant { role, scope });
        self
    }

    pub fn group(mut self, group: &str) -> Self {
        self.0.groups.push(group.to_owned());
        self
    }

    pub fn build(self) -> Person {
        self.0
    }
}

/// A client whose id is its code in lower case.
pub fn client(code: &str, name: &str) -> Client {
    Client {
        id: ClientId(code.to_lowercase()),
        name: name.to_owned(),
        code: code.to_owned(),
        cohort: "enterprise".to_owned(),
        owner: None,
    }
}

pub fn acme() -> Client {
    client("ACME", "Acme Corporation")
}

pub fn globex() -> Client {
    client("GLOBEX", "Globex Industries")
}

pub fn project(id: &str, client: &Client) -> Project {
    Project { id: ProjectId::from(id), client: client.id.clone(), name: id.to_owned() }
}
