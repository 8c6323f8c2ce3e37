//! `journey migrate`: items in flight move from one version to another, by a plan that is checked first.

use crate::cli::exit::{Exit, Unclear};
use crate::environment::Environment;
use crate::progress::Progress;
use postern_domain::change::{MigrationPlan, check_migration};
use postern_domain::{
    Actor, Command, CommandId, Event, Item, Journey, JourneyKey, Phase, Ruling, Situation, StageKey,
    Timestamp, decide,
};
use postern_portal_store::{DirectorySnapshot, Order, ReadBy, Source, Store};
use postern_protocol::Outcome;
use std::collections::BTreeMap;

/// Who moves items, in their history.
const AUTOMATION: &str = "migration";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its key, for example invoice-approval.
    key: String,
    /// The version that the items are on.
    #[arg(long, value_name = "VERSION")]
    from: u32,
    /// The version that they move to.
    #[arg(long, value_name = "VERSION")]
    to: u32,
    /// A stage of the old version and the one that takes its place, for example legal=review; may be repeated.
    #[arg(long = "map", value_name = "OLD=NEW")]
    stages: Vec<String>,
    /// Only say what would move and what stands in the way.
    #[arg(long)]
    check: bool,
}

pub async fn run(store: &Store, environment: &Environment, args: &Args) -> anyhow::Result<Exit> {
    let directory = store.directory().await?;
    let old = version(&directory, &args.key, args.from)?;
    let new = version(&directory, &args.key, args.to)?;
    let plan = MigrationPlan { from: args.from, to: args.to, stages: mapping(&args.stages)? };
    let flight = InFlight::of(store, old).await?;
    flight.tell(new, &plan);
    if let Err(problems) = check_migration(old, new, &flight.occupied(), &plan, &flight.moving) {
        for problem in problems {
            println!("error: {problem}");
        }
        println!("Nothing was moved.");
        return Ok(Exit::Found);
    }
    let approved = flight.approved(&directory, old, new, &plan, environment.now());
    if !approved.is_empty() {
        println!(
            "{} items have nothing left to decide under version {} and become approved: {}",
            approved.len(),
            plan.to,
            approved.join(", ")
        );
    }
    if args.check {
        return Ok(Exit::Done);
    }
    let stayed = move_all(store, environment, &flight.moving, old, &plan).await?;
    for (reference, why) in &stayed {
        println!("{reference} stays on version {}: {why}", args.from);
    }
    println!("Moved {} items to version {}.", flight.moving.len() - stayed.len(), args.to);
    Ok(if stayed.is_empty() { Exit::Done } else { Exit::Found })
}

fn version<'a>(directory: &'a DirectorySnapshot, key: &str, version: u32) -> anyhow::Result<&'a Journey> {
    directory.journeys.get(&(JourneyKey::new(key), version)).ok_or_else(|| {
        Unclear(format!("there is no version {version} of a journey {key}; `journey list` names them")).into()
    })
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

/// The items that are pinned to the old version and not finished.
struct InFlight {
    moving: Vec<Item>,
    /// References of those that are set aside: they stay until somebody resolves them.
    set_aside: Vec<String>,
}

impl InFlight {
    async fn of(store: &Store, old: &Journey) -> anyhow::Result<Self> {
        let (mut moving, mut set_aside) = (Vec::new(), Vec::new());
        let pinned = old.reference();
        store
            .for_each_item(|item| {
                if item.journey != pinned {
                    return;
                }
                match item.phase {
                    Phase::Completed | Phase::Withdrawn => {}
                    Phase::Exception => set_aside.push(item.reference),
                    _ => moving.push(item),
                }
            })
            .await?;
        Ok(Self { moving, set_aside })
    }

    /// How many stand at each stage.
    fn occupied(&self) -> BTreeMap<StageKey, u64> {
        let mut occupied = BTreeMap::new();
        for stage in self.moving.iter().filter_map(Item::stage) {
            *occupied.entry(stage.clone()).or_default() += 1;
        }
        occupied
    }

    /// References of those that the move approves, because no step of the new version is left for them.
    fn approved(
        &self,
        directory: &DirectorySnapshot,
        old: &Journey,
        new: &Journey,
        plan: &MigrationPlan,
        now: Timestamp,
    ) -> Vec<String> {
        let command = Command::Migrate { to: plan.to, stages: plan.stages.clone() };
        let actor = Actor::System(AUTOMATION.to_owned());
        let is_approved = |item: &&Item| {
            let situation = Situation {
                item: Some(item),
                journey: old,
                organisation: &directory.organisation,
                successor: Some(new),
            };
            let ruling = decide(situation, &command, &actor, now);
            let approves = |event: &Event| matches!(event, Event::Approved { .. });
            matches!(ruling, Ok(Ruling::Happened(events)) if events.iter().any(approves))
        };
        self.moving.iter().filter(is_approved).map(|item| item.reference.clone()).collect()
    }

    fn tell(&self, new: &Journey, plan: &MigrationPlan) {
        for (stage, items) in self.occupied() {
            match plan.stage_for(&stage, new) {
                Some(to) if to == stage => println!("{items} items stay at {stage}"),
                Some(to) => println!("{items} items go from {stage} to {to}"),
                None => println!("{items} items at {stage} have no place to go"),
            }
        }
        let elsewhere = self.moving.iter().filter(|item| item.stage().is_none()).count();
        if elsewhere > 0 {
            println!("{elsewhere} items are at no stage now and are only pinned anew");
        }
        if !self.set_aside.is_empty() {
            println!(
                "{} items are exceptions and stay on version {} until they are resolved: {}",
                self.set_aside.len(),
                plan.from,
                self.set_aside.join(", ")
            );
        }
    }
}

/// Moves them one by one; returns those that a rule kept where they are. Stopped in between, it goes on where it was
/// when it is asked again.
async fn move_all(
    store: &Store,
    environment: &Environment,
    items: &[Item],
    old: &Journey,
    plan: &MigrationPlan,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut progress = Progress::new(items.len() as u64);
    let mut stayed = Vec::new();
    for (done, item) in (1..).zip(items) {
        let order = Order {
            // The version makes it another attempt when the item has changed since one that was refused.
            id: CommandId(format!("migrate:{}:{}:{}:{}", item.id, plan.from, plan.to, item.version)),
            item: item.id.clone(),
            command: Some(Command::Migrate { to: plan.to, stages: plan.stages.clone() }),
            by: Actor::System(AUTOMATION.to_owned()),
            made_at: None,
            source: Source::Direct,
        };
        let outcome = store.apply_command(&order, environment.now()).await?.outcome;
        if !matches!(outcome, Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. }) {
            let directory = store.directory().await?;
            stayed.push((
                item.reference.clone(),
                outcome.sentence(&ReadBy { directory: &directory, person: None }),
            ));
        }
        progress.reached(done);
    }
    progress.end();
    tracing::info!(journey = %old.key, from = plan.from, to = plan.to, items = items.len(), "migrated");
    Ok(stayed)
}
