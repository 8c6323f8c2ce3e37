//! Consoles: whose each is, and how far its sequence of commands has been applied.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::store::Store;
use postern_domain::{CommandId, ConsoleId, PersonId, Timestamp};
use sqlx::Row as _;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleState {
    pub person: PersonId,
    /// The last sequence number with an outcome; 0 before the first.
    pub last_seq: i64,
}

pub(crate) async fn get(db: &mut Connection, id: &ConsoleId) -> Result<Option<ConsoleState>, StoreError> {
    let row = sqlx::query("SELECT person, last_seq FROM consoles WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(ConsoleState { person: PersonId(row.try_get("person")?), last_seq: row.try_get("last_seq")? })
    })
    .transpose()
}

/// The command under a sequence number, and the hash of its payload.
pub(crate) async fn command_at(
    db: &mut Connection,
    id: &ConsoleId,
    seq: i64,
) -> Result<Option<(CommandId, String)>, StoreError> {
    let row =
        sqlx::query("SELECT command, payload_hash FROM console_commands WHERE console = $1 AND seq = $2")
            .bind(id.as_str())
            .bind(seq)
            .fetch_optional(db)
            .await?;
    row.map(|row| Ok((CommandId(row.try_get("command")?), row.try_get("payload_hash")?))).transpose()
}

/// Writes down what stands under the next sequence number.
pub(crate) async fn advance(
    db: &mut Connection,
    id: &ConsoleId,
    person: &PersonId,
    seq: i64,
    command: &CommandId,
    payload_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO consoles (id, person, last_seq, seen_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET last_seq = $3, seen_ms = $4",
    )
    .bind(id.as_str())
    .bind(person.as_str())
    .bind(seq)
    .bind(now.ms())
    .execute(&mut *db)
    .await?;
    sqlx::query("INSERT INTO console_commands (console, seq, command, payload_hash) VALUES ($1, $2, $3, $4)")
        .bind(id.as_str())
        .bind(seq)
        .bind(command.as_str())
        .bind(payload_hash)
        .execute(db)
        .await?;
    Ok(())
}

impl Store {
    pub async fn console(&self, id: &ConsoleId) -> Result<Option<ConsoleState>, StoreError> {
        get(&mut *self.reader().await?, id).await
    }
}
