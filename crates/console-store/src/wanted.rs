//! Which content is worth having before somebody asks for it, and which is not to be here any more.

use crate::cache::Cache;
use crate::error::Result;
use crate::{meta, uploads};
use postern_domain::{Item, ItemId};
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;

/// Content that an item names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub item: ItemId,
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

impl Cache {
    /// The newest version of every file, of at most `largest` bytes, of the items where it is my turn; what is due
    /// first leads. Looks at `items` items.
    pub async fn wanted_content(&self, largest: u64, items: u32) -> Result<Vec<Wanted>> {
        let mut connection = self.reader().await?;
        let docs: Vec<String> = sqlx::query_scalar(
            "SELECT doc FROM items JOIN item_docs ON item_docs.row = items.row
             WHERE live = 1 AND my_turn = 1 AND attachments > 0 ORDER BY due_sort LIMIT $1",
        )
        .bind(i64::from(items))
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.named(error))?;
        drop(connection);
        let (mut wanted, mut known) = (Vec::new(), BTreeSet::new());
        for doc in docs {
            let item: Item = serde_json::from_str(&doc)?;
            let newest = item.attachments.iter().filter_map(|attachment| attachment.versions.last());
            for version in newest.filter(|version| version.size <= largest) {
                if known.insert(version.sha256.clone()) {
                    wanted.push(Wanted {
                        item: item.id.clone(),
                        sha256: version.sha256.clone(),
                        size: version.size,
                    });
                }
            }
        }
        Ok(wanted)
    }

    /// Removes content that nothing here names any more, if items have left since this was done last. Returns how many
    /// files went.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError); what stayed is removed the next time.
    pub async fn drop_unnamed_content(&self) -> Result<u32> {
        let mut connection = self.reader().await?;
        let due = meta::get(&mut connection, UNNAMED).await;
        drop(connection);
        let Some(due) = self.name(due)? else { return Ok(0) };
        let gone = self.content().keep_only(self.named_content().await?).await?;
        // Unless more has left meanwhile.
        let mut tx = self.begin().await?;
        let done = sqlx::query("DELETE FROM meta WHERE key = $1 AND value = $2")
            .bind(UNNAMED)
            .bind(due)
            .execute(&mut *tx)
            .await;
        done.map_err(|error| self.named(error))?;
        self.commit(tx).await?;
        Ok(gone)
    }

    /// The hashes that items here and commands without success name.
    async fn named_content(&self) -> Result<BTreeSet<String>> {
        let mut tx = self.snapshot().await?;
        let named = async {
            let of_items: Vec<String> = sqlx::query_scalar(
                "SELECT DISTINCT version.value ->> '$.sha256'
                 FROM items JOIN item_docs ON item_docs.row = items.row,
                     json_each(doc, '$.attachments') AS attachment,
                     json_each(attachment.value, '$.versions') AS version
                 WHERE layer = 0 AND attachments > 0",
            )
            .fetch_all(&mut *tx)
            .await?;
            let mut named = uploads::named_by_commands(&mut tx).await?;
            named.extend(of_items);
            Ok(named)
        }
        .await;
        self.name(named)
    }
}

/// Content may be here that nothing names any more: a fact about the cache, with a number that grows each time.
const UNNAMED: &str = "unnamed_content";

/// Something that may have named content has left.
pub(crate) async fn content_may_be_unnamed(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query(
        "INSERT INTO meta (key, value) VALUES ($1, '1')
         ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
    )
    .bind(UNNAMED)
    .execute(connection)
    .await?;
    Ok(())
}
