//! When the portal's clock has something to do for an item: the next rung of its escalation ladder.

use crate::dialect::Connection;
use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use crate::items;
use crate::store::Store;
use postern_domain::{
    Actor, Command, Item, ItemId, LadderRung, Phase, Ruling, Situation, Timestamp, decide, ladder,
};
use sqlx::Row as _;

const PAGE: i64 = 200;
/// How long a chore that was not done waits, in milliseconds, so that it does not stand before others.
const PUT_OFF_MS: i64 = 60_000;

/// Something that the portal's own automation has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chore {
    pub item: ItemId,
    pub command: Command,
    /// The same for the same chore, whoever finds it and how often: done once, it is done.
    pub key: String,
}

/// The next rung that the item can reach, in their order.
fn next_rung(item: &Item, directory: &DirectorySnapshot) -> Option<LadderRung> {
    if item.phase != Phase::InReview {
        return None;
    }
    let journey = directory.journey(&item.journey)?;
    let rungs = ladder(item, journey, &directory.organisation);
    rungs.into_iter().find(|rung| rung.rung > item.rungs)
}

/// The instant of the next rung that the item has not climbed.
pub(crate) fn next(item: &Item, directory: &DirectorySnapshot) -> Option<Timestamp> {
    next_rung(item, directory).map(|rung| rung.at)
}

/// Notes when an item that a command changed is to be looked at next. Most journeys have no ladder.
pub(crate) async fn change(
    db: &mut Connection,
    before: Option<&Item>,
    after: &Item,
    directory: &DirectorySnapshot,
) -> Result<(), StoreError> {
    let at = next(after, directory);
    if at.is_none() && before.is_none_or(|before| next(before, directory).is_none()) {
        return Ok(());
    }
    set(db, &after.id, at).await
}

async fn set(db: &mut Connection, item: &ItemId, at: Option<Timestamp>) -> Result<(), StoreError> {
    let Some(at) = at else {
        sqlx::query("DELETE FROM wakes WHERE item = $1").bind(item.as_str()).execute(db).await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO wakes (item, at_ms) VALUES ($1, $2) ON CONFLICT (item) DO UPDATE SET at_ms = $2",
    )
    .bind(item.as_str())
    .bind(at.ms())
    .execute(db)
    .await?;
    Ok(())
}

impl Store {
    /// The rungs that are reached by `now`, at most a page of them.
    pub async fn rungs_reached(&self, now: Timestamp) -> Result<Vec<Chore>, StoreError> {
        let directory = self.directory().await?;
        let rows = sqlx::query(
            "SELECT i.id, i.doc FROM wakes w JOIN items i ON i.id = w.item WHERE w.at_ms <= $1 ORDER BY w.at_ms LIMIT $2",
        )
        .bind(now.ms())
        .bind(PAGE)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let mut chores = Vec::new();
        let mut not_yet = Vec::new();
        for row in &rows {
            let item = items::parse(row)?;
            match rung_reached(&item, &directory, now) {
                Some(chore) => chores.push(chore),
                None => not_yet.push(Wake::of(&item, &directory)),
            }
        }
        self.note_wakes(&not_yet).await?;
        Ok(chores)
    }

    /// Looks at the item of a chore that was not done at `now` again, a minute later.
    pub async fn put_off(&self, chore: &Chore, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin_write().await?;
        // A command that changed the item meanwhile has noted another instant already.
        sqlx::query("UPDATE wakes SET at_ms = $2 WHERE item = $1 AND at_ms <= $3")
            .bind(chore.item.as_str())
            .bind(now.plus_ms(PUT_OFF_MS).ms())
            .bind(now.ms())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Everything that is covered otherwise, or due at another time, than it says, as of `now`; and notes when each is to
    /// be looked at next. Reads all open reviews, and what clients and owners owe: for when people, calendars or absences changed, or
    /// somebody left or came back.
    pub async fn out_of_date(&self, now: Timestamp) -> Result<Vec<Chore>, StoreError> {
        let directory = self.directory().await?;
        let actor = Actor::System("clock".to_owned());
        let mut chores = Vec::new();
        let mut after = String::new();
        loop {
            let rows = sqlx::query(
                "SELECT id, doc FROM items WHERE phase IN ('in_review', 'changes_requested', 'approved') AND id > $1
                 ORDER BY id LIMIT $2",
            )
            .bind(&after)
            .bind(PAGE)
            .fetch_all(&mut *self.reader().await?)
            .await?;
            let Some(last) = rows.last() else { return Ok(chores) };
            after = last.try_get("id")?;
            let mut wakes = Vec::with_capacity(rows.len());
            for row in &rows {
                let item = items::parse(row)?;
                let Some(journey) = directory.journey(&item.journey) else { continue };
                let wake = Wake::of(&item, &directory);
                if wake.at.is_some() {
                    wakes.push(wake);
                }
                let situation = Situation {
                    item: Some(&item),
                    journey,
                    organisation: &directory.organisation,
                    successor: None,
                };
                if let Ok(Ruling::Happened(_)) = decide(situation, &Command::Refresh {}, &actor, now) {
                    chores.push(Chore {
                        key: format!("refresh:{}:{}:{}", item.id, item.version, now.ms()),
                        command: Command::Refresh {},
                        item: item.id,
                    });
                }
            }
            self.note_wakes(&wakes).await?;
        }
    }

    /// An item that changed since it was looked at has its instant already, from the command that changed it.
    async fn note_wakes(&self, wakes: &[Wake]) -> Result<(), StoreError> {
        if wakes.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin_write().await?;
        for wake in wakes {
            let version: Option<i64> = sqlx::query_scalar("SELECT version FROM items WHERE id = $1")
                .bind(wake.item.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            if version == Some(wake.version) {
                set(&mut tx, &wake.item, wake.at).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

/// When an item, at the version that was looked at, is to be looked at next.
struct Wake {
    item: ItemId,
    version: i64,
    at: Option<Timestamp>,
}

impl Wake {
    fn of(item: &Item, directory: &DirectorySnapshot) -> Self {
        Self { item: item.id.clone(), version: item.version.cast_signed(), at: next(item, directory) }
    }
}

/// The next rung, if it is reached.
fn rung_reached(item: &Item, directory: &DirectorySnapshot, now: Timestamp) -> Option<Chore> {
    let stage = item.stage()?;
    let rung = next_rung(item, directory).filter(|rung| rung.at <= now)?;
    let opened = item.reviews.iter().map(|review| review.opened_at.ms()).min().unwrap_or_default();
    Some(Chore {
        key: format!("climb:{}:{}:{stage}:{opened}:{}", item.id, item.round, rung.rung),
        command: Command::Climb { stage: stage.clone(), round: item.round, rung: rung.rung },
        item: item.id.clone(),
    })
}
