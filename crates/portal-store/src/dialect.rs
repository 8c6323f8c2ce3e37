//! What differs between databases, and nothing else: types, opening, pragmas, transactions.

use crate::error::StoreError;
use crate::migrations;
use crate::store::StoreOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Row as _, Transaction};
use std::path::Path;
use std::time::Duration;

pub(crate) type Database = sqlx::Sqlite;
pub(crate) type Connection = SqliteConnection;
pub(crate) type Pool = SqlitePool;
pub(crate) type DbRow = SqliteRow;
pub(crate) type Tx = Transaction<'static, Database>;

/// Older ones can damage a WAL database that two connections use.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

const BUSY: Duration = Duration::from_secs(15);

/// Pages of the write-ahead log, of 4 KiB, after which a commit folds it: a push of a hundred decisions writes about a
/// thousand, and should not be kept waiting for that each time.
const FOLDED_AFTER: &str = "4000";

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-32000")
        .pragma("wal_autocheckpoint", FOLDED_AFTER)
        .statement_cache_capacity(256)
}

/// One writer; whatever reads goes past it.
#[derive(Debug)]
pub(crate) struct Pools {
    pub writer: Pool,
    pub readers: Pool,
    pub snapshots: Pool,
}

/// Makes the file when it is not there, brings its schema up to date, and opens one writer and several readers.
pub(crate) async fn open(file: &Path, create: bool, settings: &StoreOptions) -> Result<Pools, StoreError> {
    let mut writing = options(file).create_if_missing(create);
    if let Some(pages) = settings.most_pages {
        writing = writing.pragma("max_page_count", pages.to_string());
    }
    let writer = fit_connections()
        .min_connections(1)
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(writing)
        .await?;
    let mut first = writer.acquire().await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *first).await?;
    if parse_version(&version).is_none_or(|found| found < OLDEST_SQLITE) {
        return Err(StoreError::OldSqlite { version });
    }
    migrations::run(&mut first).await?;
    drop(first);
    let reading = |connections| {
        fit_connections()
            .max_connections(connections)
            .max_lifetime(None)
            .connect_lazy_with(options(file).pragma("query_only", "ON"))
    };
    Ok(Pools { writer, readers: reading(settings.readers), snapshots: reading(settings.snapshots) })
}

/// On a full disk SQLite ends a transaction by itself. The driver does not notice, and a connection on which it still
/// counts one open would refuse every further one: such a connection is replaced. A rollback that was on its way is
/// done: a connection goes back to the pool after it.
fn fit_connections() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

/// How many migrations ran on this database.
pub(crate) async fn schema_version(db: &mut Connection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("PRAGMA user_version").fetch_one(db).await?)
}

pub(crate) async fn set_schema_version(db: &mut Connection, version: i64) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {version}"))).execute(db).await?;
    Ok(())
}

pub(crate) async fn has_table(db: &mut Connection, name: &str) -> Result<bool, StoreError> {
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1")
            .bind(name)
            .fetch_one(db)
            .await?;
    Ok(tables > 0)
}

/// Fails where the database can only be read, because of its disk or its permissions. SQLite opens it all the same.
pub(crate) async fn assert_writable(writer: &Pool) -> Result<(), StoreError> {
    let mut tx = begin_write(writer).await?;
    let version = schema_version(&mut tx).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {version}"))).execute(&mut *tx).await?;
    Ok(tx.rollback().await?)
}

/// A transaction that may write. Holds the database's one write lock from its first moment on, so that whoever
/// reads the head in it reads what commits last.
pub(crate) async fn begin_write(writer: &Pool) -> Result<Tx, StoreError> {
    Ok(writer.begin_with("BEGIN IMMEDIATE").await?)
}

/// A transaction that sees one state of the database, fixed with its first statement.
pub(crate) async fn begin_read(readers: &Pool) -> Result<Tx, StoreError> {
    Ok(readers.begin().await?)
}

/// Writes a consistent copy of the whole database to `target`, which must not exist. Others may go on writing.
pub(crate) async fn copy(file: &Path, target: &Path) -> Result<(), StoreError> {
    let name = target.to_str().ok_or_else(|| StoreError::Unacceptable {
        what: format!("{} is not a path that SQLite can take", target.display()),
    })?;
    let mut db = options(file).connect().await?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut db).await?;
    Ok(db.close().await?)
}

/// What the database itself finds wrong with its file: nothing when all is well.
pub(crate) async fn integrity(db: &mut Connection) -> Result<Vec<String>, StoreError> {
    let mut found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(&mut *db).await?;
    found.retain(|line| line != "ok");
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(db).await? {
        let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
        found.push(format!("a row of {table} refers to a row of {parent} that is not there"));
    }
    Ok(found)
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_older_than_3_51_3_is_told_from_a_newer_one() {
        assert!(parse_version("3.51.2") < Some(OLDEST_SQLITE));
        assert!(parse_version("3.51.10") > Some(OLDEST_SQLITE));
        assert!(parse_version("4.0.0") > Some(OLDEST_SQLITE));
        assert_eq!(parse_version("nonsense"), None);
    }
}
