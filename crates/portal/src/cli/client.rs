//! `client`: the companies that the organisation works for, and their projects.

use super::command_line;
use super::exit::{Exit, Unclear};
use crate::environment::Environment;
use clap::Subcommand;
use postern_domain::{Client, ClientId, Person, Project, ProjectId};
use postern_portal_store::Store;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: ClientCommand,
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    /// Add a client.
    Add {
        /// The prefix of the client's references, for example ACME.
        code: String,
        /// The client's name.
        name: String,
        /// The client's segment, for example enterprise.
        #[arg(long, default_value = "general")]
        cohort: String,
        /// E-mail address of the member of staff who is responsible for the client.
        #[arg(long, value_name = "EMAIL")]
        owner: Option<String>,
    },
    /// Add a project of a client; its id is printed.
    AddProject {
        /// The client's code.
        code: String,
        /// The project's name.
        name: String,
    },
    /// List all clients and their projects.
    List {
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    match args.command {
        ClientCommand::Add { code, name, cohort, owner } => {
            let owner = match owner {
                Some(email) => {
                    let person = store.person_by_email(&email).await?.filter(Person::is_staff);
                    let unknown = || Unclear(format!("nobody on the staff has the address \"{email}\""));
                    Some(person.ok_or_else(unknown)?.id)
                }
                None => None,
            };
            let client = Client { id: ClientId(environment.id()), name, code, cohort, owner };
            store.add_client(&client, &command_line(), environment.now()).await?;
            println!("{}", client.id);
        }
        ClientCommand::AddProject { code, name } => {
            let directory = store.directory().await?;
            let client = directory.clients.values().find(|client| client.code == code);
            let client =
                client.ok_or_else(|| Unclear(format!("there is no client with the code \"{code}\"")))?;
            let project = Project { id: ProjectId(environment.id()), client: client.id.clone(), name };
            store.add_project(&project, &command_line(), environment.now()).await?;
            println!("{}", project.id);
        }
        ClientCommand::List { json } => list(&store, json).await?,
    }
    store.close().await;
    Ok(Exit::Done)
}

async fn list(store: &Store, json: bool) -> anyhow::Result<()> {
    let directory = store.directory().await?;
    let (clients, projects) = (directory.clients.values(), directory.projects.values());
    if json {
        let all = serde_json::json!({
            "clients": clients.collect::<Vec<_>>(),
            "projects": projects.collect::<Vec<_>>(),
        });
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for client in clients {
        println!("{}  {}  ({})", client.code, client.name, client.cohort);
        for project in projects.clone().filter(|project| project.client == client.id) {
            println!("    {}  {}", project.id, project.name);
        }
    }
    Ok(())
}
