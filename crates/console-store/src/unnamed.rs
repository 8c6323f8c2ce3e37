//! Content that is not to be here any more: what named it has left.
//!
//! Whatever takes away an item or a command notes the content that it named (a trigger does so for commands). Only such
//! content is ever removed: what was just picked and is not named yet stays.

use crate::cache::Cache;
use crate::error::Result;
use crate::uploads;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;

/// The hashes that items of the base name.
const NAMED_BY_ITEMS: &str = "SELECT DISTINCT version.value ->> '$.sha256'
    FROM items JOIN item_docs ON item_docs.row = items.row,
        json_each(doc, '$.attachments') AS attachment, json_each(attachment.value, '$.versions') AS version
    WHERE layer = 0 AND attachments > 0";

/// Notes what the item names, or every item: it is about to leave.
pub(crate) async fn note(connection: &mut SqliteConnection, item: Option<&str>) -> Result<()> {
    let which = if item.is_some() { "items.id = $1" } else { "$1 IS NULL" };
    let sql = AssertSqlSafe(format!(
        "INSERT INTO unnamed_content (sha256) {NAMED_BY_ITEMS} AND {which}
         ON CONFLICT (sha256) DO UPDATE SET times = times + 1"
    ));
    sqlx::query(sql).bind(item).execute(connection).await?;
    Ok(())
}

impl Cache {
    /// Removes what was noted and is named by nothing any more. Returns how many files went.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError); what stayed is removed the next time.
    pub async fn drop_unnamed_content(&self) -> Result<u32> {
        let mut connection = self.reader().await?;
        let noted: std::result::Result<Vec<(String, i64)>, sqlx::Error> =
            sqlx::query_as("SELECT sha256, times FROM unnamed_content").fetch_all(&mut *connection).await;
        let noted = noted.map_err(|error| self.named(error))?;
        if noted.is_empty() {
            return Ok(0);
        }
        // Every document is read, for which nobody waits with writing: an item that comes meanwhile can be fetched for.
        let named = sqlx::query_scalar(NAMED_BY_ITEMS).fetch_all(&mut *connection).await;
        let mut named: BTreeSet<String> = named.map_err(|error| self.named(error))?.into_iter().collect();
        drop(connection);
        let mut tx = self.begin().await?;
        let dropped = async {
            named.extend(uploads::named_by_commands(&mut tx).await?);
            let mut gone = 0;
            for (sha256, times) in noted {
                // Unless it was picked again, or more has left, meanwhile.
                let done = sqlx::query("DELETE FROM unnamed_content WHERE sha256 = $1 AND times = $2")
                    .bind(&sha256)
                    .bind(times)
                    .execute(&mut *tx)
                    .await?;
                if done.rows_affected() > 0 && !named.contains(&sha256) {
                    gone += u32::from(self.content().remove(&sha256).await?);
                }
            }
            Ok(gone)
        }
        .await;
        let gone = self.name(dropped)?;
        self.commit(tx).await?;
        Ok(gone)
    }

    /// Content that was picked is not to be named after all.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError) where the cache cannot be written.
    pub async fn content_is_put_back(&self, sha256: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO unnamed_content (sha256) VALUES ($1)
             ON CONFLICT (sha256) DO UPDATE SET times = times + 1",
        )
        .bind(sha256)
        .execute(&mut *tx)
        .await
        .map_err(|error| self.named(error))?;
        self.commit(tx).await
    }

    /// Content is about to be named that may have been noted before. False if it has gone already.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError) where the cache cannot be written.
    pub async fn content_is_picked(&self, sha256: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM unnamed_content WHERE sha256 = $1")
            .bind(sha256)
            .execute(&mut *tx)
            .await
            .map_err(|error| self.named(error))?;
        self.commit(tx).await?;
        Ok(self.content().has(sha256).await)
    }
}
