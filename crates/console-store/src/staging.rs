//! A bootstrap: filled beside the live tables, swapped in at once. What has arrived survives a cut and a restart.

use crate::cache::Cache;
use crate::directory::{self, Lookup, Reach};
use crate::error::{Result, StoreError};
use crate::items::{self, BASE, Prepared, Rows};
use crate::lease::{self, Lease};
use crate::tables::{self, Family};
use crate::{holding, meta, newer, outbox, overlay, tally, unnamed};
use postern_domain::{Item, ItemId, PersonId, Timestamp};
use postern_protocol::{Cursor, Directory, Divergence, Expected, Month, NewerItem};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;
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

/// A fact about the cache: the last load whose end was compared was not what its portal had announced.
const REFUSED: &str = "load_refused";

/// What became of a load that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swapped {
    AsAnnounced,
    /// It was taken, and is not what was announced; nor was the one before it.
    Otherwise(Divergence),
    /// It is not what was announced: nothing is changed, and the load is forgotten.
    Refused,
}

/// Rows of a load whose columns were worked out with an older directory, up to one of them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Stale {
    until: i64,
    /// Only those of open items read differently.
    only_open: bool,
}

impl Stale {
    /// With what one more directory makes stale, when so many rows are there.
    fn and(before: Option<Self>, reach: Reach, rows: i64) -> Option<Self> {
        let only_open = reach == Reach::Open && before.is_none_or(|before| before.only_open);
        match reach {
            _ if rows == 0 => None,
            Reach::Nothing => before,
            Reach::Open | Reach::Everything => Some(Self { until: rows, only_open }),
        }
    }
}

/// Items on their way in. Dropped half-way, nothing of it is seen, and the next one goes on where this one ended.
pub struct Staging {
    cache: Cache,
    lease: Lease,
    lookup: Lookup,
    directory: Directory,
    load: Load,
    stale: Option<Stale>,
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

    /// Starts a load anew, or goes on with the one that was cut, behind its last item, with another directory if there
    /// is one. What another load left behind is removed.
    pub async fn stage(&self, lease: &Lease, load: Load, directory: Option<Directory>) -> Result<Staging> {
        let me = self.meta().await?.person;
        let mut tx = self.begin().await?;
        let made = async {
            lease::check(&mut tx, lease).await?;
            if load.last.is_some() {
                return going_on(&mut tx, &load, me.clone(), directory).await;
            }
            let directory =
                directory.ok_or_else(|| StoreError::inconsistent("a load without a directory"))?;
            tables::drop_family(&mut tx, Family::Staged).await?;
            tables::create(&mut tx, Family::Staged).await?;
            // While it fills, the search index merges seldom: it is merged once at the end.
            tx.execute("INSERT INTO staged_item_text (staged_item_text, rank) VALUES ('automerge', 0)")
                .await?;
            note(&mut tx, &load, &directory, None).await?;
            Ok((0, directory, None))
        }
        .await;
        let (last_row, directory, stale) = self.name(made)?;
        self.commit(tx).await?;
        let lookup = Lookup::new(me, &directory);
        Ok(Staging {
            cache: self.clone(),
            lease: lease.clone(),
            lookup,
            directory,
            load,
            stale,
            next_row: last_row + 1,
            waiting: Vec::with_capacity(FLUSH),
        })
    }
}

/// How many rows have come, the directory, and which of the rows it makes stale.
async fn going_on(
    tx: &mut SqliteConnection,
    load: &Load,
    me: Option<PersonId>,
    directory: Option<Directory>,
) -> Result<(i64, Directory, Option<Stale>)> {
    let before = meta::get(tx, "staging_directory").await?;
    let before = before.ok_or_else(|| StoreError::inconsistent("a load without its directory"))?;
    let before: Directory = serde_json::from_str(&before)?;
    let rows: i64 =
        sqlx::query_scalar("SELECT coalesce(max(row), 0) FROM staged_items").fetch_one(&mut *tx).await?;
    let stale = meta::get(tx, "staging_stale").await?;
    let stale: Option<Stale> = stale.map(|text| serde_json::from_str(&text)).transpose()?;
    let Some(directory) = directory else { return Ok((rows, before, stale)) };
    let reach = directory::reach(&Lookup::new(me.clone(), &before), &Lookup::new(me, &directory));
    let stale = Stale::and(stale, reach, rows);
    note(tx, load, &directory, stale).await?;
    Ok((rows, directory, stale))
}

/// Writes down what a load needs to go on after a cut.
async fn note(
    tx: &mut SqliteConnection,
    load: &Load,
    directory: &Directory,
    stale: Option<Stale>,
) -> Result<()> {
    meta::set(tx, "staging", Some(&serde_json::to_string(load)?)).await?;
    meta::set(tx, "staging_directory", Some(&serde_json::to_string(directory)?)).await?;
    let stale = stale.map(|stale| serde_json::to_string(&stale)).transpose()?;
    meta::set(tx, "staging_stale", stale.as_deref()).await
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
    /// made: what was there before sign-in is no news. What arrived and is not what is `expected` is not taken; but of
    /// a portal that says so again it is, since it is what there is to have.
    pub async fn swap(
        mut self,
        lease: &Lease,
        expected: Option<Expected>,
        now: Timestamp,
    ) -> Result<Swapped> {
        self.flush().await?;
        self.index().await?;
        self.freshen().await?;
        let mut tx = self.cache.begin().await?;
        let swapped = async {
            lease::check(&mut tx, lease).await?;
            meta::set(&mut tx, "staging", None).await?;
            meta::set(&mut tx, "staging_directory", None).await?;
            meta::set(&mut tx, "staging_stale", None).await?;
            let mut swapped = Swapped::AsAnnounced;
            if let Some(expected) = expected {
                let found = holding::of(&mut tx, Family::Staged).await?;
                if found == expected.holding {
                    meta::set(&mut tx, REFUSED, None).await?;
                } else if meta::get(&mut tx, REFUSED).await?.is_none() {
                    meta::set(&mut tx, REFUSED, Some("1")).await?;
                    tables::drop_family(&mut tx, Family::Staged).await?;
                    return Ok(Swapped::Refused);
                } else {
                    swapped = Swapped::Otherwise(Divergence { expected: expected.holding, found });
                }
                meta::set(&mut tx, "elsewhere", Some(&expected.elsewhere.to_string())).await?;
            }
            unnamed::note(&mut tx, None).await?;
            tables::drop_family(&mut tx, Family::Live).await?;
            tx.execute(sqlx::raw_sql(tables::rename_staged())).await?;
            tx.execute("INSERT INTO item_text (item_text, rank) VALUES ('automerge', 4)").await?;
            tally::install(&mut tx).await?;
            tally::count_to(&mut tx, now).await?;
            holding::install(&mut tx).await?;
            directory::replace(&mut tx, &self.directory).await?;
            // What was pushed while it loaded comes with the changes behind its cursor. Numbers of another epoch say
            // nothing about this one; whatever has an outcome there is in what was loaded.
            let cursor = &self.load.cursor;
            let epoch = meta::read(&mut tx).await?.epoch;
            let same_epoch = epoch.is_some_and(|epoch| epoch == cursor.epoch);
            outbox::trim(&mut tx, if same_epoch { cursor.seq } else { i64::MAX }, now).await?;
            outbox::forget_unseen(&mut tx).await?;
            overlay::rebuild_all(&mut tx, &self.lookup).await?;
            let closed_since = self.load.closed_since.map(|month| month.to_string());
            meta::set(&mut tx, "closed_since", closed_since.as_deref()).await?;
            meta::set(&mut tx, "cursor", Some(&cursor.to_string())).await?;
            Ok(swapped)
        }
        .await;
        let swapped = self.cache.name(swapped)?;
        self.cache.commit(tx).await?;
        Ok(swapped)
    }

    /// Works out anew what came before the directory changed, a little at a time, so that nobody waits for the writer.
    async fn freshen(&mut self) -> Result<()> {
        let Some(Stale { until, only_open }) = self.stale else { return Ok(()) };
        let mut rows = Rows { after: 0, until, only_open };
        loop {
            let mut tx = self.cache.begin().await?;
            let done = async {
                lease::check(&mut tx, &self.lease).await?;
                items::recompute_some(&mut tx, Family::Staged, &mut rows, None, &self.lookup).await
            }
            .await;
            let more = self.cache.name(done)?;
            self.cache.commit(tx).await?;
            if !more {
                self.stale = None;
                return Ok(());
            }
        }
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
