//! The cache itself: one writer, several readers, and what both keep in memory.

use crate::content::ContentFolder;
use crate::directory::{self, Lookup};
use crate::error::{Result, StoreError};
use crate::lease::{self, Lease};
use crate::{tables, uploads};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Sqlite, Transaction};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A profile's cache. Cheap to clone.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    write: SqlitePool,
    read: SqlitePool,
    /// The directory as last read, with the stamp it was read at.
    lookup: Mutex<Option<Arc<Lookup>>>,
    /// The writer's `data_version` when it was last asked for.
    seen_version: Mutex<Option<i64>>,
}

impl Cache {
    pub(crate) fn new(path: PathBuf, write: SqlitePool, read: SqlitePool) -> Self {
        Self {
            inner: Arc::new(Inner {
                path,
                write,
                read,
                lookup: Mutex::new(None),
                seen_version: Mutex::new(None),
            }),
        }
    }

    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Content beside the cache.
    pub fn content(&self) -> ContentFolder {
        ContentFolder::beside(&self.inner.path)
    }

    /// Begins a writing transaction, and waits for other writers first. Dropped without a commit, it changes nothing.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        self.inner.write.begin_with("BEGIN IMMEDIATE").await.map_err(|error| self.named(error))
    }

    pub(crate) async fn commit(&self, tx: Transaction<'static, Sqlite>) -> Result<()> {
        tx.commit().await.map_err(|error| self.named(error))
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>> {
        self.inner.read.acquire().await.map_err(|error| self.named(error))
    }

    /// Begins a reading transaction: everything read in it is of one moment.
    pub(crate) async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>> {
        self.inner.read.begin().await.map_err(|error| self.named(error))
    }

    pub(crate) fn named(&self, error: sqlx::Error) -> StoreError {
        StoreError::at(&self.inner.path, error)
    }

    /// Gives a driver's error from inside a transaction its file and its meaning.
    pub(crate) fn name<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| match error {
            StoreError::Driver(error) => self.named(error),
            other => other,
        })
    }

    /// The directory, read anew only when it changed.
    pub async fn lookup(&self) -> Result<Arc<Lookup>> {
        let mut connection = self.reader().await?;
        let found = self.lookup_in(&mut connection).await;
        self.name(found)
    }

    pub(crate) async fn lookup_in(&self, connection: &mut SqliteConnection) -> Result<Arc<Lookup>> {
        let stamp = directory::stamp(connection).await?;
        let cached = self.inner.lookup.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(lookup) = cached.filter(|lookup| lookup.stamp == stamp) {
            return Ok(lookup);
        }
        let lookup = Arc::new(directory::load(connection).await?);
        *self.inner.lookup.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&lookup));
        Ok(lookup)
    }

    /// Whether another process has written since this was last asked.
    pub async fn changed_elsewhere(&self) -> Result<bool> {
        let mut connection = self.inner.write.acquire().await.map_err(|error| self.named(error))?;
        // On this one connection, the version moves only with what others commit.
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        let before = self.inner.seen_version.lock().unwrap_or_else(PoisonError::into_inner).replace(version);
        Ok(before.is_some_and(|before| before != version))
    }

    /// Empties the cache of everything the portal sent. Outbox, journal and preferences stay, and content that is
    /// nowhere else yet.
    pub async fn wipe(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = tables::empty(&mut tx).await;
        self.name(emptied)?;
        directory::touch(&mut tx).await?;
        let unsent = self.name(uploads::unsent(&mut tx).await)?;
        self.commit(tx).await?;
        self.content().clear(unsent).await
    }

    /// Empties the cache of everything but the bare commands that have no outcome, and content that is nowhere else
    /// yet: their author was shut out.
    pub async fn keep_commands_alone(&self, lease: &Lease) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = async {
            lease::check(&mut tx, lease).await?;
            tables::empty(&mut tx).await?;
            for statement in [
                "DELETE FROM outbox WHERE outcome_kind IS NOT NULL",
                "UPDATE outbox SET seen_doc = NULL",
                "DELETE FROM journal",
                "DELETE FROM preferences",
            ] {
                sqlx::query(statement).execute(&mut *tx).await?;
            }
            directory::touch(&mut tx).await?;
            uploads::unsent(&mut tx).await
        }
        .await;
        let unsent = self.name(emptied)?;
        self.commit(tx).await?;
        self.content().clear(unsent).await
    }

    /// Empties the cache of everything, also of unsent commands: another person's turn.
    pub async fn wipe_all(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = async {
            tables::empty(&mut tx).await?;
            for statement in [
                "DELETE FROM outbox",
                "DELETE FROM uploads",
                "DELETE FROM journal",
                "DELETE FROM preferences",
                // Whoever still syncs what was here must not write it into what comes next.
                "UPDATE lease SET holder = '', generation = generation + 1, expires_ms = 0",
                "DELETE FROM meta WHERE key NOT IN ('item_tables', 'portal', 'email')",
            ] {
                sqlx::query(statement).execute(&mut *tx).await?;
            }
            directory::touch(&mut tx).await
        }
        .await;
        self.name(emptied)?;
        self.commit(tx).await?;
        self.content().clear(BTreeSet::new()).await
    }

    pub async fn close(&self) {
        self.inner.read.close().await;
        self.inner.write.close().await;
    }
}
