//! What the portal does by the clock: deputies take their seats and give them back, due times follow their calendars,
//! escalation ladders are climbed. Every chore is a command of its own, named after what it does, so that several
//! instances and restarts do each of them once.

use crate::state::App;
use postern_domain::{Actor, Command, CommandId, Timestamp};
use postern_portal_store::{Chore, CommandError, Order, Source, StoreError};
use postern_protocol::Outcome;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Looks every `pace` until the portal stops.
pub fn start(app: &App, pace: Duration) {
    let app = app.clone();
    tokio::spawn(async move {
        let mut clockwork = Clockwork::default();
        let mut ticks = tokio::time::interval(pace);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = app.stopping().cancelled() => return,
                _ = ticks.tick() => {
                    if let Err(error) = clockwork.tick(&app, app.environment().now()).await {
                        tracing::warn!(%error, "the clock could not do its work; it tries again");
                    }
                }
            }
        }
    });
}

/// What was looked at last.
#[derive(Debug, Default)]
pub struct Clockwork {
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    directory_version: i64,
    at: Timestamp,
}

impl Clockwork {
    /// Does what is to be done at `now`; returns how many chores that were.
    ///
    /// # Errors
    /// As the store. What was not done is found again.
    pub async fn tick(&mut self, app: &App, now: Timestamp) -> Result<usize, StoreError> {
        let directory = app.store().directory().await?;
        let mut done = 0;
        let absences = &directory.organisation.absences;
        let stale = self.last.is_none_or(|last| {
            last.directory_version != directory.version
                || absences.next_boundary_after(last.at).is_some_and(|boundary| boundary <= now)
        });
        if stale {
            for chore in app.store().out_of_date(now).await? {
                done += usize::from(perform(app, chore, now).await?);
            }
        }
        self.last = Some(Last { directory_version: directory.version, at: now });
        loop {
            let reached = app.store().rungs_reached(now).await?;
            let mut climbed = 0;
            for chore in reached {
                climbed += usize::from(perform(app, chore, now).await?);
            }
            done += climbed;
            if climbed == 0 || app.stopping().is_cancelled() {
                return Ok(done);
            }
        }
    }
}

/// Whether it changed anything.
async fn perform(app: &App, chore: Chore, now: Timestamp) -> Result<bool, StoreError> {
    let name = match chore.command {
        Command::Climb { .. } => "escalation",
        _ => "clock",
    };
    let order = Order {
        id: CommandId(chore.key.clone()),
        item: chore.item.clone(),
        command: Some(chore.command.clone()),
        by: Actor::System(name.to_owned()),
        made_at: None,
        source: Source::Direct,
    };
    match app.store().apply_command(&order, now).await {
        Ok(outcome) => match outcome.outcome {
            Outcome::Applied { .. } => Ok(true),
            Outcome::AlreadySatisfied { .. } => Ok(false),
            _ => put_off(app, &chore, now).await,
        },
        Err(CommandError::Store(error)) => Err(error),
        Err(error) => {
            tracing::warn!(%error, item = %order.item, "a chore of the clock was not done");
            put_off(app, &chore, now).await
        }
    }
}

/// Rungs are looked for page by page: one that is refused must not stand before those that can be climbed.
async fn put_off(app: &App, chore: &Chore, now: Timestamp) -> Result<bool, StoreError> {
    if matches!(chore.command, Command::Climb { .. }) {
        app.store().put_off(chore, now).await?;
    }
    Ok(false)
}
