//! What was made, counted while it was made.

use super::organisation::{NAME, Organisation};
use postern_domain::metrics::NormSamples;
use postern_domain::{Item, Norms, Person, Role, StageNorm, Timestamp, stuck};
use std::fmt;

/// The outcome of one run, as it is printed as JSON.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Report {
    pub organisation: String,
    /// Staff who can sign in, and the contacts of the first client.
    pub accounts: Vec<AccountLine>,
    pub clients: usize,
    pub projects: usize,
    pub items: u64,
    pub open: u64,
    /// Open and past due at the end of history.
    pub overdue: u64,
    /// Open, and past due or slower than usual, then.
    pub stuck: u64,
    pub events: u64,
    /// How long the run took.
    pub seconds: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AccountLine {
    pub email: String,
    pub name: String,
    pub roles: Vec<Role>,
    pub time_zone: String,
    /// The account to begin with.
    pub suggested: bool,
}

/// Counts items as they pass. Keeps no more than what open items need for being judged stuck.
#[derive(Default)]
pub struct Tally {
    pub items: u64,
    events: u64,
    open: Vec<Item>,
    samples: NormSamples,
}

impl Tally {
    /// How long the items stayed at each stage; forgets it.
    pub fn take_norms(&mut self) -> Vec<StageNorm> {
        std::mem::take(&mut self.samples).norms()
    }

    pub fn add(&mut self, item: &Item, events: usize) {
        self.items += 1;
        self.samples.add(item);
        self.events += events as u64;
        if item.phase.is_open() {
            self.open.push(Item {
                title: String::new(),
                description: String::new(),
                comments: Vec::new(),
                history: Vec::new(),
                closed_reviews: Vec::new(),
                attachments: Vec::new(),
                fields: Default::default(),
                ..item.clone()
            });
        }
    }

    pub fn report(&self, organisation: &Organisation, norms: &Norms, now: Timestamp, seconds: f64) -> Report {
        let count = |test: &dyn Fn(&Item) -> bool| self.open.iter().filter(|item| test(item)).count() as u64;
        Report {
            organisation: NAME.to_owned(),
            accounts: accounts(organisation),
            clients: organisation.clients.len(),
            projects: organisation.clients.iter().map(|account| account.projects.len()).sum(),
            items: self.items,
            open: self.open.len() as u64,
            overdue: count(&|item| item.is_overdue(now)),
            stuck: count(&|item| stuck(item, norms, now).is_some()),
            events: self.events,
            seconds,
        }
    }
}

fn accounts(organisation: &Organisation) -> Vec<AccountLine> {
    let staff = organisation.staff.iter().map(|staff| &staff.person).filter(|person| !person.disabled);
    let contacts = organisation.clients.iter().take(1).flat_map(|account| &account.contacts);
    let line = |person: &Person| {
        let mut roles: Vec<Role> = person.grants.iter().map(|grant| grant.role).collect();
        roles.sort_unstable();
        roles.dedup();
        AccountLine {
            email: person.email.clone(),
            name: person.name.clone(),
            roles,
            time_zone: person.time_zone.clone(),
            suggested: person.id == organisation.suggested,
        }
    };
    staff.chain(contacts).map(line).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} items of {} clients in {} projects; {} are open, {} overdue, {} stuck. {} events, {:.1} s.",
            self.organisation,
            self.items,
            self.clients,
            self.projects,
            self.open,
            self.overdue,
            self.stuck,
            self.events,
            self.seconds
        )?;
        writeln!(f, "\nAccounts; the one marked with * is a good one to begin with:")?;
        for account in &self.accounts {
            let roles: Vec<String> = account.roles.iter().map(|role| role_name(*role)).collect();
            let mark = if account.suggested { '*' } else { ' ' };
            writeln!(f, "{mark} {:<50} {:<34} {}", account.email, roles.join(", "), account.name)?;
        }
        Ok(())
    }
}

fn role_name(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{role:?}"),
    }
}
