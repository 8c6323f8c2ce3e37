//! Opening the file: the writer sets it up, then come the readers.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::tables;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Executor};
use std::path::Path;
use std::time::Duration;

/// In the order of their numbers; a database's `user_version` says how many it has.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_cache.sql")];

/// How long a writer waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(15);

impl Cache {
    /// Opens or makes the cache at `path`, which so many may read at once. The folder must exist.
    pub async fn open(path: &Path, readers: u32) -> Result<Self> {
        let at = |error| StoreError::at(path, error);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000")
            .pragma("mmap_size", "268435456")
            .statement_cache_capacity(256);
        // Outbox rows are promises: they are written with a full sync. What a full load writes does not stay in memory as
        // well, which a mapped file would.
        let writing = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("mmap_size", "0");

        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(Duration::from_secs(60))
            .test_before_acquire(false)
            // On a full disk SQLite ends a transaction by itself. The driver does not notice, and a connection on which
            // it still counts one open would refuse every further one: such a connection is replaced. A rollback that
            // was on its way is done: a connection goes back to the pool after it.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(writing)
            .await
            .map_err(at)?;
        let mut first = write.acquire().await.map_err(at)?;
        assert_version(&mut first).await?;
        migrate(&mut first, path).await?;
        drop(first);
        let read = SqlitePoolOptions::new()
            .max_connections(readers)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let cache = Cache::new(path.to_path_buf(), write, read);
        // An earlier wipe may have been cut, or somebody read while it went on.
        if let Err(error) = cache.scrub().await {
            tracing::warn!(%error, "what an earlier wipe left is removed with the next start");
        }
        Ok(cache)
    }
}

async fn assert_version(connection: &mut SqliteConnection) -> Result<()> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(connection).await?;
    let mut parts = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    if (part(), part(), part()) < (3, 51, 3) {
        return Err(StoreError::OldSqlite { found });
    }
    Ok(())
}

/// Runs what is missing in one transaction, so that two processes that start together do not both.
async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<()> {
    let at = |error| StoreError::at(path, error);
    let known = MIGRATIONS.len() as i64;
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.map_err(at)?;
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await.map_err(at)?;
    if found > known {
        return Err(StoreError::NewerSchema { path: path.to_path_buf(), found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute(sqlx::raw_sql(*migration)).await.map_err(at)?;
    }
    if found < known {
        tx.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {known}"))))
            .await
            .map_err(at)?;
    }
    tables::ensure(&mut tx).await?;
    tx.commit().await.map_err(at)?;
    Ok(())
}
