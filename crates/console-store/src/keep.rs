//! What this console keeps: everything that is open, and what was closed since a month that its person chose.

use crate::cache::Cache;
use crate::error::Result;
use crate::lease::{self, Lease};
use crate::{meta, overlay, pull};
use postern_domain::ItemId;
use postern_protocol::Month;
use sqlx::sqlite::SqliteConnection;

/// How much is here, and how much is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Closed items are here from this month on; none: all of them.
    pub closed_since: Option<Month>,
    /// Items that the portal has sent.
    pub items: u64,
    /// Items that the person may see and that are not here, as the portal said last.
    pub elsewhere: u64,
    /// Bytes of the cache that are in use. What became free is written over before the file grows.
    pub bytes: u64,
}

impl Cache {
    /// Lets go of what was closed before `closed_since`. Returns how many items went.
    pub async fn narrow(&self, lease: &Lease, closed_since: Month) -> Result<u64> {
        let mut tx = self.begin().await?;
        let narrowed = async {
            lease::check(&mut tx, lease).await?;
            let ids: Vec<String> = sqlx::query_scalar(
                "SELECT id FROM items WHERE layer = 0 AND standing = 2 AND entered_ms < $1",
            )
            .bind(closed_since.start().ms())
            .fetch_all(&mut *tx)
            .await?;
            let lookup = self.lookup_in(&mut tx).await?;
            for id in &ids {
                let id = ItemId::from(id.as_str());
                pull::leave(&mut tx, &id).await?;
                overlay::rebuild(&mut tx, &id, &lookup).await?;
            }
            let gone = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            let elsewhere = elsewhere(&mut tx).await?.saturating_add(gone);
            meta::set(&mut tx, "elsewhere", Some(&elsewhere.to_string())).await?;
            meta::set(&mut tx, "closed_since", Some(&closed_since.to_string())).await?;
            Ok(gone)
        }
        .await;
        let gone = self.name(narrowed)?;
        self.commit(tx).await?;
        Ok(gone)
    }

    /// How much is here.
    pub async fn kept(&self) -> Result<Kept> {
        let mut tx = self.snapshot().await?;
        let kept = async {
            let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *tx).await?;
            let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *tx).await?;
            let size: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut *tx).await?;
            Ok(Kept {
                closed_since: closed_since(&mut tx).await?,
                items: crate::holding::of_base(&mut tx).await?.items,
                elsewhere: elsewhere(&mut tx).await?,
                bytes: pages.saturating_sub(free).saturating_mul(size).unsigned_abs(),
            })
        }
        .await;
        self.name(kept)
    }
}

pub(crate) async fn closed_since(connection: &mut SqliteConnection) -> Result<Option<Month>> {
    Ok(meta::get(connection, "closed_since").await?.and_then(|text| text.parse().ok()))
}

async fn elsewhere(connection: &mut SqliteConnection) -> Result<u64> {
    Ok(meta::get(connection, "elsewhere").await?.and_then(|text| text.parse().ok()).unwrap_or(0))
}
