//! Results: what became of each command, kept so that a repetition gets the same answer.

use crate::dialect::{Connection, DbRow};
use crate::error::StoreError;
use crate::many::{Insert, Select};
use crate::store::Store;
use postern_domain::{CommandId, ItemId, PersonId, Timestamp};
use postern_protocol::Outcome;
use serde::Serialize;
use sqlx::Row as _;
use std::collections::BTreeMap;

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
    row.map(|row| read(&row, id)).transpose()
}

static OF_COMMANDS: Select =
    Select::new("SELECT command, person, item, outcome, at_seq FROM command_results WHERE command IN");

/// What became of these commands, for each of them.
pub(crate) async fn of(
    db: &mut Connection,
    commands: &[&CommandId],
) -> Result<BTreeMap<CommandId, Option<StoredResult>>, StoreError> {
    let mut results: BTreeMap<_, _> = commands.iter().map(|id| ((*id).clone(), None)).collect();
    let keys: Vec<&str> = commands.iter().map(|id| id.as_str()).collect();
    for row in OF_COMMANDS.rows(db, &keys).await? {
        let id = CommandId(row.try_get("command")?);
        let result = read(&row, &id)?;
        results.insert(id, Some(result));
    }
    Ok(results)
}

fn read(row: &DbRow, id: &CommandId) -> Result<StoredResult, StoreError> {
    let outcome: &str = row.try_get("outcome")?;
    Ok(StoredResult {
        person: PersonId(row.try_get("person")?),
        item: ItemId(row.try_get("item")?),
        outcome: serde_json::from_str(outcome).map_err(|error| {
            StoreError::inconsistent(format!("the outcome of {id} cannot be read: {error}"))
        })?,
        at_seq: row.try_get("at_seq")?,
    })
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

/// A command on which the portal failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crash {
    pub command: CommandId,
    /// How often, and when last.
    pub times: u32,
    pub last_at: Timestamp,
    /// What the last failure said, for whoever mends it.
    pub report: String,
    /// Whose command it was, by e-mail address, and the reference of its item; known once it has an outcome.
    pub email: Option<String>,
    pub reference: Option<String>,
    /// Its outcome is that it was put aside.
    pub is_quarantined: bool,
}

impl Store {
    /// The commands on which the portal failed, the last one first.
    pub async fn crashes(&self) -> Result<Vec<Crash>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.command, c.times, c.report, c.last_ms, p.email, i.reference, r.outcome
             FROM command_crashes c LEFT JOIN command_results r ON r.command = c.command
                 LEFT JOIN people p ON p.id = r.person LEFT JOIN items i ON i.id = r.item
             ORDER BY c.last_ms DESC, c.command",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.iter()
            .map(|row| {
                let outcome = row.try_get::<Option<String>, _>("outcome")?;
                let outcome = outcome.and_then(|text| serde_json::from_str::<Outcome>(&text).ok());
                Ok(Crash {
                    command: CommandId(row.try_get("command")?),
                    times: u32::try_from(row.try_get::<i64, _>("times")?).unwrap_or(u32::MAX),
                    last_at: Timestamp(row.try_get("last_ms")?),
                    report: row.try_get("report")?,
                    email: row.try_get("email")?,
                    reference: row.try_get("reference")?,
                    is_quarantined: matches!(outcome, Some(Outcome::Quarantined { .. })),
                })
            })
            .collect()
    }

    /// The item that a command was about, once it has an outcome.
    pub async fn item_of_command(&self, id: &CommandId) -> Result<Option<ItemId>, StoreError> {
        Ok(get(&mut *self.reader().await?, id).await?.map(|result| result.item))
    }
}
