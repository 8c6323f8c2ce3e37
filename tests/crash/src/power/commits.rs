//! The smallest program that commits: to show that a power cut takes what was not synced, and only that.

use anyhow::Result;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr as _;

/// Commits so many rows, one by one, and prints a line for each when SQLite says that it is committed.
///
/// # Errors
/// As SQLite's.
pub async fn commit(file: &Path, synchronous: &str, commits: u64) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::from_str(synchronous)?);
    let mut db = SqliteConnection::connect_with(&options).await?;
    sqlx::query("CREATE TABLE commits (number INTEGER PRIMARY KEY)").execute(&mut db).await?;
    let mut out = std::io::stdout();
    for number in 1..=commits {
        sqlx::query("INSERT INTO commits VALUES ($1)").bind(number.cast_signed()).execute(&mut db).await?;
        writeln!(out, "{number}")?;
        out.flush()?;
    }
    Ok(())
}

/// How many of them are there.
///
/// # Errors
/// As SQLite's, also when there is no database any more.
pub async fn committed(file: &Path) -> Result<u64> {
    let mut db = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await?;
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM commits").fetch_one(&mut db).await?;
    Ok(rows.unsigned_abs())
}
