//! Emptying the cache, so that nothing of what was in it is left in its files either.

use crate::cache::Cache;
use crate::error::Result;
use crate::lease::{self, Lease};
use crate::{directory, meta, outbox, tables, uploads};
use postern_domain::Timestamp;

/// A fact about the cache: what was deleted may still stand in its files.
const SCRUB: &str = "scrub";
/// A fact about the cache: content that is not to be here any more may still be.
const CLEAR: &str = "clear";

const WIPE_ALL: [&str; 6] = [
    "DELETE FROM outbox",
    "DELETE FROM uploads",
    "DELETE FROM journal",
    "DELETE FROM preferences",
    // Whoever still syncs what was here must not write it into what comes next.
    "UPDATE lease SET holder = '', generation = generation + 1, expires_ms = 0",
    "DELETE FROM meta WHERE key NOT IN ('item_tables', 'portal', 'email')",
];

/// What emptying a cache would lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtStake {
    /// Commands without an outcome.
    pub unsent: u32,
    /// Commands that came to nothing, which their author has not looked at.
    pub unread: u32,
}

impl AtStake {
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Cache {
    /// Empties the cache of everything the portal sent. Outbox, journal and preferences stay, and content that is
    /// nowhere else yet.
    pub async fn wipe(&self) -> Result<()> {
        self.empty(None, &[], None).await.map(drop)
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
        self.empty(Some(lease), &statements, None).await.map(drop)
    }

    /// Empties the cache of everything, also of unsent commands: another person's turn.
    pub async fn wipe_all(&self) -> Result<()> {
        self.empty(None, &WIPE_ALL, None).await.map(drop)
    }

    /// As [`Cache::wipe_all`], unless that would lose something of its person's work. Returns what is at stake, counted
    /// in the moment in which it would have gone: what was given until then is never lost unasked.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError) where the cache cannot be written.
    pub async fn wipe_all_unless_at_stake(&self, now: Timestamp) -> Result<AtStake> {
        self.empty(None, &WIPE_ALL, Some(now)).await
    }

    /// Removes what the portal sent and what the statements say, content that nothing unsent names included; or nothing,
    /// where something is at stake and `unless_at_stake` says what time it is.
    async fn empty(
        &self,
        lease: Option<&Lease>,
        statements: &[&'static str],
        unless_at_stake: Option<Timestamp>,
    ) -> Result<AtStake> {
        let mut tx = self.begin().await?;
        let emptied = async {
            if let Some(lease) = lease {
                lease::check(&mut tx, lease).await?;
            }
            if let Some(now) = unless_at_stake {
                let (unsent, unread) = outbox::counts(&mut tx, now).await?;
                let at_stake = AtStake { unsent, unread };
                if !at_stake.is_nothing() {
                    return Ok(Some(at_stake));
                }
            }
            tables::empty(&mut tx).await?;
            for statement in statements {
                sqlx::query(*statement).execute(&mut *tx).await?;
            }
            directory::touch(&mut tx).await?;
            meta::set(&mut tx, SCRUB, Some("1")).await?;
            meta::set(&mut tx, CLEAR, Some("1")).await?;
            Ok(None)
        }
        .await;
        if let Some(at_stake) = self.name(emptied)? {
            return Ok(at_stake);
        }
        self.commit(tx).await?;
        self.scrub().await.map(|()| AtStake::default())
    }

    /// Removes the files of a wipe and writes over what was deleted, if anything was. What cannot be done now, for want of
    /// room or because another program is at work, is done at the next opening: it keeps nobody from going on.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError), when a file is still there.
    pub(crate) async fn scrub(&self) -> Result<()> {
        // Also where a file cannot be removed, because another program reads it, the database is written over.
        let cleared = self.clear_content().await;
        self.write_over().await;
        cleared
    }

    async fn clear_content(&self) -> Result<()> {
        let mut connection = self.writer().await?;
        let due = meta::get(&mut connection, CLEAR).await;
        if self.name(due)?.is_none() {
            return Ok(());
        }
        let unsent = uploads::nowhere_else(&mut connection).await;
        self.content().clear(self.name(unsent)?).await?;
        let done = meta::set(&mut connection, CLEAR, None).await;
        self.name(done)
    }

    async fn write_over(&self) {
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
