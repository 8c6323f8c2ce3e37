//! Small facts about the cache: whose it is, and how far it has come.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use postern_domain::{ConsoleId, PersonId, Timestamp};
use postern_protocol::{Cursor, Month};
use sqlx::sqlite::SqliteConnection;
use std::collections::HashMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// This installation's own outbox, as the portal knows it.
    pub console: Option<ConsoleId>,
    pub person: Option<PersonId>,
    pub email: Option<String>,
    pub portal: Option<String>,
    pub organisation: Option<String>,
    /// None before the first bootstrap, and after a wipe.
    pub cursor: Option<Cursor>,
    /// The portal's epoch in which the outcomes of this cache hold; none before the first contact.
    pub epoch: Option<String>,
    /// The sequence number that the next command will carry.
    pub next_seq: u64,
    /// The last sequence number for which an outcome is stored.
    pub acknowledged: u64,
    /// Of closed items, what was closed in this month or later is here; none: all of them.
    pub closed_since: Option<Month>,
    pub last_success: Option<Timestamp>,
    /// When everything was last loaded because the cache was not what it should be, unless that helped.
    pub mended: Option<Timestamp>,
    /// The portal's clock less this device's, in milliseconds, as of the last contact.
    pub clock_offset_ms: i64,
}

impl Cache {
    pub async fn meta(&self) -> Result<Meta> {
        let mut connection = self.reader().await?;
        let found = read(&mut connection).await;
        self.name(found)
    }

    /// Stores whose cache this is.
    pub async fn set_identity(&self, meta: &Meta) -> Result<()> {
        let mut tx = self.begin().await?;
        let stored = async {
            set(&mut tx, "console", meta.console.as_ref().map(ConsoleId::as_str)).await?;
            set(&mut tx, "person", meta.person.as_ref().map(PersonId::as_str)).await?;
            set(&mut tx, "email", meta.email.as_deref()).await?;
            set(&mut tx, "portal", meta.portal.as_deref()).await?;
            set(&mut tx, "organisation", meta.organisation.as_deref()).await?;
            crate::directory::touch(&mut tx).await
        }
        .await;
        self.name(stored)?;
        self.commit(tx).await
    }

    /// Everything was loaded because the cache was not what it should be; none: that has helped.
    pub async fn set_mended(&self, at: Option<Timestamp>) -> Result<()> {
        let mut tx = self.begin().await?;
        let at = at.map(|at| at.ms().to_string());
        let stored = set(&mut tx, "mended", at.as_deref()).await;
        self.name(stored)?;
        self.commit(tx).await
    }

    pub async fn set_success(&self, at: Timestamp, clock_offset_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        let stored = async {
            set(&mut tx, "last_success", Some(&at.ms().to_string())).await?;
            set(&mut tx, "clock_offset_ms", Some(&clock_offset_ms.to_string())).await
        }
        .await;
        self.name(stored)?;
        self.commit(tx).await
    }
}

pub(crate) async fn read(connection: &mut SqliteConnection) -> Result<Meta> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT key, value FROM meta").fetch_all(connection).await?;
    let mut values: HashMap<String, String> = rows.into_iter().collect();
    let time = |key: &str| values.get(key).and_then(|text| text.parse().ok()).map(Timestamp::from_ms);
    let (last_success, mended) = (time("last_success"), time("mended"));
    let number = |values: &HashMap<String, String>, key: &str| {
        values.get(key).and_then(|text| text.parse::<u64>().ok())
    };
    let cursor = match values.get("cursor") {
        None => None,
        Some(text) => {
            Some(text.parse().map_err(|_| StoreError::inconsistent(format!("the cursor reads {text:?}")))?)
        }
    };
    // An older cache knows the epoch from its cursor only.
    let of_cursor = |cursor: &Option<Cursor>| cursor.as_ref().map(|cursor| cursor.epoch.clone());
    Ok(Meta {
        epoch: values.remove("epoch").or_else(|| of_cursor(&cursor)),
        cursor,
        next_seq: number(&values, "next_seq").unwrap_or(1),
        acknowledged: number(&values, "acknowledged").unwrap_or(0),
        closed_since: values.get("closed_since").and_then(|text| text.parse().ok()),
        last_success,
        mended,
        clock_offset_ms: values.get("clock_offset_ms").and_then(|text| text.parse().ok()).unwrap_or(0),
        console: values.remove("console").map(ConsoleId),
        person: values.remove("person").map(PersonId),
        email: values.remove("email"),
        portal: values.remove("portal"),
        organisation: values.remove("organisation"),
    })
}

pub(crate) async fn set(connection: &mut SqliteConnection, key: &str, value: Option<&str>) -> Result<()> {
    let query = match value {
        Some(value) => sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ($1, $2)")
            .bind(key)
            .bind(value.to_owned()),
        None => sqlx::query("DELETE FROM meta WHERE key = $1").bind(key),
    };
    query.execute(connection).await?;
    Ok(())
}

pub(crate) async fn get(connection: &mut SqliteConnection, key: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
        .bind(key)
        .fetch_optional(connection)
        .await?)
}
