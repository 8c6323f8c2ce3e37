//! A page of changes, taken in at once: patches, directory, outbox, overlay, alerts and cursor, or nothing of it.

use crate::cache::Cache;
use crate::directory::{self, Lookup, Reach};
use crate::error::Result;
use crate::items::{self, BASE, OVERLAY};
use crate::lease::{self, Lease};
use crate::tables::Family;
use crate::{alerts, holding, meta, newer, outbox, overlay, tally, unnamed};
use postern_domain::{Item, ItemId, Timestamp};
use postern_protocol::{Change, ChangePage, Divergence, Expected, NewerItem};
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a page changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    pub items: Vec<ItemId>,
    /// The directory changed as well: every row may read differently.
    pub everything: bool,
    /// There are alerts to show.
    pub alerts: bool,
    /// The base is not what the portal says that it should be: a fault on one of the two sides.
    pub diverged: Option<Divergence>,
}

impl Cache {
    /// Takes a page in. After a crash at any point the cache is as before, or as after.
    ///
    /// `newer_items`: what of the page this version cannot read.
    pub async fn apply_page(
        &self,
        lease: &Lease,
        page: &ChangePage,
        newer_items: &[NewerItem],
        now: Timestamp,
    ) -> Result<Pulled> {
        let mut tx = self.begin().await?;
        let applied = async {
            lease::check(&mut tx, lease).await?;
            self.apply_page_in(&mut tx, page, newer_items, News::OfEverything, now, Step::All).await
        }
        .await;
        let pulled = self.name(applied)?;
        self.commit(tx).await?;
        Ok(pulled)
    }

    /// The body of [`Cache::apply_page`], up to a step: a test drops the transaction there.
    pub(crate) async fn apply_page_in(
        &self,
        tx: &mut SqliteConnection,
        page: &ChangePage,
        newer_items: &[NewerItem],
        news: News,
        now: Timestamp,
        until: Step,
    ) -> Result<Pulled> {
        let mut pulled = Pulled::default();
        let mut lookup = self.lookup_in(tx).await?;
        if let Some(directory) = &page.directory {
            let new = Arc::new(Lookup::new(lookup.me.clone(), directory));
            directory::replace(tx, directory).await?;
            let reach = directory::reach(&lookup, &new);
            let before = std::mem::replace(&mut lookup, new);
            if reach != Reach::Nothing {
                items::recompute(tx, reach == Reach::Open, &before, &lookup).await?;
                overlay::rebuild_all(tx, &lookup).await?;
            }
            pulled.everything = true;
        }
        if until == Step::Directory {
            return Ok(pulled);
        }
        let mut touched = BTreeSet::new();
        for change in &page.changes {
            let id = match change {
                Change::Upsert { item } => {
                    pulled.alerts |= upsert(tx, item, &lookup, news, now).await?;
                    item.id.clone()
                }
                Change::Leave { id } => {
                    leave(tx, id).await?;
                    outbox::forget_seen(tx, id).await?;
                    id.clone()
                }
            };
            touched.insert(id);
        }
        for item in newer_items {
            newer::put(tx, Family::Live, item).await?;
            touched.insert(item.id.clone());
        }
        if until == Step::Patches {
            return Ok(pulled);
        }
        touched.extend(outbox::trim(tx, page.cursor.seq, now).await?);
        if until == Step::Trimmed {
            return Ok(pulled);
        }
        for id in &touched {
            overlay::rebuild(tx, id, &lookup).await?;
        }
        if until == Step::Overlay {
            return Ok(pulled);
        }
        tally::count_to(tx, now).await?;
        meta::set(tx, "cursor", Some(&page.cursor.to_string())).await?;
        if let Some(Expected { holding: expected, elsewhere }) = page.expected {
            let found = holding::of_base(tx).await?;
            pulled.diverged = (found != expected).then_some(Divergence { expected, found });
            meta::set(tx, "elsewhere", Some(&elsewhere.to_string())).await?;
        }
        pulled.items = touched.into_iter().collect();
        Ok(pulled)
    }
}

/// Of which items there may be something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    OfEverything,
    /// What comes into sight is no news.
    OfWhatWasHere,
}

/// The steps between which a crash may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) enum Step {
    Directory,
    Patches,
    Trimmed,
    Overlay,
    All,
}

/// Stores an item, unless the base has a newer one. Returns whether there is something to tell.
async fn upsert(
    tx: &mut SqliteConnection,
    item: &Item,
    lookup: &Lookup,
    news: News,
    now: Timestamp,
) -> Result<bool> {
    let before = items::read_layer(tx, &item.id, BASE).await?;
    if before.as_ref().is_some_and(|before| before.version > item.version) {
        return Ok(false);
    }
    newer::remove(tx, &item.id).await?;
    items::put(tx, BASE, item, lookup).await?;
    if before.is_none() && news == News::OfWhatWasHere {
        return Ok(false);
    }
    alerts::detect(tx, before.as_ref(), item, lookup, now).await
}

/// Out of sight: the row, its words, its alerts. Commands on it stay in the outbox; the portal answers them.
pub(crate) async fn leave(tx: &mut SqliteConnection, id: &ItemId) -> Result<()> {
    unnamed::note(tx, Some(id.as_str())).await?;
    items::remove(tx, id, BASE).await?;
    items::remove(tx, id, OVERLAY).await?;
    newer::remove(tx, id).await?;
    alerts::forget(tx, id).await
}
