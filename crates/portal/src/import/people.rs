//! The people and clients of a log: every different name becomes one.

use super::log::{Attributes, LogEvent};
use super::mapping::{Mapping, grants};
use postern_domain::{Actor, Client, ClientId, Grant, Person, PersonId, Role, Scope};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub struct Book<'a> {
    mapping: &'a Mapping,
    people: BTreeMap<PersonId, Person>,
    emails: BTreeSet<String>,
    by_name: HashMap<String, PersonId>,
    clients: HashMap<String, Client>,
    codes: BTreeSet<String>,
    /// Owns what has no owner of its own.
    pub owner: Option<PersonId>,
    pub suggested: BTreeSet<PersonId>,
}

impl<'a> Book<'a> {
    /// `taken` are e-mail addresses and client codes that the portal has already.
    pub fn new(mapping: &'a Mapping, taken_emails: BTreeSet<String>, taken_codes: BTreeSet<String>) -> Self {
        let mut book = Self {
            mapping,
            people: BTreeMap::new(),
            emails: taken_emails,
            by_name: HashMap::new(),
            clients: HashMap::new(),
            codes: taken_codes,
            owner: None,
            suggested: BTreeSet::new(),
        };
        for extra in &mapping.people.also {
            let id = book.person(&extra.name, &grants(&extra.grants), &extra.groups);
            if extra.owner {
                book.owner = Some(id.clone());
            }
            if extra.suggested {
                book.suggested.insert(id);
            }
        }
        book
    }

    /// Who did an event: a machine, or the person that the mapping makes of resource and role.
    pub fn actor(&mut self, event: &LogEvent, client: &ClientId) -> Actor {
        let resource = event.resource.as_deref().unwrap_or_default();
        if self.mapping.people.systems.iter().any(|system| system == resource) {
            return Actor::System(resource.to_lowercase());
        }
        let role = event.role.as_deref().unwrap_or_default();
        if resource.is_empty() && role.is_empty() {
            return Actor::System("import".to_owned());
        }
        let name =
            self.mapping.people.name.replace("{resource}", resource).replace("{role}", &title_case(role));
        let rule = self.mapping.people.roles.get(role).cloned().unwrap_or_default();
        let mut granted = grants(&rule.grants);
        for grant in granted.iter_mut().filter(|grant| !grant.role.is_staff()) {
            grant.scope = Scope { client: Some(client.clone()), ..Scope::EVERYTHING };
        }
        let id = self.person(name.trim(), &granted, &rule.groups);
        if rule.owner && self.owner.is_none() {
            self.owner = Some(id.clone());
        }
        Actor::Person(id)
    }

    fn person(&mut self, name: &str, granted: &[Grant], groups: &[String]) -> PersonId {
        let id = match self.by_name.get(name) {
            Some(id) => id.clone(),
            None => {
                let id = PersonId::new(stable_id("p", &[&self.mapping.name, name]));
                let email = self.free_email(name);
                let person = Person {
                    id: id.clone(),
                    name: name.to_owned(),
                    email,
                    time_zone: self.mapping.people.time_zone.clone(),
                    grants: Vec::new(),
                    disabled: false,
                    groups: Vec::new(),
                    lead: None,
                };
                self.people.insert(id.clone(), person);
                self.by_name.insert(name.to_owned(), id.clone());
                id
            }
        };
        if let Some(person) = self.people.get_mut(&id) {
            for grant in
                granted.iter().filter(|grant| !person.grants.contains(grant)).cloned().collect::<Vec<_>>()
            {
                person.grants.push(grant);
            }
            for group in
                groups.iter().filter(|group| !person.groups.contains(group)).cloned().collect::<Vec<_>>()
            {
                person.groups.push(group);
            }
        }
        id
    }

    fn free_email(&mut self, name: &str) -> String {
        let base = slug(name, '.');
        let base = if base.is_empty() { "person".to_owned() } else { base };
        let domain = &self.mapping.people.email_domain;
        let email = (1..)
            .map(|number| match number {
                1 => format!("{base}@{domain}"),
                number => format!("{base}.{number}@{domain}"),
            })
            .find(|email| !self.emails.contains(email))
            .unwrap_or_default();
        self.emails.insert(email.clone());
        email
    }

    /// The client of a case, and whether it is seen for the first time.
    pub fn client(&mut self, attributes: &Attributes) -> (Client, bool) {
        let name = fill(&self.mapping.client.name, attributes);
        if let Some(client) = self.clients.get(&name) {
            return (client.clone(), false);
        }
        let wanted: String = fill(&self.mapping.client.code, attributes)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(8)
            .collect::<String>()
            .to_uppercase();
        let wanted = if wanted.is_empty() { "IMP".to_owned() } else { wanted };
        let code = (1..)
            .map(|number| if number == 1 { wanted.clone() } else { format!("{wanted}{number}") })
            .find(|code| !self.codes.contains(code))
            .unwrap_or_default();
        self.codes.insert(code.clone());
        let client = Client {
            id: ClientId::new(stable_id("c", &[&self.mapping.name, &name])),
            name: name.clone(),
            code,
            cohort: fill(&self.mapping.client.cohort, attributes),
            owner: None,
        };
        self.clients.insert(name, client.clone());
        (client, true)
    }

    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// The roles to show beside an account, highest last.
    pub fn roles(person: &Person) -> Vec<Role> {
        let roles: BTreeSet<Role> = person.grants.iter().map(|grant| grant.role).collect();
        roles.into_iter().collect()
    }
}

/// Replaces `{attribute}` by the attribute's value, or by nothing.
pub fn fill(template: &str, attributes: &Attributes) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((key, tail)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        text.push_str(attributes.get(key).map_or("", String::as_str));
        rest = tail;
    }
    text.push_str(rest);
    text.trim().to_owned()
}

/// An id that the same source always gets again.
pub fn stable_id(prefix: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("{prefix}-{}", &hex::encode(hash.finalize())[..20])
}

fn slug(text: &str, separator: char) -> String {
    let mut slug = String::new();
    for character in text.to_lowercase().chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with(separator) {
            slug.push(separator);
        }
    }
    slug.trim_end_matches(separator).to_owned()
}

/// `BUDGET OWNER` and `PRE_APPROVER` as people write them: `Budget owner`, `Pre approver`.
fn title_case(text: &str) -> String {
    let lower = text.replace('_', " ").to_lowercase();
    let mut characters = lower.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
