//! What the base holds beside what it should hold, after the person's grants have changed: mostly it is nearly the same.

use crate::cache::Cache;
use crate::error::Result;
use crate::lease::{self, Lease};
use crate::meta;
use crate::pull::{News, Pulled, Step};
use postern_domain::{ItemId, Timestamp};
use postern_protocol::{Change, ChangePage, Month, NewerItem, mark};
use std::collections::HashMap;

/// Ids and versions are added as they come; what is left of the base at the end is out of sight.
#[derive(Debug)]
pub struct Comparison {
    /// The marks of what is held and has not been named yet.
    held: HashMap<ItemId, i64>,
    missing: Vec<ItemId>,
}

impl Comparison {
    /// The portal has this version of an item in sight.
    pub fn see(&mut self, id: ItemId, version: u64) {
        let is_held = self.held.remove(&id) == Some(mark(&id, version));
        if !is_held {
            self.missing.push(id);
        }
    }

    /// What is not held, or in another version, as far as versions have come.
    pub fn missing(&self) -> &[ItemId] {
        &self.missing
    }

    /// What has to be fetched, and what is held and not in sight any more. Call it when every version has come.
    pub fn done(self) -> (Vec<ItemId>, Vec<Change>) {
        let mut leave: Vec<ItemId> = self.held.into_keys().collect();
        leave.sort();
        (self.missing, leave.into_iter().map(|id| Change::Leave { id }).collect())
    }
}

impl Cache {
    /// Begins to compare the base as it is now.
    pub async fn comparison(&self) -> Result<Comparison> {
        let mut connection = self.reader().await?;
        let held: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, mark FROM items WHERE layer = 0 UNION ALL SELECT id, mark FROM newer_items",
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| self.named(error))?;
        let held = held.into_iter().map(|(id, mark)| (ItemId(id), mark)).collect();
        Ok(Comparison { held, missing: Vec::new() })
    }

    /// Takes in what a comparison came to, as [`Cache::apply_page`] does, and what is kept of closed items from now on.
    /// Nothing that was not here before is news: it was there, and out of sight.
    pub async fn apply_comparison(
        &self,
        lease: &Lease,
        page: &ChangePage,
        newer_items: &[NewerItem],
        closed_since: Option<Month>,
        now: Timestamp,
    ) -> Result<Pulled> {
        let mut tx = self.begin().await?;
        let applied = async {
            lease::check(&mut tx, lease).await?;
            let closed_since = closed_since.map(|month| month.to_string());
            meta::set(&mut tx, "closed_since", closed_since.as_deref()).await?;
            self.apply_page_in(&mut tx, page, newer_items, News::OfWhatWasHere, now, Step::All).await
        }
        .await;
        let pulled = self.name(applied)?;
        self.commit(tx).await?;
        Ok(pulled)
    }
}
