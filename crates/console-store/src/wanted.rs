//! Which content is worth having before somebody asks for it.

use crate::cache::Cache;
use crate::error::Result;
use postern_domain::{Item, ItemId};
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
}
