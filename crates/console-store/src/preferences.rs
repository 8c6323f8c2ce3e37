//! What is mine alone: values that a front end stores and the engine does not read.

use crate::cache::Cache;
use crate::error::Result;

impl Cache {
    /// The JSON stored under `key`.
    pub async fn preference(&self, key: &str) -> Result<Option<serde_json::Value>> {
        let mut connection = self.reader().await?;
        let found: Option<String> = sqlx::query_scalar("SELECT value FROM preferences WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        found.map(|text| Ok(serde_json::from_str(&text)?)).transpose()
    }

    pub async fn set_preference(&self, key: &str, value: &serde_json::Value) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("INSERT OR REPLACE INTO preferences (key, value) VALUES ($1, $2)")
            .bind(key)
            .bind(value.to_string())
            .execute(&mut *tx)
            .await
            .map_err(|error| self.named(error))?;
        self.commit(tx).await
    }
}
