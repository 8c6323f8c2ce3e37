//! `device`: where people are signed in, and shutting a lost device out.

use super::command_line;
use super::exit::Exit;
use super::user::find;
use crate::environment::Environment;
use clap::Subcommand;
use postern_portal_store::{Device, Store};
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: DeviceCommand,
}

#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// List the devices that are signed in, and those that were shut out.
    List {
        /// Only those of this person, by e-mail address.
        #[arg(long, value_name = "EMAIL")]
        person: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Shut a device out: its next request is refused, its cache is wiped, and what it has not sent is refused and kept
    /// here as evidence. Its owner may sign in on it again.
    Revoke {
        /// The session's id, as `device list` shows it.
        session: String,
    },
    /// Show the commands that came from shut out devices of a person.
    Evidence { email: String },
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    match args.command {
        DeviceCommand::List { person, json } => {
            let person = match person {
                Some(email) => Some(find(&store, &email).await?.id),
                None => None,
            };
            list(&store.devices(person.as_ref()).await?, json)?;
        }
        DeviceCommand::Revoke { session } => {
            store.revoke_device(&session, &command_line(), environment.now()).await?
        }
        DeviceCommand::Evidence { email } => {
            for evidence in store.evidence_of(&find(&store, &email).await?.id).await? {
                println!("{}  {}", evidence.received_at, evidence.envelope);
            }
        }
    }
    store.close().await;
    Ok(Exit::Done)
}

fn list(devices: &[Device], json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(devices)?);
        return Ok(());
    }
    for device in devices {
        let state = match (&device.ended_at, &device.ended_why) {
            (None, _) => "signed in".to_owned(),
            (Some(at), why) => format!("{} {at}", why.as_deref().unwrap_or("ended")),
        };
        println!(
            "{}  {}  {}  since {}  {state}",
            device.session, device.email, device.name, device.started_at
        );
    }
    Ok(())
}
