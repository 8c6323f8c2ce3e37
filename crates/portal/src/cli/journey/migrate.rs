//! `journey migrate`: items in flight move from one version to another, by a plan that is checked first.

use crate::administration::migration::{Migration, NotLooked};
use crate::cli::command_line;
use crate::cli::exit::{Exit, Unclear};
use crate::environment::Environment;
use crate::progress::Progress;
use postern_domain::change::MigrationPlan;
use postern_domain::{JourneyKey, StageKey};
use postern_portal_store::Store;
use postern_protocol::JourneyMigration;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its key, for example invoice-approval.
    key: String,
    /// The version that the items are on.
    #[arg(long, value_name = "VERSION", required_unless_present = "plan")]
    from: Option<u32>,
    /// The version that they move to.
    #[arg(long, value_name = "VERSION", required_unless_present = "plan")]
    to: Option<u32>,
    /// A stage of the old version and the one that takes its place, for example legal=review; may be repeated.
    #[arg(long = "map", value_name = "OLD=NEW")]
    stages: Vec<String>,
    /// The plan as a TOML file: `from`, `to`, and a table `[stages]` of old and new.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "stages"])]
    plan: Option<PathBuf>,
    /// Only say what would move and what stands in the way.
    #[arg(long)]
    check: bool,
}

pub async fn run(store: &Store, environment: &Environment, args: &Args) -> anyhow::Result<Exit> {
    let directory = store.directory().await?;
    let plan = plan(args)?;
    let (from, to) = (plan.from, plan.to);
    let key = JourneyKey::new(&args.key);
    let looked = Migration::look(store, &directory, &key, plan, environment.now()).await;
    let migration = looked.map_err(|error| match error {
        NotLooked::Store(error) => anyhow::Error::new(error),
        unknown => Unclear(format!("{unknown}; `journey list` names them")).into(),
    })?;
    tell(migration.report(), from, to);
    if !migration.report().problems.is_empty() {
        println!("Nothing was moved.");
        return Ok(Exit::Found);
    }
    if args.check {
        return Ok(Exit::Done);
    }
    let mut progress = Progress::new(migration.count() as u64);
    let now = || environment.now();
    let done = migration.carry_out(store, &command_line(), now, |items| progress.reached(items)).await;
    progress.end();
    let done = done?;
    for stayed in &done.stayed {
        println!("{} stays on version {from}: {}", stayed.reference, stayed.why);
    }
    println!("Moved {} items to version {to}.", done.moved.unwrap_or_default());
    Ok(if done.stayed.is_empty() { Exit::Done } else { Exit::Found })
}

fn plan(args: &Args) -> anyhow::Result<MigrationPlan> {
    match (&args.plan, args.from, args.to) {
        (Some(file), ..) => read(file),
        (None, Some(from), Some(to)) => Ok(MigrationPlan { from, to, stages: mapping(&args.stages)? }),
        _ => Err(Unclear("say --from and --to, or --plan".to_owned()).into()),
    }
}

fn read(file: &Path) -> anyhow::Result<MigrationPlan> {
    let unclear = |error: &dyn std::fmt::Display| Unclear(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| unclear(&error))?;
    Ok(toml::from_str(&text).map_err(|error| unclear(&error))?)
}

fn mapping(pairs: &[String]) -> anyhow::Result<BTreeMap<StageKey, StageKey>> {
    let pair = |text: &String| {
        let (old, new) = text.split_once('=')?;
        (!old.is_empty() && !new.is_empty()).then(|| (StageKey::from(old), StageKey::from(new)))
    };
    let read = |text| {
        pair(text)
            .ok_or_else(|| Unclear(format!("--map {text}: write it as OLD=NEW, for example legal=review")))
    };
    Ok(pairs.iter().map(read).collect::<Result<_, _>>()?)
}

fn tell(report: &JourneyMigration, from: u32, to: u32) {
    for moving in &report.stages {
        let (items, stage) = (moving.items, &moving.stage);
        match &moving.to {
            Some(new) if new == stage => println!("{items} items stay at {stage}"),
            Some(new) => println!("{items} items go from {stage} to {new}"),
            None => println!("{items} items at {stage} have no place to go"),
        }
    }
    if report.elsewhere > 0 {
        println!("{} items are at no stage now and are only pinned anew", report.elsewhere);
    }
    if !report.set_aside.is_empty() {
        println!(
            "{} items are exceptions and stay on version {from} until they are resolved: {}",
            report.set_aside.len(),
            report.set_aside.join(", ")
        );
    }
    if !report.approved.is_empty() {
        println!(
            "{} items have nothing left to decide under version {to} and become approved: {}",
            report.approved.len(),
            report.approved.join(", ")
        );
    }
    for problem in &report.problems {
        println!("error: {problem}");
    }
}
