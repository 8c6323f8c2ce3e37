//! Emptying the cache, so that nothing of what was in it is left in its files either.

use crate::cache::Cache;
use crate::error::Result;
use crate::lease::{self, Lease};
use crate::{directory, meta, tables, uploads};
use std::collections::BTreeSet;

/// A fact about the cache: what was deleted may still stand in its files.
const SCRUB: &str = "scrub";

impl Cache {
    /// Empties the cache of everything the portal sent. Outbox, journal and preferences stay, and content that is
    /// nowhere else yet.
    pub async fn wipe(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = async {
            tables::empty(&mut tx).await?;
            directory::touch(&mut tx).await?;
            meta::set(&mut tx, SCRUB, Some("1")).await?;
            uploads::unsent(&mut tx).await
        }
        .await;
        let unsent = self.name(emptied)?;
        self.commit(tx).await?;
        self.content().clear(unsent).await?;
        self.scrub().await
    }

    /// Empties the cache of everything but the bare commands that have no outcome, and content that is nowhere else
    /// yet: their author was shut out.
    pub async fn keep_commands_alone(&self, lease: &Lease) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = async {
            lease::check(&mut tx, lease).await?;
            tables::empty(&mut tx).await?;
            for statement in [
                "DELETE FROM outbox WHERE outcome_kind IS NOT NULL",
                "UPDATE outbox SET seen_doc = NULL",
                "DELETE FROM journal",
                "DELETE FROM preferences",
            ] {
                sqlx::query(statement).execute(&mut *tx).await?;
            }
            directory::touch(&mut tx).await?;
            meta::set(&mut tx, SCRUB, Some("1")).await?;
            uploads::unsent(&mut tx).await
        }
        .await;
        let unsent = self.name(emptied)?;
        self.commit(tx).await?;
        self.content().clear(unsent).await?;
        self.scrub().await
    }

    /// Empties the cache of everything, also of unsent commands: another person's turn.
    pub async fn wipe_all(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = async {
            tables::empty(&mut tx).await?;
            for statement in [
                "DELETE FROM outbox",
                "DELETE FROM uploads",
                "DELETE FROM journal",
                "DELETE FROM preferences",
                // Whoever still syncs what was here must not write it into what comes next.
                "UPDATE lease SET holder = '', generation = generation + 1, expires_ms = 0",
                "DELETE FROM meta WHERE key NOT IN ('item_tables', 'portal', 'email')",
            ] {
                sqlx::query(statement).execute(&mut *tx).await?;
            }
            directory::touch(&mut tx).await?;
            meta::set(&mut tx, SCRUB, Some("1")).await
        }
        .await;
        self.name(emptied)?;
        self.commit(tx).await?;
        self.content().clear(BTreeSet::new()).await?;
        self.scrub().await
    }

    /// Writes the database anew without what was deleted from it, and cuts its log. Where another process reads just
    /// then, part of it is left to the next opening.
    pub(crate) async fn scrub(&self) -> Result<()> {
        let mut connection = self.writer().await?;
        let due = meta::get(&mut connection, SCRUB).await;
        if self.name(due)?.is_none() {
            return Ok(());
        }
        sqlx::query("VACUUM").execute(&mut *connection).await.map_err(|error| self.named(error))?;
        let cut = "PRAGMA wal_checkpoint(TRUNCATE)";
        let (busy, ..): (i64, i64, i64) =
            sqlx::query_as(cut).fetch_one(&mut *connection).await.map_err(|error| self.named(error))?;
        if busy != 0 {
            tracing::warn!(
                "another process reads the cache: what was deleted is written over with the next start"
            );
            return Ok(());
        }
        let done = meta::set(&mut connection, SCRUB, None).await;
        self.name(done)
    }
}
