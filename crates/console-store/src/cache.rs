//! The cache itself: one writer, several readers, and what both keep in memory.

use crate::content::ContentFolder;
use crate::directory::{self, Lookup};
use crate::error::{Result, StoreError};
use crate::queue::Lengths;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Sqlite, Transaction};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{MappedMutexGuard, MutexGuard};

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
    lengths: Lengths,
    /// Taken out of the readers by the first page that is asked for.
    lister: tokio::sync::Mutex<Option<SqliteConnection>>,
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
                lengths: Lengths::default(),
                lister: tokio::sync::Mutex::default(),
            }),
        }
    }

    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn lengths(&self) -> &Lengths {
        &self.inner.lengths
    }

    /// Content beside the cache.
    pub fn content(&self) -> ContentFolder {
        ContentFolder::beside(&self.inner.path)
    }

    /// Begins a writing transaction, and waits for other writers first. Dropped without a commit, it changes nothing.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        self.inner.write.begin_with("BEGIN IMMEDIATE").await.map_err(|error| self.named(error))
    }

    /// The writing connection, for what cannot be done in a transaction.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<Sqlite>> {
        self.inner.write.acquire().await.map_err(|error| self.named(error))
    }

    pub(crate) async fn commit(&self, tx: Transaction<'static, Sqlite>) -> Result<()> {
        tx.commit().await.map_err(|error| self.named(error))
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>> {
        self.inner.read.acquire().await.map_err(|error| self.named(error))
    }

    /// The connection for pages of queues, which are asked for with every key. The readers' pool looks after whatever
    /// comes back to it, and the next question would meet it at that.
    pub(crate) async fn lister(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        let mut lister = self.inner.lister.lock().await;
        if lister.is_none() {
            *lister = Some(self.reader().await?.detach());
        }
        MutexGuard::try_map(lister, Option::as_mut).map_err(|_| self.named(sqlx::Error::PoolClosed))
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

    /// The directory as it was when it was read last, which may be a while ago.
    pub(crate) async fn remembered_lookup(&self) -> Result<Arc<Lookup>> {
        let cached = self.inner.lookup.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match cached {
            Some(lookup) => Ok(lookup),
            None => self.lookup().await,
        }
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
        let mut connection = self.writer().await?;
        // On this one connection, the version moves only with what others commit.
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        let before = self.inner.seen_version.lock().unwrap_or_else(PoisonError::into_inner).replace(version);
        Ok(before.is_some_and(|before| before != version))
    }

    pub async fn close(&self) {
        if let Some(lister) = self.inner.lister.lock().await.take() {
            // It has written nothing that could be lost.
            let _ = lister.close().await;
        }
        self.inner.read.close().await;
        self.inner.write.close().await;
    }
}
