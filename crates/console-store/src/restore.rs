//! When portal and console do not agree on what was sent: a restored portal, a cloned console.

use crate::cache::Cache;
use crate::error::Result;
use crate::lease::{self, Lease};
use crate::{meta, overlay, sending, uploads};
use postern_domain::{ConsoleId, Timestamp};
use sqlx::sqlite::SqliteConnection;

impl Cache {
    /// The portal was restored from a backup: it is in `epoch` now, and the last number that it knows under this
    /// console's name is `last_applied`. Everything that it ever applied for this cache comes back from the journal
    /// under the same ids, before what was not yet sent: numbers do not say what is lost, since a copy of this console
    /// may have used them. What the portal still knows it answers as before; a command that was refused or put away does
    /// not come back. The next sync loads everything anew. Returns how many come back.
    pub async fn replay(&self, lease: &Lease, last_applied: u64, epoch: &str, now: Timestamp) -> Result<u32> {
        let here = self.content().names().await?;
        let mut tx = self.begin().await?;
        let replayed = async {
            lease::check(&mut tx, lease).await?;
            let count = reopen_journal(&mut tx, now).await?;
            sqlx::query(
                "UPDATE outbox SET outcome = NULL, outcome_kind = NULL, at_seq = NULL, confirmed_ms = $1
                 WHERE outcome_kind IN ('applied', 'satisfied')",
            )
            .bind(now.ms())
            .execute(&mut *tx)
            .await?;
            uploads::want_again(&mut tx, &here).await?;
            forget_numbers(&mut tx).await?;
            sending::renumber(&mut tx, last_applied).await?;
            meta::set(&mut tx, "epoch", Some(epoch)).await?;
            meta::set(&mut tx, "cursor", None).await?;
            let lookup = self.lookup_in(&mut tx).await?;
            overlay::rebuild_all(&mut tx, &lookup).await?;
            Ok(count)
        }
        .await;
        let count = self.name(replayed)?;
        self.commit(tx).await?;
        Ok(count)
    }

    /// The portal is in `epoch`, and knows everything that it applied for this cache.
    pub async fn know_epoch(&self, lease: &Lease, epoch: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = async {
            lease::check(&mut tx, lease).await?;
            meta::set(&mut tx, "epoch", Some(epoch)).await
        }
        .await;
        self.name(done)?;
        self.commit(tx).await
    }

    /// Another console uses this one's id: from now on this one is `console`, and sends what is unanswered again under
    /// the same command ids.
    pub async fn become_console(&self, lease: &Lease, console: &ConsoleId) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = async {
            lease::check(&mut tx, lease).await?;
            forget_numbers(&mut tx).await?;
            sending::renumber(&mut tx, 0).await?;
            meta::set(&mut tx, "console", Some(console.as_str())).await
        }
        .await;
        self.name(done)?;
        self.commit(tx).await
    }

    /// Gives the numbers of everything unanswered back and continues after the portal's last.
    pub async fn renumber_after(&self, lease: &Lease, last_applied: u64) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = async {
            lease::check(&mut tx, lease).await?;
            sending::renumber(&mut tx, last_applied).await
        }
        .await;
        self.name(done)?;
        self.commit(tx).await
    }
}

/// Numbers that were given out say nothing any more.
async fn forget_numbers(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("UPDATE outbox SET seq = NULL").execute(&mut *connection).await?;
    sqlx::query("UPDATE journal SET seq = NULL").execute(connection).await?;
    Ok(())
}

/// Puts applied commands back before everything that waits, in the order in which they were applied. Their authors are
/// not asked again, however old they are: they were done.
async fn reopen_journal(connection: &mut SqliteConnection, now: Timestamp) -> Result<u32> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT command_id FROM journal WHERE outcome_kind IN ('applied', 'satisfied')
         ORDER BY at_seq, made_ms, command_id",
    )
    .fetch_all(&mut *connection)
    .await?;
    let first: i64 = sqlx::query_scalar("SELECT coalesce(min(position), 1) FROM outbox")
        .fetch_one(&mut *connection)
        .await?;
    let count = i64::try_from(ids.len()).unwrap_or(0);
    for (index, id) in (0..).zip(&ids) {
        sqlx::query(
            "INSERT INTO outbox (position, command_id, batch, item, command, made_ms, held_until_ms, tries, confirmed_ms)
             SELECT $2, command_id, batch, item, command, made_ms, made_ms, 1, $3 FROM journal WHERE command_id = $1",
        )
        .bind(id)
        .bind(first - count + index)
        .bind(now.ms())
        .execute(&mut *connection)
        .await?;
        sqlx::query("DELETE FROM journal WHERE command_id = $1").bind(id).execute(&mut *connection).await?;
    }
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}
