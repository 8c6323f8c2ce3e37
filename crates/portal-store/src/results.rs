//! Results: what became of each command, kept so that a repetition gets the same answer.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::many::Insert;
use crate::store::Store;
use postern_domain::{CommandId, ItemId, PersonId, Timestamp};
use postern_protocol::Outcome;
use sqlx::Row as _;

#[derive(Clone, Debug)]
pub(crate) struct StoredResult {
    pub person: PersonId,
    pub item: ItemId,
    pub outcome: Outcome,
    pub at_seq: i64,
}

pub(crate) async fn get(db: &mut Connection, id: &CommandId) -> Result<Option<StoredResult>, StoreError> {
    let row = sqlx::query("SELECT person, item, outcome, at_seq FROM command_results WHERE command = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let outcome: &str = row.try_get("outcome")?;
    Ok(Some(StoredResult {
        person: PersonId(row.try_get("person")?),
        item: ItemId(row.try_get("item")?),
        outcome: serde_json::from_str(outcome).map_err(|error| {
            StoreError::inconsistent(format!("the outcome of {id} cannot be read: {error}"))
        })?,
        at_seq: row.try_get("at_seq")?,
    }))
}

static INSERT: Insert =
    Insert::new("INSERT INTO command_results (command, person, item, outcome, at_seq, at_ms)", "");

pub(crate) async fn insert(
    db: &mut Connection,
    results: Vec<(CommandId, StoredResult, Timestamp)>,
) -> Result<(), StoreError> {
    let row = |(id, result, at): (CommandId, StoredResult, Timestamp)| {
        let outcome = serde_json::to_string(&result.outcome).map_err(|error| {
            StoreError::inconsistent(format!("the outcome of {id} cannot be written: {error}"))
        })?;
        Ok([
            id.as_str().into(),
            result.person.as_str().into(),
            result.item.as_str().into(),
            outcome.into(),
            result.at_seq.into(),
            at.ms().into(),
        ])
    };
    INSERT.rows(db, results.into_iter().map(row).collect::<Result<_, StoreError>>()?).await
}

/// Counts a crash and says how many there are now.
pub(crate) async fn count_crash(
    db: &mut Connection,
    id: &CommandId,
    report: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO command_crashes (command, times, report, last_ms) VALUES ($1, 1, $2, $3)
         ON CONFLICT (command) DO UPDATE SET times = command_crashes.times + 1, report = $2, last_ms = $3
         RETURNING times",
    )
    .bind(id.as_str())
    .bind(report)
    .bind(now.ms())
    .fetch_one(db)
    .await?)
}

impl Store {
    /// The item that a command was about, once it has an outcome.
    pub async fn item_of_command(&self, id: &CommandId) -> Result<Option<ItemId>, StoreError> {
        Ok(get(&mut *self.reader().await?, id).await?.map(|result| result.item))
    }
}
