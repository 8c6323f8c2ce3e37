//! Brings a database's schema up to date, and tells one that another build has set up differently.
//!
//! The database says how many migrations ran. What each of them said when it ran is kept as a checksum beside it, so
//! that a migration which was edited afterwards shows when the database is opened, not at the first statement that
//! finds another column than it expects. To add one: a file in `migrations/`, a line in [`MIGRATIONS`].

use crate::dialect::{self, Connection};
use crate::error::StoreError;
use sha2::{Digest as _, Sha256};
use sqlx::Connection as _;
use std::collections::BTreeMap;

struct Migration {
    name: &'static str,
    text: &'static str,
}

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_start", text: include_str!("../migrations/sqlite/0001_start.sql") }];

/// Made here and by no migration: it has to be there before the first.
const MADE_OF: &str =
    "CREATE TABLE IF NOT EXISTS migrations (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL)";

/// The newest schema that this program knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

/// Runs what is missing, all of it or nothing. A database that is newer or was made otherwise is left as it is.
pub(crate) async fn run(db: &mut Connection) -> Result<(), StoreError> {
    // One that needs nothing is not locked: somebody may be in the middle of a long import.
    if is_up_to_date(db).await? {
        return Ok(());
    }
    let mut tx = db.begin_with("BEGIN IMMEDIATE").await?;
    if !is_up_to_date(&mut tx).await? {
        sqlx::raw_sql(MADE_OF).execute(&mut *tx).await?;
        let done = usize::try_from(dialect::schema_version(&mut tx).await?).unwrap_or(0);
        for (number, migration) in (1_i64..).zip(MIGRATIONS).skip(done) {
            sqlx::raw_sql(migration.text).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO migrations (version, checksum) VALUES ($1, $2)")
                .bind(number)
                .bind(migration.checksum())
                .execute(&mut *tx)
                .await?;
        }
        dialect::set_schema_version(&mut tx, newest()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether every migration ran, each with the text that this program has.
async fn is_up_to_date(db: &mut Connection) -> Result<bool, StoreError> {
    let found = dialect::schema_version(db).await?;
    if found > newest() {
        return Err(StoreError::NewerSchema { found, known: newest() });
    }
    let kept = checksums(db).await?;
    for (number, migration) in (1..=found).zip(MIGRATIONS) {
        if kept.get(&number) != Some(&migration.checksum()) {
            return Err(StoreError::OtherMigration { name: migration.name });
        }
    }
    Ok(found == newest())
}

async fn checksums(db: &mut Connection) -> Result<BTreeMap<i64, String>, StoreError> {
    if !dialect::has_table(db, "migrations").await? {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT version, checksum FROM migrations").fetch_all(db).await?;
    Ok(rows.into_iter().collect())
}

impl Migration {
    fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.text))
    }
}
