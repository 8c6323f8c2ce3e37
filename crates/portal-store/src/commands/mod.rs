//! Applying commands: exactly once, in one transaction each way it can end.

mod order;
mod prepare;
mod repeated;
mod rules;

pub use order::{CommandError, Order, Source};
pub use rules::Rules;

use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use crate::head::Writing;
use crate::items::{self, StoredItem};
use crate::results::{self, StoredResult};
use crate::store::Store;
use crate::{references, wakes};
use postern_domain::{Actor, Command, Item, ItemId, Phase, Timestamp};
use postern_protocol::{CommandOutcome, Outcome};
use prepare::prepare;
use repeated::{advance, answer, repeated};
use rules::{Effect, evaluate};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// After so many crashes a command is put aside.
const CRASHES: i64 = 3;

impl Store {
    /// Applies one command. Effect, audit lines, outcome and the console's sequence commit together or not at all.
    pub async fn apply_command(&self, order: &Order, now: Timestamp) -> Result<CommandOutcome, CommandError> {
        match self.apply_alone(order, now).await {
            Err(CommandError::Crashed { report, .. }) => self.after_crash(order, &report, now).await,
            // What cannot be written, however often it is tried, must not stop what comes after it for ever.
            Err(CommandError::Store(error)) if error.is_certain() => {
                self.after_crash(order, &error.to_string(), now).await
            }
            other => other,
        }
    }

    async fn apply_alone(&self, order: &Order, now: Timestamp) -> Result<CommandOutcome, CommandError> {
        let mut writing = self.write().await?;
        let before = items::get(&mut writing.tx, &order.item).await?;
        let outcome = self.apply_in(&mut writing, order, before, now).await?;
        writing.commit(self).await?;
        Ok(outcome)
    }

    /// Applies a push in its order: all in one transaction when nothing goes wrong, else one by one, so that what
    /// comes before a failing command is kept. Stops at the first error.
    pub async fn apply_commands(
        &self,
        orders: &[Order],
        now: Timestamp,
    ) -> Result<Vec<CommandOutcome>, CommandError> {
        if let Some(outcomes) = self.apply_together(orders, now).await? {
            return Ok(outcomes);
        }
        let mut outcomes = Vec::with_capacity(orders.len());
        for order in orders {
            outcomes.push(self.apply_command(order, now).await?);
        }
        Ok(outcomes)
    }

    async fn apply_together(
        &self,
        orders: &[Order],
        now: Timestamp,
    ) -> Result<Option<Vec<CommandOutcome>>, CommandError> {
        let mut writing = self.write().await?;
        let Ok(mut items) = read_ahead(&mut writing, orders).await else { return Ok(None) };
        let mut outcomes = Vec::with_capacity(orders.len());
        for order in orders {
            let read = match items.remove(&order.item) {
                Some(before) => Ok(Some(before)),
                // Not there, or changed by an order before this one.
                None => items::get(&mut writing.tx, &order.item).await,
            };
            let Ok(before) = read else { return Ok(None) };
            match self.apply_in(&mut writing, order, before, now).await {
                Ok(outcome) => outcomes.push(outcome),
                Err(_) => return Ok(None),
            }
        }
        match writing.commit(self).await {
            Ok(_) => Ok(Some(outcomes)),
            Err(error) if error.is_certain() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The crash is counted in a transaction of its own: the one that crashed is gone.
    async fn after_crash(
        &self,
        order: &Order,
        report: &str,
        now: Timestamp,
    ) -> Result<CommandOutcome, CommandError> {
        let mut writing = self.write().await?;
        let times = results::count_crash(&mut writing.tx, &order.id, report, now).await?;
        if times < CRASHES {
            writing.commit(self).await?;
            return Err(CommandError::Crashed { times, report: report.to_owned() });
        }
        if let Some(outcome) = repeated(&mut writing, order, now).await? {
            // The same command was sent twice at the same time, and the other one was put aside just now.
            writing.commit(self).await?;
            return Ok(outcome);
        }
        tracing::error!(command = %order.id, item = %order.item, report, "a command was quarantined");
        let report = "The portal failed on this three times and has put it aside for an admin.".to_owned();
        let effect = Effect { outcome: Outcome::Quarantined { report }, after: None };
        let directory = self.directory_at(&mut writing.tx, &writing.head).await?;
        let outcome = self.conclude(&mut writing, order, effect, None, &directory, now).await?;
        writing.commit(self).await?;
        Ok(outcome)
    }

    async fn apply_in(
        &self,
        writing: &mut Writing,
        order: &Order,
        before: Option<StoredItem>,
        now: Timestamp,
    ) -> Result<CommandOutcome, CommandError> {
        if let Some(outcome) = repeated(writing, order, now).await? {
            return Ok(outcome);
        }
        let directory = self.directory_at(&mut writing.tx, &writing.head).await?;
        let command = match prepare(&mut writing.tx, order, before.as_ref(), &directory).await? {
            Ok(command) => command,
            Err(refusal) => {
                let effect = Effect { outcome: Outcome::Refused { refusal }, after: None };
                return self.conclude(writing, order, effect, before, &directory, now).await;
            }
        };
        let item = before.as_ref().map(|stored| &stored.item);
        let effect = self.rule(order, &command, item, &directory, now)?;
        self.conclude(writing, order, effect, before, &directory, now).await
    }

    /// The pure part. A crash in it takes nothing else down.
    fn rule(
        &self,
        order: &Order,
        command: &Command,
        item: Option<&Item>,
        directory: &DirectorySnapshot,
        now: Timestamp,
    ) -> Result<Effect, CommandError> {
        let pure = || evaluate(self.rules(), order, command, item, directory, now);
        match catch_unwind(AssertUnwindSafe(pure)) {
            Ok(Ok(effect)) => Ok(effect),
            Ok(Err(error)) => Err(CommandError::Crashed { times: 0, report: error.to_string() }),
            Err(panic) => {
                let report = panic
                    .downcast_ref::<&str>()
                    .map(|text| (*text).to_owned())
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_else(|| "no report".to_owned());
                Err(CommandError::Crashed { times: 0, report })
            }
        }
    }

    /// Writes everything that the effect changes, and the outcome.
    async fn conclude(
        &self,
        writing: &mut Writing,
        order: &Order,
        effect: Effect,
        before: Option<StoredItem>,
        directory: &DirectorySnapshot,
        now: Timestamp,
    ) -> Result<CommandOutcome, CommandError> {
        let Effect { outcome, after } = effect;
        if let Some((item, log)) = after {
            writing.head.seq += 1;
            let seq = writing.head.seq;
            let moved_seq = match &before {
                Some(before) if has_moved(&before.item, &item) => seq,
                Some(before) => before.moved_seq,
                None => 0,
            };
            let before = before.map(|stored| stored.item);
            items::save(writing, before.as_ref(), &item, moved_seq).await?;
            wakes::change(&mut writing.tx, before.as_ref(), &item, directory).await?;
            writing.appended.change(seq, &item, moved_seq == seq, Some(&order.id));
            for recorded in &log {
                writing.record(&item.id, recorded)?;
            }
            if before.is_none() {
                references::raise_counter(&mut writing.tx, &item).await?;
            }
        }
        let at_seq = writing.head.seq;
        let result = StoredResult { person: order.author(), item: order.item.clone(), outcome, at_seq };
        if !asks_again(order, &result.outcome) {
            writing.appended.result(&order.id, result.clone(), now);
        }
        advance(writing, order, now);
        Ok(answer(order, result))
    }
}

/// The items of a push, and what is known of its commands, in a few statements.
async fn read_ahead(
    writing: &mut Writing,
    orders: &[Order],
) -> Result<BTreeMap<ItemId, StoredItem>, StoreError> {
    let ids: Vec<_> = orders.iter().map(|order| &order.id).collect();
    writing.appended.read_results(&mut writing.tx, &ids).await?;
    items::of(&mut writing.tx, &orders.iter().map(|order| &order.item).collect()).await
}

/// Whether the order may come again under its id and be decided anew. A chore of the clock is named after what it does; what
/// refuses it now, a date that was moved or an exception that was raised meanwhile, does not once it is due again.
fn asks_again(order: &Order, outcome: &Outcome) -> bool {
    matches!(order.by, Actor::System(_)) && matches!(outcome, Outcome::Refused { .. })
}

/// Whether somebody who saw the item may have lost sight of it.
fn has_moved(before: &Item, after: &Item) -> bool {
    before.client != after.client
        || before.project != after.project
        || before.kind != after.kind
        || (before.phase != Phase::Draft && after.phase == Phase::Draft)
}
