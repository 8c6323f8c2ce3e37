//! What stands in the two databases, read as they are on the disk.

use crate::stage::Stage;
use anyhow::{Context, Result, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, FromRow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempfile::TempDir;

/// A console's cache.
pub struct Cache {
    pub outbox: Vec<Command>,
    pub journal: Vec<Command>,
    /// What the portal said, by the item's id.
    pub base: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, FromRow)]
pub struct Command {
    pub command_id: String,
    /// None while the portal has not answered.
    pub outcome_kind: Option<String>,
}

impl Cache {
    /// Reads the cache of a profile that no process has open: a copy of it, so that whatever a dead process left there
    /// is still there for the next one.
    pub async fn read(profile: &Path) -> Result<Self> {
        let copy = copied(profile, "cache.db")?;
        let mut db = open(&copy.path().join("cache.db")).await?;
        assert_whole(&mut db).await.context("cache.db")?;
        let outbox = sqlx::query_as("SELECT command_id, outcome_kind FROM outbox ORDER BY position")
            .fetch_all(&mut db)
            .await?;
        let journal =
            sqlx::query_as("SELECT command_id, outcome_kind FROM journal").fetch_all(&mut db).await?;
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT items.id, item_docs.doc FROM items JOIN item_docs USING (row) WHERE layer = 0",
        )
        .fetch_all(&mut db)
        .await?;
        db.close().await?;
        let base =
            rows.into_iter().map(|(id, doc)| Ok((id, serde_json::from_str(&doc)?))).collect::<Result<_>>()?;
        Ok(Self { outbox, journal, base })
    }

    pub fn knows(&self, command: &str) -> bool {
        self.outbox.iter().chain(&self.journal).any(|known| known.command_id == command)
    }

    /// What the portal said about commands, by their ids.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outbox.iter().chain(&self.journal).filter_map(|command| {
            let kind = command.outcome_kind.as_deref()?;
            (kind != "discarded").then_some((command.command_id.as_str(), kind))
        })
    }
}

/// A portal's database.
pub struct Ledger {
    /// What became of each command, by its id.
    pub outcomes: BTreeMap<String, String>,
    /// How often each command stands in the change log.
    pub changes: BTreeMap<String, i64>,
    pub files: BTreeSet<String>,
    /// Item documents, by reference.
    pub items: BTreeMap<String, serde_json::Value>,
}

impl Ledger {
    /// Reads the portal's database: beside the portal when that is at work, else a copy.
    pub async fn of(stage: &mut Stage) -> Result<Self> {
        let data = stage.portal.data().to_owned();
        if stage.portal.is_running() {
            return Self::read(&data).await;
        }
        Self::read(copied(&data, "portal.db")?.path()).await
    }

    async fn read(data: &Path) -> Result<Self> {
        let mut db = open(&data.join("portal.db")).await?;
        assert_whole(&mut db).await.context("portal.db")?;
        let outcomes: Vec<(String, String)> =
            sqlx::query_as("SELECT command, outcome ->> '$.outcome' FROM command_results")
                .fetch_all(&mut db)
                .await?;
        let changes: Vec<(String, i64)> = sqlx::query_as(
            "SELECT command, count(*) FROM changes WHERE command IS NOT NULL GROUP BY command",
        )
        .fetch_all(&mut db)
        .await?;
        let files: Vec<String> = sqlx::query_scalar("SELECT sha256 FROM files").fetch_all(&mut db).await?;
        let docs: Vec<(String, String)> =
            sqlx::query_as("SELECT reference, doc FROM items").fetch_all(&mut db).await?;
        db.close().await?;
        let items = docs
            .into_iter()
            .map(|(reference, doc)| Ok((reference, serde_json::from_str(&doc)?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            outcomes: outcomes.into_iter().collect(),
            changes: changes.into_iter().collect(),
            files: files.into_iter().collect(),
            items,
        })
    }

    /// The content of every version of the item's attachments that has this name.
    pub fn versions_of(&self, name: &str, reference: &str) -> Vec<String> {
        let attachments = self.items.get(reference).and_then(|item| item["attachments"].as_array());
        let named = attachments.into_iter().flatten().filter(|attachment| attachment["name"] == name);
        let versions = named.filter_map(|attachment| attachment["versions"].as_array()).flatten();
        versions.filter_map(|version| version["sha256"].as_str().map(str::to_owned)).collect()
    }

    /// How many comments on the item have exactly this text.
    pub fn times_said(&self, text: &str, reference: &str) -> usize {
        let comments = self.items.get(reference).and_then(|item| item["comments"].as_array());
        comments.into_iter().flatten().filter(|comment| comment["body"] == text).count()
    }
}

/// A copy of a database with its log.
fn copied(folder: &Path, name: &str) -> Result<TempDir> {
    let copy = tempfile::tempdir()?;
    for name in [name.to_owned(), format!("{name}-wal")] {
        let from = folder.join(&name);
        if from.exists() {
            std::fs::copy(&from, copy.path().join(name))?;
        }
    }
    Ok(copy)
}

async fn open(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file).pragma("query_only", "ON");
    Ok(SqliteConnection::connect_with(&options).await?)
}

async fn assert_whole(db: &mut SqliteConnection) -> Result<()> {
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(db).await?;
    ensure!(found == ["ok"], "PRAGMA integrity_check says {found:?}");
    Ok(())
}
