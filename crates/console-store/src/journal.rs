//! The journal: commands that are settled, kept for thirty days.

use crate::cache::Cache;
use crate::error::Result;
use postern_domain::{Command, CommandId, DAY_MS, ItemId, Timestamp};
use postern_protocol::Outcome;
use sqlx::sqlite::SqliteConnection;

/// The `outcome_kind` of a command whose author gave another one instead.
pub(crate) const SUPERSEDED: &str = "superseded";

/// How long the journal remembers what became of a command.
pub const JOURNAL_KEPT_MS: i64 = 30 * DAY_MS;

#[derive(Clone, Debug, PartialEq)]
pub struct JournalRow {
    pub id: CommandId,
    pub item: ItemId,
    pub command: Command,
    pub made_at: Timestamp,
    pub ended_at: Timestamp,
    /// None when it was discarded before it was sent.
    pub outcome: Option<Outcome>,
    /// Its author gave another one instead.
    pub superseded: bool,
}

/// Moves a command from the outbox to the journal, and forgets what is too old. `how` overrides the outcome's name.
pub(crate) async fn close(
    connection: &mut SqliteConnection,
    id: &CommandId,
    how: Option<&'static str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO journal
            (command_id, batch, seq, item, command, made_ms, outcome, outcome_kind, at_seq, ended_ms, seen_doc)
         SELECT command_id, batch, seq, item, command, made_ms, outcome, coalesce($2, outcome_kind, 'discarded'),
                at_seq, $3, CASE WHEN outcome_kind IN ('conflict', 'refused') THEN seen_doc END
         FROM outbox WHERE command_id = $1",
    )
    .bind(id.as_str())
    .bind(how)
    .bind(now.ms())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM outbox WHERE command_id = $1")
        .bind(id.as_str())
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM journal WHERE ended_ms < $1")
        .bind(now.plus_ms(-JOURNAL_KEPT_MS).ms())
        .execute(connection)
        .await?;
    Ok(())
}

type Raw = (String, String, String, i64, i64, Option<String>, String);

const COLUMNS: &str = "command_id, item, command, made_ms, ended_ms, outcome, outcome_kind";

fn row((id, item, command, made, ended, outcome, kind): Raw) -> Result<JournalRow> {
    Ok(JournalRow {
        id: CommandId(id),
        item: ItemId(item),
        command: serde_json::from_str(&command)?,
        made_at: Timestamp::from_ms(made),
        ended_at: Timestamp::from_ms(ended),
        outcome: outcome.map(|outcome| serde_json::from_str(&outcome)).transpose()?,
        superseded: kind == SUPERSEDED,
    })
}

impl Cache {
    /// What became of my commands, the last one first: at most `limit`.
    pub async fn journal(&self, limit: u32) -> Result<Vec<JournalRow>> {
        let mut connection = self.reader().await?;
        let sql = format!("SELECT {COLUMNS} FROM journal ORDER BY ended_ms DESC, made_ms DESC LIMIT $1");
        let found: Vec<Raw> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        found.into_iter().map(row).collect()
    }

    /// A settled command, while the journal remembers it.
    pub async fn journal_row(&self, id: &CommandId) -> Result<Option<JournalRow>> {
        let mut connection = self.reader().await?;
        let sql = format!("SELECT {COLUMNS} FROM journal WHERE command_id = $1");
        let found: Option<Raw> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(id.as_str())
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        found.map(row).transpose()
    }
}
