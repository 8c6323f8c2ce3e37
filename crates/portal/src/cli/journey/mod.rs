//! `journey`: the workflows of items, as documents.

mod migrate;

use super::command_line;
use super::exit::{Exit, Unclear};
use crate::environment::Environment;
use clap::Subcommand;
use postern_domain::golden::{self, CaseResult, Cases};
use postern_domain::lint::{DEFAULT_CALENDAR, Finding, lint};
use postern_domain::publication::{Advance, Cohorts, Lifecycle};
use postern_domain::route::rerouted;
use postern_domain::{CalendarKey, DocumentError, Item, Journey, JourneyKey, change, shipped_documents};
use postern_portal_store::{DirectorySnapshot, Publication, Store};
use postern_protocol::PublishedJourney;
use std::path::{Path, PathBuf};

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
    /// Say what past items would have done differently under a document.
    Replay(Document),
    /// Check, test, and publish a document as the next version. Items in flight stay on theirs.
    Publish {
        #[command(flatten)]
        document: Document,
        /// Only for new items of clients of this cohort; may be repeated.
        #[arg(long = "cohort", value_name = "COHORT")]
        cohorts: Vec<String>,
    },
    /// Move items in flight from one version to another. Repeat it after an interruption: it goes on.
    Migrate(migrate::Args),
    /// Check and test an earlier version against today's people and calendars, and publish it again, as the next one.
    RollBack {
        key: String,
        /// The version to go back to.
        version: u32,
    },
}

#[derive(Debug, clap::Args)]
struct Document {
    /// The journey's document: .toml or .json.
    file: PathBuf,
    /// Its golden cases [default: <name>.cases.toml beside it].
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
}

pub async fn run(data: &Path, environment: &Environment, args: Args) -> anyhow::Result<Exit> {
    if let JourneyCommand::Show { key, shipped: true, cases, .. } = &args.command {
        return show_shipped(key.as_deref(), *cases);
    }
    let store = Store::open(data).await?;
    let directory = store.directory().await?;
    match args.command {
        JourneyCommand::List { json } => list(&directory, json),
        JourneyCommand::Show { key, version, cases, .. } => {
            show(&store, &directory, key.as_deref(), version, cases).await
        }
        JourneyCommand::Check(document) => {
            let draft = Draft::read(&document, &directory)?;
            draft.tell();
            Ok(if draft.is_sound() { Exit::Done } else { Exit::Found })
        }
        JourneyCommand::Replay(document) => {
            let draft = Draft::read(&document, &directory)?;
            replay(&store, &directory, &draft.journey).await?;
            Ok(Exit::Done)
        }
        JourneyCommand::Publish { document, cohorts } => {
            let draft = Draft::read(&document, &directory)?;
            draft.tell();
            let cohorts = if cohorts.is_empty() { Cohorts::All } else { Cohorts::Some(cohorts) };
            publish(&store, &directory, environment, &draft, &cohorts).await
        }
        JourneyCommand::Migrate(args) => migrate::run(&store, environment, &args).await,
        JourneyCommand::RollBack { key, version } => {
            let earlier = directory.journeys.get(&(JourneyKey::new(&key), version));
            let earlier = earlier
                .ok_or_else(|| Unclear(format!("there is no version {version} of a journey {key}")))?;
            roll_back(&store, &directory, environment, earlier).await
        }
    }
}

/// A document with everything that is said of it.
struct Draft {
    journey: Journey,
    /// As they were written; empty without any.
    cases: String,
    findings: Vec<Finding>,
    results: Vec<CaseResult>,
}

impl Draft {
    fn read(document: &Document, directory: &DirectorySnapshot) -> anyhow::Result<Self> {
        let text = read(&document.file)?;
        let is_json = document.file.extension().is_some_and(|extension| extension == "json");
        let journey = if is_json { Journey::from_json(&text) } else { Journey::from_toml(&text) };
        let journey = journey.map_err(|error| Unclear(format!("{}: {error}", document.file.display())))?;
        let beside = document.file.with_extension("cases.toml");
        let cases_file = document.cases.clone().or_else(|| beside.exists().then_some(beside));
        let cases = cases_file.as_deref().map(read).transpose()?.unwrap_or_default();
        Self::of(journey, cases, directory).map_err(|error| {
            let file = cases_file.unwrap_or_default();
            Unclear(format!("{}: {error}", file.display())).into()
        })
    }

    fn of(journey: Journey, cases: String, directory: &DirectorySnapshot) -> Result<Self, DocumentError> {
        let results = match cases.as_str() {
            "" => Vec::new(),
            written => golden::run(&journey, &Cases::from_toml(written)?),
        };
        let known = |key: &CalendarKey| {
            key.as_str() == DEFAULT_CALENDAR || directory.calendars.iter().any(|each| &each.key == key)
        };
        let findings = lint(&journey, &known, Some(&directory.organisation));
        Ok(Self { journey, cases, findings, results })
    }

    fn is_sound(&self) -> bool {
        !self.findings.iter().any(Finding::is_error) && self.results.iter().all(CaseResult::passed)
    }

    fn tell(&self) {
        for finding in &self.findings {
            let sign = if finding.is_error() { "error" } else { "warning" };
            println!("{sign}: {}: {}", finding.at, finding.problem);
        }
        let failed: Vec<&CaseResult> = self.results.iter().filter(|result| !result.passed()).collect();
        for result in &failed {
            if let Some(difference) = &result.difference {
                println!("case “{}”: {difference}", result.case);
            }
        }
        let passed = self.results.len() - failed.len();
        println!("{}: {passed} of {} golden cases as expected.", self.journey.key, self.results.len());
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| Unclear(format!("{} cannot be read: {error}", file.display())).into())
}

async fn publish(
    store: &Store,
    directory: &DirectorySnapshot,
    environment: &Environment,
    draft: &Draft,
    cohorts: &Cohorts,
) -> anyhow::Result<Exit> {
    let advances = [
        Advance::Check(&draft.findings),
        Advance::Test(&draft.results),
        Advance::Replay,
        Advance::Publish { cohorts: cohorts.clone(), findings: &draft.findings, results: &draft.results },
    ];
    let mut state = Lifecycle::Draft;
    for advance in &advances {
        if matches!(advance, Advance::Replay) {
            replay(store, directory, &draft.journey).await?;
        }
        state = match state.advance(advance) {
            Ok(next) => next,
            Err(why) => {
                println!("Not published: {why}");
                return Ok(Exit::Found);
            }
        };
    }
    if let Some(before) = directory.newest_journey(&draft.journey.key) {
        for change in change::differences(before, &draft.journey) {
            println!("changed: {change}");
        }
    }
    let publication =
        Publication { journey: &draft.journey, cohorts, cases: &draft.cases, rolls_back_to: None };
    let published = store.publish_journey(&publication, &command_line(), environment.now()).await?;
    println!("Published {} as version {}.", published.key, published.version);
    Ok(Exit::Done)
}

/// People and calendars are others than when it was published: it is checked and tested as if it were new. A version
/// that came without golden cases is checked alone.
async fn roll_back(
    store: &Store,
    directory: &DirectorySnapshot,
    environment: &Environment,
    earlier: &Journey,
) -> anyhow::Result<Exit> {
    let cases = store.cases_of(&earlier.reference()).await?;
    let draft = Draft::of(earlier.clone(), cases, directory)?;
    draft.tell();
    if !draft.is_sound() {
        println!("Not published: it is not sound any more.");
        return Ok(Exit::Found);
    }
    let cohorts = directory.cohorts(&earlier.reference()).cloned().unwrap_or(Cohorts::All);
    let publication = Publication {
        journey: earlier,
        cohorts: &cohorts,
        cases: &draft.cases,
        rolls_back_to: Some(earlier.version),
    };
    let published = store.publish_journey(&publication, &command_line(), environment.now()).await?;
    let (key, version) = (&earlier.key, earlier.version);
    println!("Published version {version} of {key} again, as version {}.", published.version);
    Ok(Exit::Done)
}

/// What would have gone elsewhere, item by item, the first of them.
async fn replay(store: &Store, directory: &DirectorySnapshot, new: &Journey) -> anyhow::Result<()> {
    const SHOWN: usize = 20;
    let (mut looked_at, mut moved) = (0_u64, 0_u64);
    let mut shown = Vec::new();
    store
        .for_each_item(|item: Item| {
            let Some(old) = directory.journey(&item.journey).filter(|old| old.key == new.key) else { return };
            looked_at += 1;
            for difference in rerouted(old, new, [&item]) {
                moved += 1;
                if shown.len() < SHOWN {
                    shown.push(difference);
                }
            }
        })
        .await?;
    println!("Of {looked_at} items of this journey, {moved} would have gone another way.");
    for difference in shown {
        println!("  {difference}");
    }
    Ok(())
}

fn list(directory: &DirectorySnapshot, json: bool) -> anyhow::Result<Exit> {
    if json {
        let published = directory
            .journeys
            .values()
            .map(|journey| PublishedJourney { state: directory.state_of(journey), journey: journey.clone() });
        println!("{}", serde_json::to_string_pretty(&published.collect::<Vec<_>>())?);
        return Ok(Exit::Done);
    }
    for journey in directory.journeys.values() {
        let state = match directory.state_of(journey) {
            Lifecycle::Published { cohorts: Cohorts::Some(some) } => {
                format!("published for {}", some.join(", "))
            }
            Lifecycle::Published { cohorts: Cohorts::All } => "published for all".to_owned(),
            _ => "superseded".to_owned(),
        };
        println!("{}\t{}\t{}\t{state}", journey.key, journey.version, journey.name);
    }
    Ok(Exit::Done)
}

async fn show(
    store: &Store,
    directory: &DirectorySnapshot,
    key: Option<&str>,
    version: Option<u32>,
    cases: bool,
) -> anyhow::Result<Exit> {
    let key = JourneyKey::new(key.ok_or_else(|| Unclear("which journey? `journey list` names them".into()))?);
    let found = match version {
        Some(version) => directory.journeys.get(&(key.clone(), version)),
        None => directory.newest_journey(&key),
    };
    let journey = found.ok_or_else(|| Unclear(format!("there is no such journey: {key}")))?;
    if cases {
        print!("{}", store.cases_of(&journey.reference()).await?);
    } else {
        print!("{}", journey.to_toml());
    }
    Ok(Exit::Done)
}

fn show_shipped(key: Option<&str>, cases: bool) -> anyhow::Result<Exit> {
    let Some(key) = key else {
        for shipped in shipped_documents() {
            let journey = shipped.journey()?;
            println!("{}\t{}", journey.key, journey.name);
        }
        return Ok(Exit::Done);
    };
    for shipped in shipped_documents() {
        if shipped.journey()?.key.as_str() == key {
            print!("{}", if cases { shipped.cases } else { shipped.journey });
            return Ok(Exit::Done);
        }
    }
    Err(Unclear(format!("no journey {key} comes with Postern; `journey show --shipped` lists them")).into())
}
