//! A bootstrap: filled beside the live tables, swapped in at once.

use crate::cache::Cache;
use crate::directory::{self, Lookup};
use crate::error::Result;
use crate::items::{self, BASE, Prepared};
use crate::lease::{self, Lease};
use crate::tables::{self, Family};
use crate::{meta, outbox, overlay, tally};
use postern_domain::{Item, Timestamp};
use postern_protocol::{Cursor, Directory};
use sqlx::{AssertSqlSafe, Executor};

/// Rows of one insert statement: the same number each time, so that the statement is prepared once.
const STEP: usize = 250;

/// Items on their way in. Dropped half-way, nothing of it is seen; the next one starts anew.
pub struct Staging {
    cache: Cache,
    lookup: Lookup,
    directory: Directory,
    next_row: i64,
    waiting: Vec<Item>,
}

impl Cache {
    /// Starts a bootstrap. What a former one left behind is removed.
    pub async fn stage(&self, directory: Directory) -> Result<Staging> {
        let me = self.meta().await?.person;
        let mut tx = self.begin().await?;
        let made = async {
            tables::drop_family(&mut tx, Family::Staged).await?;
            tables::create(&mut tx, Family::Staged).await?;
            // While it fills, the search index merges seldom: it is merged once at the end.
            tx.execute("INSERT INTO staged_item_text (staged_item_text, rank) VALUES ('automerge', 0)")
                .await?;
            Ok(())
        }
        .await;
        self.name(made)?;
        self.commit(tx).await?;
        let lookup = Lookup::new(me, &directory);
        Ok(Staging {
            cache: self.clone(),
            lookup,
            directory,
            next_row: 1,
            waiting: Vec::with_capacity(STEP * 8),
        })
    }
}

impl Staging {
    /// How many items were added.
    pub fn items(&self) -> u64 {
        u64::try_from(self.next_row - 1).unwrap_or(0) + self.waiting.len() as u64
    }

    pub async fn add(&mut self, item: Item) -> Result<()> {
        self.waiting.push(item);
        if self.waiting.len() >= STEP * 8 { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let mut tx = self.cache.begin().await?;
        let stored = async {
            for chunk in waiting.chunks(STEP) {
                let prepared = (self.next_row..)
                    .zip(chunk)
                    .map(|(row, item)| Prepared::new(row, BASE, item, &self.lookup))
                    .collect::<Result<Vec<_>>>()?;
                items::insert(&mut tx, Family::Staged, &prepared, &self.lookup).await?;
                self.next_row += i64::try_from(chunk.len()).unwrap_or(0);
            }
            Ok(())
        }
        .await;
        self.cache.name(stored)?;
        self.cache.commit(tx).await
    }

    /// Puts everything that was added in the place of what is there, with the outbox's effects on top. Alerts are not
    /// made: what was there before sign-in is no news.
    pub async fn swap(mut self, lease: &Lease, cursor: &Cursor, now: Timestamp) -> Result<()> {
        self.flush().await?;
        self.index().await?;
        let mut tx = self.cache.begin().await?;
        let swapped = async {
            lease::check(&mut tx, lease).await?;
            tables::drop_family(&mut tx, Family::Live).await?;
            tx.execute(sqlx::raw_sql(tables::rename_staged())).await?;
            tx.execute("INSERT INTO item_text (item_text, rank) VALUES ('automerge', 4)").await?;
            tally::install(&mut tx).await?;
            directory::replace(&mut tx, &self.directory).await?;
            // Numbers of another epoch say nothing about this one; whatever has an outcome is in what was loaded.
            let before = meta::read(&mut tx).await?.cursor;
            let same_epoch = before.is_some_and(|before| before.epoch == cursor.epoch);
            outbox::trim(&mut tx, if same_epoch { cursor.seq } else { i64::MAX }, now).await?;
            overlay::rebuild_all(&mut tx, &self.lookup).await?;
            meta::set(&mut tx, "cursor", Some(&cursor.to_string())).await
        }
        .await;
        self.cache.name(swapped)?;
        self.cache.commit(tx).await
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
