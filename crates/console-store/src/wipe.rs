//! Emptying the cache, so that nothing of what was in it is left in its files either.

use crate::cache::Cache;
use crate::error::Result;
use crate::lease::{self, Lease};
use crate::{directory, meta, tables, uploads};

/// A fact about the cache: what was deleted may still stand in its files.
const SCRUB: &str = "scrub";

impl Cache {
    /// Empties the cache of everything the portal sent. Outbox, journal and preferences stay, and content that is
    /// nowhere else yet.
    pub async fn wipe(&self) -> Result<()> {
        self.empty(None, &[]).await
    }

    /// Empties the cache of everything but the bare commands that have no outcome, and content that is nowhere else
    /// yet: their author was shut out.
    pub async fn keep_commands_alone(&self, lease: &Lease) -> Result<()> {
        let statements = [
            "DELETE FROM outbox WHERE outcome_kind IS NOT NULL",
            "UPDATE outbox SET seen_doc = NULL",
            "DELETE FROM journal",
            "DELETE FROM preferences",
        ];
        self.empty(Some(lease), &statements).await
    }

    /// Empties the cache of everything, also of unsent commands: another person's turn.
    pub async fn wipe_all(&self) -> Result<()> {
        let statements = [
            "DELETE FROM outbox",
            "DELETE FROM uploads",
            "DELETE FROM journal",
            "DELETE FROM preferences",
            // Whoever still syncs what was here must not write it into what comes next.
            "UPDATE lease SET holder = '', generation = generation + 1, expires_ms = 0",
            "DELETE FROM meta WHERE key NOT IN ('item_tables', 'portal', 'email')",
        ];
        self.empty(None, &statements).await
    }

    /// Removes what the portal sent and what the statements say, content that nothing unsent names included.
    async fn empty(&self, lease: Option<&Lease>, statements: &[&'static str]) -> Result<()> {
        let mut tx = self.begin().await?;
        let emptied = async {
            if let Some(lease) = lease {
                lease::check(&mut tx, lease).await?;
            }
            tables::empty(&mut tx).await?;
            for statement in statements {
                sqlx::query(*statement).execute(&mut *tx).await?;
            }
            directory::touch(&mut tx).await?;
            meta::set(&mut tx, SCRUB, Some("1")).await?;
            uploads::unsent(&mut tx).await
        }
        .await;
        let unsent = self.name(emptied)?;
        self.commit(tx).await?;
        self.content().clear(unsent).await?;
        self.scrub().await;
        Ok(())
    }

    /// Writes over what was deleted, if anything was. What cannot be done now, for want of room or because another
    /// process is at work, is done at the next opening: it keeps nobody from going on.
    pub(crate) async fn scrub(&self) {
        match self.written_over().await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!("another process reads the cache: what was deleted goes with the next start")
            }
            Err(error) => tracing::warn!(%error, "what was deleted is written over with the next start"),
        }
    }

    /// Writes the database anew without what was deleted from it, and cuts its log. False where another process reads.
    async fn written_over(&self) -> Result<bool> {
        let mut connection = self.writer().await?;
        let due = meta::get(&mut connection, SCRUB).await;
        if self.name(due)?.is_none() {
            return Ok(true);
        }
        sqlx::query("VACUUM").execute(&mut *connection).await.map_err(|error| self.named(error))?;
        let cut = "PRAGMA wal_checkpoint(TRUNCATE)";
        let (busy, ..): (i64, i64, i64) =
            sqlx::query_as(cut).fetch_one(&mut *connection).await.map_err(|error| self.named(error))?;
        if busy != 0 {
            return Ok(false);
        }
        let done = meta::set(&mut connection, SCRUB, None).await;
        self.name(done)?;
        Ok(true)
    }
}
