//! `init`: a new portal and its first admin.

use super::exit::Exit;
use super::password;
use crate::auth::{PasswordCost, hash_password};
use crate::environment::Environment;
use postern_domain::{Grant, Person, PersonId, Role, Scope};
use postern_portal_store::{Founding, Store, StoreError};
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The organisation's name, as people will see it.
    #[arg(long, value_name = "NAME")]
    organisation: String,
    /// The first admin's e-mail address. The password is asked for, or read from standard input.
    #[arg(long, value_name = "EMAIL")]
    admin: String,
    /// The first admin's name [default: the e-mail address].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let password = password::ask(&args.admin)?;
    let hash = hash_password(&password, PasswordCost::Full, environment)?;
    let founding = Founding {
        organisation: args.organisation,
        epoch: environment.epoch(),
        key_seed: environment.bytes(),
        at: environment.now(),
    };
    let store = match Store::create(data, founding).await {
        Err(already @ StoreError::AlreadyInitialised { .. }) => begun_before(data).await?.ok_or(already)?,
        created => created?,
    };
    let grants = [Role::PortalAdmin, Role::TeamLead].map(|role| Grant { role, scope: Scope::EVERYTHING });
    let admin = Person {
        id: PersonId(environment.id()),
        name: args.name.unwrap_or_else(|| args.admin.clone()),
        email: args.admin,
        time_zone: "UTC".to_owned(),
        grants: grants.into(),
        disabled: false,
        groups: Vec::new(),
        lead: None,
    };
    store.add_person(&admin, Some(&hash), &super::command_line(), environment.now()).await?;
    store.close().await;
    println!(
        "A new portal is in {}. Start it with: postern-portal --data {} serve",
        data.display(),
        data.display()
    );
    Ok(Exit::Done)
}

/// The portal of an earlier attempt that was interrupted before it had its admin. None if there are people in it.
async fn begun_before(data: &Path) -> Result<Option<Store>, StoreError> {
    let store = Store::open(data).await?;
    let is_empty = store.directory().await?.people().iter().next().is_none();
    Ok(is_empty.then_some(store))
}
