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
    /// # Errors
    /// [`StoreError`] where the cache cannot be written.
    pub async fn take_lease(&self, holder: &str, now: Timestamp, ttl_ms: i64) -> Result<Option<Lease>> {
        let mut tx = self.begin().await?;
        let taken: std::result::Result<Option<(String, i64)>, sqlx::Error> = sqlx::query_as(
            "INSERT INTO lease (one, holder, generation, expires_ms) VALUES (1, $1, 1, $3)
             ON CONFLICT (one) DO UPDATE SET
                 generation = generation + (holder <> $1), holder = $1, expires_ms = $3
             WHERE holder = $1 OR expires_ms <= $2 OR expires_ms > $2 + 10 * ($3 - $2)
             RETURNING holder, generation",
        )
        .bind(holder)
        .bind(now.ms())
        .bind(now.plus_ms(ttl_ms).ms())
        .fetch_optional(&mut *tx)
        .await;
        let taken = taken.map_err(|error| self.named(error))?;
        self.commit(tx).await?;
        Ok(taken.map(|(holder, generation)| Lease { holder, generation }))
    }

    /// The lease as it was granted last, whether or not it has run out.
    ///
    /// # Errors
    /// [`StoreError`] where the cache cannot be read.
    pub async fn lease(&self) -> Result<Option<Lease>> {
        let mut connection = self.reader().await?;
        let found: std::result::Result<Option<(String, i64)>, sqlx::Error> =
            sqlx::query_as("SELECT holder, generation FROM lease").fetch_optional(&mut *connection).await;
        let found = found.map_err(|error| self.named(error))?;
        Ok(found.map(|(holder, generation)| Lease { holder, generation }))
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

    /// Ends the lease, so that the next one need not wait until it runs out: its holder gives it up, or is known to have
    /// ended. One that was granted since is not touched.
    ///
    /// # Errors
    /// [`StoreError`] where the cache cannot be written.
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
