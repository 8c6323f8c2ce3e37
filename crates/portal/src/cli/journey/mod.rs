//! `journey`: the workflows of items, as documents.

mod document;
mod migrate;
mod publish;
mod show;

use super::exit::Exit;
use crate::administration::replay::replay;
use crate::environment::Environment;
use clap::Subcommand;
use document::Document;
use postern_domain::schema;
use postern_portal_store::Store;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: JourneyCommand,
}

#[derive(Debug, Subcommand)]
enum JourneyCommand {
    /// List the journeys of this portal and their versions.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Print the document of a journey: of this portal, or, with --shipped, one that comes with Postern.
    Show {
        /// Its key, for example invoice-approval; without one, the shipped ones are listed.
        key: Option<String>,
        /// The version [default: the newest].
        #[arg(long)]
        version: Option<u32>,
        #[arg(long, conflicts_with = "version")]
        shipped: bool,
        /// Print its golden cases instead.
        #[arg(long)]
        cases: bool,
    },
    /// Check a document against this portal's people and calendars, and run its golden cases.
    Check(Document),
    /// Say what past items would have done differently under a document, and the digest of it that publishing asks for.
    Replay(Document),
    /// Check, test, and publish a document as the next version. Items in flight stay on theirs.
    Publish {
        #[command(flatten)]
        document: Document,
        #[command(flatten)]
        wish: publish::Wish,
    },
    /// Move items in flight from one version to another. Repeat it after an interruption: it goes on.
    Migrate(migrate::Args),
    /// Check, test and replay an earlier version against today's people and calendars, and publish it again, as the next
    /// one. Without --cohort, for those that it was published for.
    RollBack {
        key: String,
        /// The version to go back to.
        version: u32,
        /// Golden cases in the place of those that it was published with.
        #[arg(long, value_name = "FILE")]
        cases: Option<std::path::PathBuf>,
        #[command(flatten)]
        wish: publish::Wish,
    },
    /// Print the JSON Schema of documents, for editors that complete and check while you write.
    Schema,
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    match &args.command {
        JourneyCommand::Show { key, shipped: true, cases, .. } => {
            return show::show_shipped(key.as_deref(), *cases);
        }
        JourneyCommand::Schema => {
            println!("{}", serde_json::to_string_pretty(&schema())?);
            return Ok(Exit::Done);
        }
        _ => {}
    }
    let store = Store::open(data).await?;
    let directory = store.directory().await?;
    let done = match args.command {
        JourneyCommand::Schema => Exit::Done,
        JourneyCommand::List { json } => show::list(&store, &directory, json).await?,
        JourneyCommand::Show { key, version, cases, .. } => {
            show::show(&store, &directory, key.as_deref(), version, cases).await?
        }
        JourneyCommand::Check(document) => {
            let draft = document.draft(&directory)?;
            document::tell(&draft.journey.key, &draft.check());
            if draft.is_sound() { Exit::Done } else { Exit::Found }
        }
        JourneyCommand::Replay(document) => {
            let draft = document.draft(&directory)?;
            publish::tell(&replay(&store, &directory, &draft.journey).await?);
            Exit::Done
        }
        JourneyCommand::Publish { document, wish } => {
            let draft = document.draft(&directory)?;
            publish::publish(&store, &directory, environment, &draft, &wish).await?
        }
        JourneyCommand::Migrate(args) => migrate::run(&store, environment, &args).await?,
        JourneyCommand::RollBack { key, version, cases, wish } => {
            publish::roll_back(&store, &directory, environment, (&key, version), cases.as_deref(), &wish)
                .await?
        }
    };
    store.close().await;
    Ok(done)
}
