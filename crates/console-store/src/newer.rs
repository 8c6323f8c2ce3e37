//! Items that this version cannot read: kept as they came, counted, and named to who asks for them.

use crate::cache::Cache;
use crate::error::Result;
use crate::items::{self, BASE, OVERLAY};
use crate::tables::Family;
use crate::{alerts, meta, overlay};
use postern_domain::{Item, ItemId};
use postern_protocol::{Cursor, NewerItem, mark};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

/// A fact about the cache: the version of this program that opened it last.
const WRITTEN_BY: &str = "written_by";

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

    /// Makes the cache that of the version of this program which is called `version`: what an older one could not read
    /// is read once more, and the portal is asked for the directory, of which the older one kept only what it knew.
    /// Returns how many items are readable now.
    pub async fn take_over(&self, version: &str) -> Result<usize> {
        let mut tx = self.begin().await?;
        let taken = async {
            if meta::get(&mut tx, WRITTEN_BY).await?.as_deref() != Some(version) {
                ask_for_the_directory(&mut tx).await?;
                meta::set(&mut tx, WRITTEN_BY, Some(version)).await?;
            }
            reread(self, &mut tx).await
        }
        .await;
        let readable = self.name(taken)?;
        self.commit(tx).await?;
        Ok(readable)
    }
}

/// The directory comes with the next page, and a load that was cut begins anew.
async fn ask_for_the_directory(connection: &mut SqliteConnection) -> Result<()> {
    if let Some(cursor) = meta::read(connection).await?.cursor {
        let cursor = Cursor { directory_version: 0, ..cursor };
        meta::set(connection, "cursor", Some(&cursor.to_string())).await?;
    }
    meta::set(connection, "staging", None).await
}

async fn reread(cache: &Cache, connection: &mut SqliteConnection) -> Result<usize> {
    let docs: Vec<String> =
        sqlx::query_scalar("SELECT doc FROM newer_items").fetch_all(&mut *connection).await?;
    let lookup = cache.lookup_in(connection).await?;
    let readable: Vec<Item> = docs.iter().filter_map(|doc| serde_json::from_str(doc).ok()).collect();
    for item in &readable {
        remove(connection, &item.id).await?;
        items::put(connection, BASE, item, &lookup).await?;
        overlay::rebuild(connection, &item.id, &lookup).await?;
    }
    Ok(readable.len())
}
