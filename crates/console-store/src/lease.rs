//! One sender: of several windows and programs on one cache, one syncs and refreshes tokens.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use postern_domain::Timestamp;
use sqlx::sqlite::SqliteConnection;

/// The right to sync, as it was granted. Writes under an older generation are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub holder: String,
    pub generation: i64,
}

impl Cache {
    /// Takes or renews the lease for `ttl_ms`. None while somebody else holds it.
    ///
    /// `locked` says that `holder` has the profile's lock, which falls with its process. Whoever has the lock and finds
    /// a lease that was taken with it knows that its holder is no more, and does not wait until it runs out. A lease
    /// that was taken without the lock says nothing of the kind: its holder may well be alive.
    ///
    /// # Errors
    /// [`StoreError`] where the cache cannot be written.
    pub async fn take_lease(
        &self,
        holder: &str,
        locked: bool,
        now: Timestamp,
        ttl_ms: i64,
    ) -> Result<Option<Lease>> {
        let mut tx = self.begin().await?;
        let taken: std::result::Result<Option<(String, i64)>, sqlx::Error> = sqlx::query_as(
            "INSERT INTO lease (one, holder, generation, expires_ms, locked) VALUES (1, $1, 1, $3, $4)
             ON CONFLICT (one) DO UPDATE SET
                 generation = generation + (holder <> $1), holder = $1, expires_ms = $3, locked = $4
             WHERE holder = $1 OR expires_ms <= $2 OR expires_ms > $2 + 10 * ($3 - $2) OR (locked AND $4)
             RETURNING holder, generation",
        )
        .bind(holder)
        .bind(now.ms())
        .bind(now.plus_ms(ttl_ms).ms())
        .bind(locked)
        .fetch_optional(&mut *tx)
        .await;
        let taken = taken.map_err(|error| self.named(error))?;
        self.commit(tx).await?;
        Ok(taken.map(|(holder, generation)| Lease { holder, generation }))
    }

    /// Whether `holder` has the lease now.
    pub async fn holds_lease(&self, holder: &str, now: Timestamp) -> Result<bool> {
        let mut connection = self.reader().await?;
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM lease WHERE holder = $1 AND expires_ms > $2)")
            .bind(holder)
            .bind(now.ms())
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))
    }

    /// Gives the lease up, so that the next one need not wait until it runs out.
    pub async fn release_lease(&self, lease: &Lease) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE lease SET expires_ms = 0 WHERE holder = $1 AND generation = $2")
            .bind(&lease.holder)
            .bind(lease.generation)
            .execute(&mut *tx)
            .await
            .map_err(|error| self.named(error))?;
        self.commit(tx).await
    }
}

/// Refuses to write under a lease that somebody else has taken over.
pub(crate) async fn check(connection: &mut SqliteConnection, lease: &Lease) -> Result<()> {
    let held: Option<i64> =
        sqlx::query_scalar("SELECT generation FROM lease WHERE one = 1 AND holder = $1 AND generation = $2")
            .bind(&lease.holder)
            .bind(lease.generation)
            .fetch_optional(connection)
            .await?;
    held.map(|_| ()).ok_or(StoreError::LeaseLost)
}
