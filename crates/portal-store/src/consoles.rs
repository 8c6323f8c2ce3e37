//! Consoles: whose each is, and how far its sequence of commands has been applied.

use crate::appended::Step;
use crate::dialect::Connection;
use crate::error::StoreError;
use crate::many::Insert;
use crate::store::Store;
use postern_domain::{CommandId, ConsoleId, PersonId};
use sqlx::Row as _;
use std::collections::BTreeMap;

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

static CONSOLES: Insert = Insert::new(
    "INSERT INTO consoles (id, person, last_seq, seen_ms)",
    " ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, seen_ms = excluded.seen_ms",
);

static COMMANDS: Insert =
    Insert::new("INSERT INTO console_commands (console, seq, command, payload_hash)", "");

/// Writes down what stands under the next sequence numbers, in their order.
pub(crate) async fn advance(db: &mut Connection, steps: Vec<Step>) -> Result<(), StoreError> {
    let last: BTreeMap<&str, &Step> = steps.iter().map(|step| (step.console.as_str(), step)).collect();
    let console = |step: &Step| {
        [step.console.as_str().into(), step.person.as_str().into(), step.seq.into(), step.at.ms().into()]
    };
    CONSOLES.rows(db, last.into_values().map(console).collect()).await?;
    let command = |step: Step| {
        [
            step.console.as_str().into(),
            step.seq.into(),
            step.command.as_str().into(),
            step.payload_hash.into(),
        ]
    };
    COMMANDS.rows(db, steps.into_iter().map(command).collect()).await
}

impl Store {
    pub async fn console(&self, id: &ConsoleId) -> Result<Option<ConsoleState>, StoreError> {
        get(&mut *self.reader().await?, id).await
    }
}
