//! Items that this version cannot read: kept as they came, counted, and named to who asks for them.

use crate::cache::Cache;
use crate::error::Result;
use crate::items::{self, BASE, OVERLAY};
use crate::tables::Family;
use crate::{alerts, overlay};
use postern_domain::{Item, ItemId};
use postern_protocol::{NewerItem, mark};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

/// Puts it in the place of whatever the base had under its id.
pub(crate) async fn put(connection: &mut SqliteConnection, family: Family, item: &NewerItem) -> Result<()> {
    if family == Family::Live {
        items::remove(connection, &item.id, BASE).await?;
        items::remove(connection, &item.id, OVERLAY).await?;
        alerts::forget(connection, &item.id).await?;
    }
    let sql = format!(
        "INSERT OR REPLACE INTO {}newer_items (id, mark, reference, title, doc) VALUES ($1, $2, $3, $4, $5)",
        family.prefix()
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(item.id.as_str())
        .bind(mark(&item.id, item.version))
        .bind(&item.reference)
        .bind(&item.title)
        .bind(&item.doc)
        .execute(connection)
        .await?;
    Ok(())
}

/// It left, or can be read now.
pub(crate) async fn remove(connection: &mut SqliteConnection, id: &ItemId) -> Result<()> {
    sqlx::query("DELETE FROM newer_items WHERE id = $1").bind(id.as_str()).execute(connection).await?;
    Ok(())
}

impl Cache {
    /// Reference and title of everything that only a newer Postern can read.
    pub async fn newer_items(&self) -> Result<Vec<(String, String)>> {
        let mut connection = self.reader().await?;
        sqlx::query_as("SELECT reference, title FROM newer_items ORDER BY reference")
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.named(error))
    }

    /// Reads once more what an older version could not: this one may. Returns how many are readable now.
    pub async fn reread_newer_items(&self) -> Result<usize> {
        let mut tx = self.begin().await?;
        let reread = async {
            let docs: Vec<String> =
                sqlx::query_scalar("SELECT doc FROM newer_items").fetch_all(&mut *tx).await?;
            let lookup = self.lookup_in(&mut tx).await?;
            let readable: Vec<Item> = docs.iter().filter_map(|doc| serde_json::from_str(doc).ok()).collect();
            for item in &readable {
                remove(&mut tx, &item.id).await?;
                items::put(&mut tx, BASE, item, &lookup).await?;
                overlay::rebuild(&mut tx, &item.id, &lookup).await?;
            }
            Ok(readable.len())
        }
        .await;
        let readable = self.name(reread)?;
        self.commit(tx).await?;
        Ok(readable)
    }
}
