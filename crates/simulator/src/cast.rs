//! Who is in every simulated world: an organisation small enough to be looked through, with every kind of scope.

use postern_domain::{
    Assignment, Client, ClientId, Deciders, Grant, Journey, Kind, Person, PersonId, Quorum, Role, Scope,
    Stage, Step,
};

pub const PASSWORD: &str = "correct horse battery";

/// Whose the template's profiles are. Two people have two consoles each.
pub const PROFILES: [&str; 6] = ["olga", "abel", "lea", "gus", "olga", "abel"];

pub const STAFF: [&str; 5] = ["olga", "abel", "lea", "gus", "ines"];

pub fn clients() -> [Client; 2] {
    [client("acme", "Acme Corporation", Some("olga")), client("globex", "Globex Industries", Some("gus"))]
}

fn client(id: &str, name: &str, owner: Option<&str>) -> Client {
    Client {
        id: ClientId::from(id),
        name: name.to_owned(),
        code: id.to_uppercase(),
        cohort: "enterprise".to_owned(),
        owner: owner.map(PersonId::from),
    }
}

pub fn people() -> Vec<Person> {
    vec![
        person("olga", grants(&[(Role::InternalOwner, everywhere())])),
        person("abel", grants(&[(Role::InternalApprover, everywhere())])),
        person("lea", grants(&[(Role::TeamLead, everywhere()), (Role::PortalAdmin, everywhere())])),
        person("gus", grants(&[(Role::InternalOwner, at("globex"))])),
        person(
            "ines",
            grants(&[(Role::InternalApprover, for_kind(Kind::Invoice)), (Role::InternalOwner, at("acme"))]),
        ),
        person("carla", grants(&[(Role::Client, at("acme"))])),
        person("gina", grants(&[(Role::Client, at("globex"))])),
    ]
}

fn person(id: &str, grants: Vec<Grant>) -> Person {
    Person {
        id: PersonId::from(id),
        name: id.to_owned(),
        email: format!("{id}@example.com"),
        time_zone: "Europe/Amsterdam".to_owned(),
        grants,
        disabled: false,
        groups: Vec::new(),
        lead: (id != "lea").then(|| PersonId::from("lea")),
    }
}

pub fn grants(of: &[(Role, Scope)]) -> Vec<Grant> {
    of.iter().map(|(role, scope)| Grant { role: *role, scope: scope.clone() }).collect()
}

pub fn everywhere() -> Scope {
    Scope::EVERYTHING
}

pub fn at(client: &str) -> Scope {
    Scope { client: Some(ClientId::from(client)), ..Scope::EVERYTHING }
}

pub fn for_kind(kind: Kind) -> Scope {
    Scope { kind: Some(kind), ..Scope::EVERYTHING }
}

/// Besides the built-in journey: two approvals at once, and a pool that somebody takes from.
pub fn journeys() -> [Journey; 2] {
    let approvers = || vec![Deciders::Role(Role::InternalApprover), Deciders::Role(Role::TeamLead)];
    let mut both = Stage::of_one("both", "Two of them", Vec::new(), None);
    both.steps = vec![Step { quorum: Quorum::AtLeast(2), ..Step::new("both", "Two of them", approvers()) }];
    let mut pool = Stage::of_one("pool", "Whoever takes it", Vec::new(), None);
    pool.steps =
        vec![Step { assignment: Assignment::Pool, ..Step::new("pool", "Whoever takes it", approvers()) }];
    let owner = || Stage::of_one("owner", "Owner", vec![Deciders::Owner], None);
    [
        Journey::of_stages("pair", "Two approvals", vec![both, owner()]),
        Journey::of_stages("pool", "From the pool", vec![pool]),
    ]
}
