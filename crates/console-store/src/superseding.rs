//! Commands that came to nothing, and the ones that their author gives instead.
//!
//! A command that supersedes another keeps it hidden until it has an outcome of its own; then the other goes to the
//! journal. Taken back before it was sent, it leaves the other as it was.

use crate::error::Result;
use crate::journal;
use crate::outbox::{OutboxRow, Raw, row, select};
use crate::sending::kind;
use postern_domain::{CommandId, ItemId, Timestamp};
use postern_protocol::Outcome;
use sqlx::sqlite::SqliteConnection;

/// What was refused on an item, or was in conflict, and waits for its author.
pub(crate) async fn failed(connection: &mut SqliteConnection, item: &ItemId) -> Result<Vec<OutboxRow>> {
    let sql = select(
        "WHERE item = $2 AND outcome_kind IN ('conflict', 'refused', 'quarantined') ORDER BY position",
    );
    let rows: Vec<Raw> = sqlx::query_as(sql).bind(0_i64).bind(item.as_str()).fetch_all(connection).await?;
    rows.into_iter().map(row).collect()
}

pub(crate) async fn supersede(
    connection: &mut SqliteConnection,
    old: &[CommandId],
    new: &CommandId,
) -> Result<()> {
    for old in old {
        sqlx::query(
            "UPDATE outbox SET superseded_by = $2, outcome_kind = $3
             WHERE command_id = $1 AND outcome_kind IN ('conflict', 'refused', 'quarantined')",
        )
        .bind(old.as_str())
        .bind(new.as_str())
        .bind(journal::SUPERSEDED)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The new command was taken back: what it was given instead of waits for its author again.
pub(crate) async fn reinstate(connection: &mut SqliteConnection, new: &CommandId) -> Result<()> {
    for (old, outcome) in superseded_by(connection, &[new.as_str()]).await? {
        let outcome: Outcome = serde_json::from_str(&outcome)?;
        sqlx::query("UPDATE outbox SET superseded_by = NULL, outcome_kind = $2 WHERE command_id = $1")
            .bind(old.as_str())
            .bind(kind(&outcome))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The new commands have outcomes: what they were given instead of is history.
pub(crate) async fn close(connection: &mut SqliteConnection, new: &[&str], now: Timestamp) -> Result<()> {
    for (old, _) in superseded_by(connection, new).await? {
        journal::close(connection, &old, None, now).await?;
    }
    Ok(())
}

async fn superseded_by(connection: &mut SqliteConnection, new: &[&str]) -> Result<Vec<(CommandId, String)>> {
    let found: Vec<(String, String)> = sqlx::query_as(
        "SELECT command_id, outcome FROM outbox WHERE superseded_by IN (SELECT value FROM json_each($1))",
    )
    .bind(serde_json::to_string(new)?)
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().map(|(id, outcome)| (CommandId(id), outcome)).collect())
}
