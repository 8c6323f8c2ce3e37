//! `journey migrate`: items in flight move from one version to another, by a plan that is checked first.

use crate::administration::migration::{Migration, NotLooked};
use crate::cli::command_line;
use crate::cli::exit::{Exit, Unclear};
use crate::environment::Environment;
use crate::progress::Progress;
use postern_domain::JourneyKey;
use postern_domain::change::MigrationPlan;
use postern_portal_store::Store;
use postern_protocol::JourneyMigration;
use std::path::PathBuf;

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
        println!("{}", stayed.sentence(from));
    }
    println!("{}", done.outcome(to).unwrap_or_default());
    Ok(if done.stayed.is_empty() { Exit::Done } else { Exit::Found })
}

fn plan(args: &Args) -> anyhow::Result<MigrationPlan> {
    match (&args.plan, args.from, args.to) {
        (Some(file), ..) => {
            let unclear = |error: &dyn std::fmt::Display| Unclear(format!("{}: {error}", file.display()));
            let text = std::fs::read_to_string(file).map_err(|error| unclear(&error))?;
            Ok(MigrationPlan::from_toml(&text).map_err(|error| unclear(&error))?)
        }
        (None, Some(from), Some(to)) => {
            let unclear = |said: String| Unclear(format!("--map {said}"));
            Ok(MigrationPlan { from, to, stages: MigrationPlan::stages_of(&args.stages).map_err(unclear)? })
        }
        _ => Err(Unclear("say --from and --to, or --plan".to_owned()).into()),
    }
}

fn tell(report: &JourneyMigration, from: u32, to: u32) {
    for sentence in report.sentences(from, to) {
        println!("{sentence}");
    }
    for problem in &report.problems {
        println!("error: {problem}");
    }
}
