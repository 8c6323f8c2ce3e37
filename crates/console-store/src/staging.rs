//! A bootstrap: filled beside the live tables, swapped in at once. What has arrived survives a cut and a restart.

use crate::cache::Cache;
use crate::directory::{self, Lookup};
use crate::error::{Result, StoreError};
use crate::items::{self, BASE, Prepared};
use crate::lease::{self, Lease};
use crate::tables::{self, Family};
use crate::{holding, meta, newer, outbox, overlay, tally, wanted};
use postern_domain::{Item, ItemId, Timestamp};
use postern_protocol::{Cursor, Directory, Expected, Month, NewerItem};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Executor};

/// Rows of one insert statement: the same number each time, so that the statement is prepared once.
const STEP: usize = 250;
/// Items in one transaction: they wait in memory for it.
const FLUSH: usize = 4 * STEP;

/// A load that began and has not been swapped in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// From here on, changes continue.
    pub cursor: Cursor,
    /// Of closed items, it brings what was closed in this month or later.
    pub closed_since: Option<Month>,
    /// The last item that is safe in the staged tables; items arrive in the order of their ids.
    pub last: Option<ItemId>,
}

/// Items on their way in. Dropped half-way, nothing of it is seen, and the next one goes on where this one ended.
pub struct Staging {
    cache: Cache,
    lease: Lease,
    lookup: Lookup,
    directory: Directory,
    load: Load,
    next_row: i64,
    waiting: Vec<Item>,
}

impl Cache {
    /// The load that was cut, if one was.
    pub async fn cut_load(&self) -> Result<Option<Load>> {
        let mut connection = self.reader().await?;
        let found = meta::get(&mut connection, "staging").await;
        let Some(text) = self.name(found)? else { return Ok(None) };
        // What an older version wrote down is no use to this one.
        Ok(serde_json::from_str::<Load>(&text).ok().filter(|load| load.last.is_some()))
    }

    /// Starts a load anew, or without a directory goes on with the one that was cut. What another one left behind is
    /// removed.
    pub async fn stage(&self, lease: &Lease, load: Load, directory: Option<Directory>) -> Result<Staging> {
        let me = self.meta().await?.person;
        let mut tx = self.begin().await?;
        let made = async {
            lease::check(&mut tx, lease).await?;
            let Some(directory) = directory else {
                let text = meta::get(&mut tx, "staging_directory").await?;
                let text = text.ok_or_else(|| StoreError::inconsistent("a load without its directory"))?;
                let last: i64 = sqlx::query_scalar("SELECT coalesce(max(row), 0) FROM staged_items")
                    .fetch_one(&mut *tx)
                    .await?;
                return Ok((last, serde_json::from_str(&text)?));
            };
            tables::drop_family(&mut tx, Family::Staged).await?;
            tables::create(&mut tx, Family::Staged).await?;
            // While it fills, the search index merges seldom: it is merged once at the end.
            tx.execute("INSERT INTO staged_item_text (staged_item_text, rank) VALUES ('automerge', 0)")
                .await?;
            meta::set(&mut tx, "staging", Some(&serde_json::to_string(&load)?)).await?;
            meta::set(&mut tx, "staging_directory", Some(&serde_json::to_string(&directory)?)).await?;
            Ok((0, directory))
        }
        .await;
        let (last_row, directory) = self.name(made)?;
        self.commit(tx).await?;
        let lookup = Lookup::new(me, &directory);
        Ok(Staging {
            cache: self.clone(),
            lease: lease.clone(),
            lookup,
            directory,
            load,
            next_row: last_row + 1,
            waiting: Vec::with_capacity(FLUSH),
        })
    }
}

impl Staging {
    /// How many items are in it, those from before a cut included.
    pub fn items(&self) -> u64 {
        u64::try_from(self.next_row - 1).unwrap_or(0) + self.waiting.len() as u64
    }

    pub async fn add(&mut self, item: Item) -> Result<()> {
        self.waiting.push(item);
        if self.waiting.len() >= FLUSH { self.flush().await } else { Ok(()) }
    }

    /// Adds what this version cannot read.
    pub async fn add_newer(&mut self, item: NewerItem) -> Result<()> {
        // What came before it is on the disk first: the load goes on behind the last one.
        self.flush().await?;
        self.load.last = Some(item.id.clone());
        let mut tx = self.cache.begin().await?;
        let stored = async {
            lease::check(&mut tx, &self.lease).await?;
            newer::put(&mut tx, Family::Staged, &item).await?;
            meta::set(&mut tx, "staging", Some(&serde_json::to_string(&self.load)?)).await
        }
        .await;
        self.cache.name(stored)?;
        self.cache.commit(tx).await
    }

    /// Puts what has arrived on the disk. Call it before giving up, too.
    pub async fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let Some(last) = waiting.last() else { return Ok(()) };
        self.load.last = Some(last.id.clone());
        let mut tx = self.cache.begin().await?;
        let stored = async {
            lease::check(&mut tx, &self.lease).await?;
            for chunk in waiting.chunks(STEP) {
                let prepared = (self.next_row..)
                    .zip(chunk)
                    .map(|(row, item)| Prepared::new(row, BASE, item, &self.lookup))
                    .collect::<Result<Vec<_>>>()?;
                items::insert(&mut tx, Family::Staged, &prepared, &self.lookup).await?;
                self.next_row += i64::try_from(chunk.len()).unwrap_or(0);
            }
            meta::set(&mut tx, "staging", Some(&serde_json::to_string(&self.load)?)).await
        }
        .await;
        self.cache.name(stored)?;
        self.cache.commit(tx).await
    }

    /// Puts everything that was added in the place of what is there, with the outbox's effects on top. Alerts are not
    /// made: what was there before sign-in is no news. False, with nothing changed and the load forgotten, when what
    /// arrived is not what is `expected`.
    pub async fn swap(mut self, lease: &Lease, expected: Option<Expected>, now: Timestamp) -> Result<bool> {
        self.flush().await?;
        self.index().await?;
        let mut tx = self.cache.begin().await?;
        let swapped = async {
            lease::check(&mut tx, lease).await?;
            meta::set(&mut tx, "staging", None).await?;
            meta::set(&mut tx, "staging_directory", None).await?;
            if let Some(expected) = expected {
                if holding::of(&mut tx, Family::Staged).await? != expected.holding {
                    tables::drop_family(&mut tx, Family::Staged).await?;
                    return Ok(false);
                }
                meta::set(&mut tx, "elsewhere", Some(&expected.elsewhere.to_string())).await?;
            }
            tables::drop_family(&mut tx, Family::Live).await?;
            tx.execute(sqlx::raw_sql(tables::rename_staged())).await?;
            tx.execute("INSERT INTO item_text (item_text, rank) VALUES ('automerge', 4)").await?;
            tally::install(&mut tx).await?;
            holding::install(&mut tx).await?;
            directory::replace(&mut tx, &self.directory).await?;
            // Numbers of another epoch say nothing about this one; whatever has an outcome is in what was loaded.
            let cursor = &self.load.cursor;
            let before = meta::read(&mut tx).await?.cursor;
            let same_epoch = before.is_some_and(|before| before.epoch == cursor.epoch);
            outbox::trim(&mut tx, if same_epoch { cursor.seq } else { i64::MAX }, now).await?;
            overlay::rebuild_all(&mut tx, &self.lookup).await?;
            wanted::content_may_be_unnamed(&mut tx).await?;
            let closed_since = self.load.closed_since.map(|month| month.to_string());
            meta::set(&mut tx, "closed_since", closed_since.as_deref()).await?;
            meta::set(&mut tx, "cursor", Some(&cursor.to_string())).await?;
            Ok(true)
        }
        .await;
        let swapped = self.cache.name(swapped)?;
        self.cache.commit(tx).await?;
        Ok(swapped)
    }

    async fn index(&self) -> Result<()> {
        let mut connection = self.cache.begin().await?;
        let suffix = self.cache.name(tables::live_suffix(&mut connection).await)?;
        drop(connection);
        for statement in tables::index_statements(Family::Staged, tables::other_suffix(suffix)) {
            let mut tx = self.cache.begin().await?;
            let made = tx.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await;
            made.map_err(|error| self.cache.named(error))?;
            self.cache.commit(tx).await?;
        }
        Ok(())
    }
}
