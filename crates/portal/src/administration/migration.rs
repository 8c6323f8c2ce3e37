//! Items in flight move from one version of their journey to another, by a plan that is checked first.

use postern_domain::change::{MigrationPlan, check_migration};
use postern_domain::{
    Actor, Command, CommandId, Event, Item, Journey, JourneyKey, Phase, Ruling, Situation, StageKey,
    Timestamp, decide,
};
use postern_portal_store::{CommandError, DirectorySnapshot, Order, ReadBy, Source, Store, StoreError};
use postern_protocol::{JourneyMigration, Outcome, StageMove, Stayed};
use std::collections::BTreeMap;

/// Who moves items, in their history. Who had them moved stands in the trail beside it.
const AUTOMATION: &str = "migration";

#[derive(Debug, thiserror::Error)]
pub enum NotLooked {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no version {version} of a journey {key}")]
    NoSuchVersion { key: JourneyKey, version: u32 },
}

/// A migration that was looked at and may be carried out.
pub struct Migration {
    key: JourneyKey,
    plan: MigrationPlan,
    moving: Vec<Item>,
    report: JourneyMigration,
}

impl Migration {
    /// Looks at every item that is pinned to the old version.
    ///
    /// # Errors
    /// Where one of the versions is not there. What stands in the way is told in the report.
    pub async fn look(
        store: &Store,
        directory: &DirectorySnapshot,
        key: &JourneyKey,
        plan: MigrationPlan,
        now: Timestamp,
    ) -> Result<Self, NotLooked> {
        let version = |version| {
            let found = directory.journeys.get(&(key.clone(), version));
            found.ok_or_else(|| NotLooked::NoSuchVersion { key: key.clone(), version })
        };
        let (old, new) = (version(plan.from)?, version(plan.to)?);
        let (moving, set_aside) = in_flight(store, old).await?;
        let occupied = occupied(&moving);
        let checked = check_migration(old, new, &occupied, &plan, &moving);
        let problems: Vec<String> =
            checked.err().unwrap_or_default().iter().map(ToString::to_string).collect();
        let approved =
            if problems.is_empty() { approved(&moving, directory, old, new, &plan, now) } else { Vec::new() };
        let stages = occupied.into_iter().map(|(stage, items)| StageMove {
            to: plan.stage_for(&stage, new),
            stage,
            items,
        });
        let report = JourneyMigration {
            stages: stages.collect(),
            elsewhere: moving.iter().filter(|item| item.stage().is_none()).count() as u64,
            set_aside,
            approved,
            problems,
            moved: None,
            stayed: Vec::new(),
        };
        Ok(Self { key: key.clone(), plan, moving, report })
    }

    pub fn report(&self) -> &JourneyMigration {
        &self.report
    }

    /// How many items are to move.
    pub fn count(&self) -> usize {
        self.moving.len()
    }

    /// Moves them one by one. Stopped in between, it goes on where it was when it is asked again. Where something stands
    /// in the way, nothing moves.
    ///
    /// # Errors
    /// As the store; what moved until then has moved.
    pub async fn carry_out(
        self,
        store: &Store,
        by: &Actor,
        now: impl Fn() -> Timestamp,
        mut reached: impl FnMut(u64),
    ) -> Result<JourneyMigration, CommandError> {
        let Self { key, plan, moving, mut report } = self;
        if !report.problems.is_empty() {
            return Ok(report);
        }
        if !moving.is_empty() {
            store.record_migration(&key, &plan, moving.len() as u64, by, now()).await?;
        }
        for (done, item) in (1..).zip(&moving) {
            let order = Order {
                // The version makes it another attempt when the item has changed since one that was refused.
                id: CommandId(format!("migrate:{}:{}:{}:{}", item.id, plan.from, plan.to, item.version)),
                item: item.id.clone(),
                command: Some(Command::Migrate { to: plan.to, stages: plan.stages.clone() }),
                by: Actor::System(AUTOMATION.to_owned()),
                made_at: None,
                source: Source::Direct,
            };
            let outcome = store.apply_command(&order, now()).await?.outcome;
            if !matches!(outcome, Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. }) {
                let directory = store.directory().await?;
                let why = outcome.sentence(&ReadBy { directory: &directory, person: None });
                report.stayed.push(Stayed { reference: item.reference.clone(), why });
            }
            reached(done);
        }
        report.moved = Some(moving.len() as u64 - report.stayed.len() as u64);
        tracing::info!(journey = %key, from = plan.from, to = plan.to, items = moving.len(), "migrated");
        Ok(report)
    }
}

/// The items that are pinned to the old version and not finished, and the references of exceptions, which stay.
async fn in_flight(store: &Store, old: &Journey) -> Result<(Vec<Item>, Vec<String>), StoreError> {
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
    Ok((moving, set_aside))
}

/// How many stand at each stage.
fn occupied(moving: &[Item]) -> BTreeMap<StageKey, u64> {
    let mut occupied = BTreeMap::new();
    for stage in moving.iter().filter_map(Item::stage) {
        *occupied.entry(stage.clone()).or_default() += 1;
    }
    occupied
}

/// References of those that the move approves, because no step of the new version is left for them.
fn approved(
    moving: &[Item],
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
    moving.iter().filter(is_approved).map(|item| item.reference.clone()).collect()
}
