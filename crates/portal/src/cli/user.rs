//! `user`: people who may sign in, and what they may do.

use super::exit::{Exit, Unclear};
use super::{command_line, grant, password};
use crate::auth::{PasswordCost, hash_password};
use crate::environment::Environment;
use clap::Subcommand;
use postern_domain::{Person, PersonId};
use postern_portal_store::{DirectorySnapshot, PersonChange, Store, StoreError};
use std::path::Path;

const GRANTS: &str = "\
A grant reads role[@client:CODE][@project:ID][@kind:KIND], for example internal_owner@client:ACME or
internal_approver@kind:invoice. Roles: client, client_admin, internal_owner, internal_approver, team_lead, portal_admin.";

#[derive(Debug, clap::Args)]
#[command(after_help = GRANTS)]
pub struct Args {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person; the password is asked for, or read from standard input.
    Add {
        email: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long = "grant", value_name = "GRANT")]
        grants: Vec<String>,
        /// A journey group that the person decides for, for example legal.
        #[arg(long = "group", value_name = "GROUP")]
        groups: Vec<String>,
        #[arg(long, default_value = "UTC", value_name = "ZONE")]
        time_zone: String,
        /// Give no password: the person cannot sign in.
        #[arg(long)]
        no_password: bool,
    },
    /// List everybody.
    List {
        #[arg(long)]
        json: bool,
    },
    /// End a person's sessions and refuse everything from them, at once.
    Disable { email: String },
    /// Let a disabled person in again.
    Enable { email: String },
    /// Say whom somebody reports to; without a lead, nobody. Journeys may ask a submitter's or an owner's lead.
    ReportsTo {
        email: String,
        /// E-mail address of the lead.
        lead: Option<String>,
    },
    /// Set a password; ends the person's sessions.
    SetPassword { email: String },
    /// Give a person a grant.
    Grant { email: String, grant: String },
    /// Take a grant from a person.
    Revoke { email: String, grant: String },
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    let directory = store.directory().await?;
    match args.command {
        UserCommand::Add { email, name, grants, groups, time_zone, no_password } => {
            let time_zone = time_zone.parse::<chrono_tz::Tz>().map_err(|error| Unclear(error.to_string()))?;
            let grants =
                grants.iter().map(|text| grant::parse(text, &directory)).collect::<Result<_, _>>()?;
            let hash = if no_password {
                None
            } else {
                Some(hash_password(&password::ask(&email)?, PasswordCost::Full, environment)?)
            };
            let person = Person {
                id: PersonId(environment.id()),
                name: name.unwrap_or_else(|| email.clone()),
                email,
                time_zone: time_zone.name().to_owned(),
                grants,
                disabled: false,
                groups,
                lead: None,
            };
            store.add_person(&person, hash.as_deref(), &command_line(), environment.now()).await?;
            println!("{}", person.id);
        }
        UserCommand::List { json } => list(&directory, json)?,
        UserCommand::Disable { email } => {
            let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
            change_person(&store, environment, &email, |_| Ok(change)).await?;
        }
        UserCommand::Enable { email } => {
            let change = PersonChange { disabled: Some(false), ..PersonChange::default() };
            change_person(&store, environment, &email, |_| Ok(change)).await?;
        }
        UserCommand::ReportsTo { email, lead } => {
            let lead = match lead {
                Some(lead) => Some(find(&store, &lead).await?.id),
                None => None,
            };
            let change = PersonChange { lead: Some(lead), ..PersonChange::default() };
            change_person(&store, environment, &email, |_| Ok(change)).await?;
        }
        UserCommand::SetPassword { email } => {
            let person = find(&store, &email).await?;
            let hash = hash_password(&password::ask(&email)?, PasswordCost::Full, environment)?;
            store.set_password(&person.id, &hash, &command_line(), environment.now()).await?;
        }
        UserCommand::Grant { email, grant: text } => {
            let grant = grant::parse(&text, &directory)?;
            change_person(&store, environment, &email, |person| {
                let mut grants = person.grants.clone();
                if !grants.contains(&grant) {
                    grants.push(grant);
                }
                Ok(PersonChange { grants: Some(grants), ..PersonChange::default() })
            })
            .await?;
        }
        UserCommand::Revoke { email, grant: text } => {
            let grant = grant::parse(&text, &directory)?;
            change_person(&store, environment, &email, |person| {
                let mut grants = person.grants.clone();
                grants.retain(|held| held != &grant);
                if grants.len() == person.grants.len() {
                    return Err(
                        StoreError::NotFound { what: format!("grant {text} of {}", person.email) }.into()
                    );
                }
                Ok(PersonChange { grants: Some(grants), ..PersonChange::default() })
            })
            .await?;
        }
    }
    store.close().await;
    Ok(Exit::Done)
}

pub(super) async fn find(store: &Store, email: &str) -> anyhow::Result<Person> {
    let person = store.person_by_email(email).await?;
    Ok(person.ok_or_else(|| StoreError::NotFound { what: format!("person with the address {email}") })?)
}

async fn change_person(
    store: &Store,
    environment: &Environment,
    email: &str,
    change: impl FnOnce(&Person) -> anyhow::Result<PersonChange>,
) -> anyhow::Result<()> {
    let person = find(store, email).await?;
    store.change_person(&person.id, &change(&person)?, &command_line(), environment.now()).await?;
    Ok(())
}

fn list(directory: &DirectorySnapshot, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(&directory.people().iter().collect::<Vec<_>>())?);
        return Ok(());
    }
    for person in directory.people().iter() {
        let grants: Vec<_> = person.grants.iter().map(|held| grant::show(held, directory)).collect();
        let state = if person.disabled { "  (disabled)" } else { "" };
        println!("{}  {}  {}{state}", person.email, person.name, grants.join(" "));
    }
    Ok(())
}
