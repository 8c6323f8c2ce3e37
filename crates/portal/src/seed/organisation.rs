//! The sample organisation: staff, clients with their contacts and projects, journeys.

use super::dice::Dice;
use super::journeys::{CREATIVE, DIRECTORS, FINANCE, Journeys, LEGAL};
use super::names::{
    CLIENT_FIRST, CLIENT_SECOND, CLIENT_ZONES, CLIENTS, COHORTS, FIRST, LAST, PROJECTS, Post, STAFF,
};
use chrono_tz::{Europe, Tz};
use postern_domain::{
    Client, ClientId, DAY_MS, Grant, Kind, People, Person, PersonId, Project, ProjectId, Role, Scope,
    Timestamp,
};
use std::collections::{BTreeSet, HashMap};

pub const NAME: &str = "Northlight Partners";
/// Where the days of the sample begin.
pub const HOME: Tz = Europe::Amsterdam;
const DOMAIN: &str = "northlight.example";
/// The former employee left so long before now.
const LEFT_DAYS: i64 = 61;

pub struct Organisation {
    pub staff: Vec<Staff>,
    pub clients: Vec<Account>,
    pub journeys: Journeys,
    /// The one to try things with: leads a team, approves, and has a queue with a bit of everything.
    pub suggested: PersonId,
    /// Was an account manager, and has left.
    pub former: PersonId,
    /// When the former employee's account was disabled.
    pub left_at: Timestamp,
    places: HashMap<PersonId, usize>,
}

pub struct Staff {
    pub person: Person,
    pub post: Post,
    pub zone: Tz,
    /// How long this person takes, compared with others.
    pub pace: f64,
}

/// A client with everything that belongs to it.
pub struct Account {
    pub client: Client,
    pub projects: Vec<Project>,
    pub contacts: Vec<Person>,
    pub zone: Tz,
    /// The account manager.
    pub owner: PersonId,
    /// How much of the work comes from here.
    pub weight: u32,
    /// How long things take with this client, compared with others.
    pub pace: f64,
    /// Those whom a decision about this client's items can concern: all staff, and its own contacts; before the
    /// former employee left, and after.
    surroundings: [postern_domain::Organisation; 2],
}

impl Account {
    /// Everybody and everything that decisions about this client's items depend on.
    pub fn surroundings(&self, after_leaving: bool) -> &postern_domain::Organisation {
        &self.surroundings[usize::from(after_leaving)]
    }
}

impl Organisation {
    /// As large as so many items need.
    pub fn new(seed: u64, items: usize, now: Timestamp) -> Self {
        let mut dice = Dice::new(seed, u64::MAX);
        let count = clients_for(items);
        let mut names = ClientNames::default();
        let clients: Vec<(Client, Tz)> = (0..count).map(|place| names.next(place, &mut dice)).collect();
        let mut staff: Vec<Staff> = STAFF[..staff_for(items)]
            .iter()
            .enumerate()
            .map(|(place, row)| hire(place, *row, &clients, &mut dice))
            .collect();
        report_to_leads(&mut staff);
        let managers: Vec<usize> = staff
            .iter()
            .enumerate()
            .filter(|(_, staff)| matches!(staff.post, Post::AccountManager | Post::Former))
            .map(|(place, _)| place)
            .collect();
        let owners: Vec<usize> = (0..count).map(|place| managers[place % managers.len()]).collect();
        for (order, place) in managers.iter().enumerate() {
            // Every third account manager sees their own clients only.
            let own =
                clients.iter().zip(&owners).filter(|(_, owner)| *owner == place).map(|(client, _)| client);
            staff[*place].person.grants = if order % 3 == 1 {
                own.map(|(client, _)| for_client(Role::InternalOwner, &client.id)).collect()
            } else {
                vec![everywhere(Role::InternalOwner)]
            };
        }
        let accounts = clients
            .into_iter()
            .zip(owners)
            .map(|((client, zone), owner)| {
                open_account(client, zone, &staff[owner].person, &staff, &mut dice)
            })
            .collect();
        let former = staff.iter().find(|staff| staff.post == Post::Former);
        Self {
            suggested: staff[0].person.id.clone(),
            former: former.unwrap_or(&staff[0]).person.id.clone(),
            places: staff.iter().enumerate().map(|(at, each)| (each.person.id.clone(), at)).collect(),
            staff,
            clients: accounts,
            journeys: Journeys::new(),
            left_at: now.plus_ms(-LEFT_DAYS * DAY_MS),
        }
    }

    /// Staff first, then the contacts of all clients.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        let staff = self.staff.iter().map(|staff| &staff.person);
        staff.chain(self.clients.iter().flat_map(|account| &account.contacts))
    }

    pub fn colleague(&self, id: &PersonId) -> Option<&Staff> {
        self.places.get(id).map(|place| &self.staff[*place])
    }
}

/// Everybody but the leads themselves reports to one of them, in turn.
fn report_to_leads(staff: &mut [Staff]) {
    let is_lead = |staff: &Staff| matches!(staff.post, Post::Lead | Post::LeadAndApprover);
    let leads: Vec<PersonId> =
        staff.iter().filter(|each| is_lead(each)).map(|each| each.person.id.clone()).collect();
    for (place, each) in staff.iter_mut().filter(|each| !is_lead(each)).enumerate() {
        each.person.lead = leads.get(place % leads.len().max(1)).cloned();
    }
}

fn clients_for(items: usize) -> usize {
    (24 + items / 1_500).min(320)
}

fn staff_for(items: usize) -> usize {
    let size = ((items.max(1) as f64 / 300.0).log10() / 2.2).clamp(0.0, 1.0);
    (20.0 + size * (STAFF.len() - 20) as f64).round() as usize
}

fn hire(
    place: usize,
    (name, address, zone, post): (&str, &str, Tz, Post),
    clients: &[(Client, Tz)],
    dice: &mut Dice,
) -> Staff {
    let (grants, groups) = match post {
        Post::LeadAndApprover => {
            (vec![everywhere(Role::TeamLead), everywhere(Role::InternalApprover)], vec![DIRECTORS.to_owned()])
        }
        Post::Lead => (vec![everywhere(Role::TeamLead)], Vec::new()),
        Post::Admin => (vec![everywhere(Role::PortalAdmin)], Vec::new()),
        // Account managers are granted their clients once these are shared out.
        Post::AccountManager | Post::Former => (Vec::new(), Vec::new()),
        Post::Finance => (vec![for_kind(Role::InternalApprover, Kind::Invoice)], vec![FINANCE.to_owned()]),
        Post::Legal => (vec![everywhere(Role::InternalApprover)], vec![LEGAL.to_owned()]),
        Post::Creative => {
            (vec![for_kind(Role::InternalApprover, Kind::Deliverable)], vec![CREATIVE.to_owned()])
        }
        Post::Specialist => (vec![everywhere(Role::InternalApprover)], Vec::new()),
        Post::SpecialistForTickets => (vec![for_kind(Role::InternalApprover, Kind::Ticket)], Vec::new()),
        Post::SpecialistForClients => {
            let some = clients.iter().skip(place % 5).step_by(5).take(12);
            (some.map(|(client, _)| for_client(Role::InternalApprover, &client.id)).collect(), Vec::new())
        }
    };
    // One specialist and one account manager are clearly the slowest.
    let pace = match address {
        "mara.lindqvist" => 0.8,
        "lucas.vandenberg" => 3.4,
        "grzegorz.b" => 2.6,
        _ => 0.7 + 0.6 * dice.unit(),
    };
    let person = Person {
        id: PersonId::new(address.replace('.', "-")),
        name: name.to_owned(),
        email: format!("{address}@{DOMAIN}"),
        time_zone: zone.name().to_owned(),
        grants,
        disabled: post == Post::Former,
        groups,
        lead: None,
    };
    Staff { person, post, zone, pace }
}

fn open_account(client: Client, zone: Tz, owner: &Person, staff: &[Staff], dice: &mut Dice) -> Account {
    let cohort = COHORTS.iter().position(|cohort| *cohort == client.cohort).unwrap_or_default();
    let host = format!("{}.example", client.id.as_str());
    let contacts = contacts(&client, &host, zone, dice);
    let mut projects: Vec<Project> = Vec::new();
    for _ in 0..dice.between(1, 4) {
        let name = *PROJECTS.get(dice.below(PROJECTS.len())).unwrap_or(&PROJECTS[0]);
        if projects.iter().all(|project| project.name != name) {
            let id = ProjectId::new(format!("{}-{}", client.id, projects.len() + 1));
            projects.push(Project { id, client: client.id.clone(), name: name.to_owned() });
        }
    }
    let client = Client { owner: Some(owner.id.clone()), ..client };
    let surroundings = [false, true].map(|after| {
        let present =
            |staff: &Staff| Person { disabled: staff.person.disabled && after, ..staff.person.clone() };
        let people = People::new(staff.iter().map(present).chain(contacts.iter().cloned()));
        postern_domain::Organisation::of(people.with_clients([&client]))
    });
    Account {
        weight: [9, 5, 5, 3, 2][cohort] * u32::try_from(dice.between(2, 10)).unwrap_or(1),
        pace: [1.15, 0.95, 1.7, 0.6, 0.9][cohort],
        owner: owner.id.clone(),
        client,
        projects,
        contacts,
        zone,
        surroundings,
    }
}

fn contacts(client: &Client, host: &str, zone: Tz, dice: &mut Dice) -> Vec<Person> {
    let mut taken = BTreeSet::new();
    let mut contacts = Vec::new();
    for place in 0..dice.between(2, 4) {
        let ((first, first_ascii), (last, last_ascii)) =
            (FIRST[dice.below(FIRST.len())], LAST[dice.below(LAST.len())]);
        let address = format!("{first_ascii}.{last_ascii}");
        if !taken.insert(address.clone()) {
            continue;
        }
        let role = if place == 0 { Role::ClientAdmin } else { Role::Client };
        contacts.push(Person {
            id: PersonId::new(format!("{}-{first_ascii}-{last_ascii}", client.id)),
            name: format!("{first} {last}"),
            email: format!("{address}@{host}"),
            time_zone: zone.name().to_owned(),
            grants: vec![for_client(role, &client.id)],
            disabled: false,
            groups: Vec::new(),
            lead: None,
        });
    }
    contacts
}

/// Gives clients names and codes that no other has.
#[derive(Default)]
struct ClientNames {
    names: BTreeSet<String>,
    codes: BTreeSet<String>,
}

impl ClientNames {
    fn next(&mut self, place: usize, dice: &mut Dice) -> (Client, Tz) {
        let (name, code, cohort, zone) = match CLIENTS.get(place) {
            Some((name, code, cohort, zone)) => ((*name).to_owned(), (*code).to_owned(), *cohort, *zone),
            None => self.invented(dice),
        };
        self.names.insert(name.clone());
        self.codes.insert(code.clone());
        let id = ClientId::new(code.to_lowercase());
        (Client { id, name, code, cohort: COHORTS[cohort].to_owned(), owner: None }, zone)
    }

    fn invented(&self, dice: &mut Dice) -> (String, String, usize, Tz) {
        let name = loop {
            let name = format!(
                "{} {}",
                CLIENT_FIRST[dice.below(CLIENT_FIRST.len())],
                CLIENT_SECOND[dice.below(CLIENT_SECOND.len())]
            );
            if !self.names.contains(&name) {
                break name;
            }
        };
        let letters: Vec<char> = name.chars().filter(char::is_ascii_alphabetic).collect();
        let code = (2..=6)
            .map(|length| {
                letters[..2].iter().chain(&letters[letters.len() - length..]).take(6).collect::<String>()
            })
            .chain(('A'..='Z').flat_map(|end| ('A'..='Z').map(move |last| format!("{end}Q{last}"))))
            .map(|code| code.to_uppercase())
            .find(|code| !self.codes.contains(code))
            .unwrap_or_else(|| format!("C{}", self.codes.len()));
        let zone = dice.zone(&CLIENT_ZONES);
        (name, code, dice.weighted([3, 8, 3, 4, 2].into_iter()), zone)
    }
}

fn everywhere(role: Role) -> Grant {
    Grant { role, scope: Scope::EVERYTHING }
}

fn for_kind(role: Role, kind: Kind) -> Grant {
    Grant { role, scope: Scope { kind: Some(kind), ..Scope::EVERYTHING } }
}

fn for_client(role: Role, client: &ClientId) -> Grant {
    Grant { role, scope: Scope { client: Some(client.clone()), ..Scope::EVERYTHING } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_shares_an_address_and_no_clients_share_a_code() {
        for items in [10, 2_000, 1_000_000] {
            let organisation = Organisation::new(7, items, Timestamp(1_750_000_000_000));
            let (mut ids, mut mails, mut codes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for person in organisation.people() {
                assert!(ids.insert(&person.id), "{}", person.id);
                assert!(mails.insert(&person.email), "{}", person.email);
                assert!(!person.grants.is_empty(), "{} can do nothing", person.name);
            }
            for account in &organisation.clients {
                let code = &account.client.code;
                assert!(codes.insert(code), "{code}");
                assert!((2..=6).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase()));
                assert!(!account.contacts.is_empty() && !account.projects.is_empty());
            }
        }
    }

    #[test]
    fn the_organisation_grows_with_its_work() {
        let size = |items| {
            let organisation = Organisation::new(7, items, Timestamp(1_750_000_000_000));
            (
                organisation.staff.iter().filter(|staff| !staff.person.disabled).count(),
                organisation.clients.len(),
            )
        };
        assert_eq!(size(1), (19, 24));
        assert_eq!(size(2_000), (27, 25));
        assert_eq!(size(1_000_000), (40, 320));
    }
}
