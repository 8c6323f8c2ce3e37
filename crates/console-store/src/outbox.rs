//! The outbox: my commands, from the moment they are given until their effect has come back, or I put them away.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::lease::{self, Lease};
use crate::{items, journal, meta, overlay};
use postern_domain::{Command, CommandId, Item, ItemId, Refusal, Timestamp};
use postern_protocol::{CommandOutcome, Envelope, Outcome};
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;

/// A command that is about to be given.
#[derive(Clone, Debug)]
pub struct NewCommand {
    pub id: CommandId,
    pub item: ItemId,
    pub command: Command,
    /// The item as its author saw it.
    pub seen: Option<Box<Item>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    pub position: i64,
    pub id: CommandId,
    pub batch: String,
    pub item: ItemId,
    pub command: Command,
    pub made_at: Timestamp,
    pub held_until: Timestamp,
    /// Its number on the wire, once it was about to be sent.
    pub seq: Option<u64>,
    pub outcome: Option<Outcome>,
    pub at_seq: Option<i64>,
    /// A conflicted, quarantined or held command of the same item comes first.
    pub blocked: bool,
    pub seen: Option<Box<Item>>,
}

/// What became of the rows that a reply was about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub items: Vec<ItemId>,
    /// At least one now waits for its author.
    pub attention: bool,
}

type Raw = (
    i64,
    String,
    String,
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<String>,
    bool,
);

/// A conflict or a quarantine holds back what comes after it on the same item; a refusal does not.
const BLOCKED: &str = "EXISTS (SELECT 1 FROM outbox e WHERE e.item = o.item AND e.position < o.position
      AND (e.outcome_kind IN ('conflict', 'quarantined')
           OR (e.outcome_kind IS NULL AND e.seq IS NULL AND e.held_until_ms > $1)))";

fn select(what: &str) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(format!(
        "SELECT position, command_id, batch, item, command, made_ms, held_until_ms, seq, outcome, at_seq, seen_doc,
                outcome_kind IS NULL AND seq IS NULL AND {BLOCKED} AS blocked
         FROM outbox o {what}"
    ))
}

fn row(raw: Raw) -> Result<OutboxRow> {
    let (position, id, batch, item, command, made, held, seq, outcome, at_seq, seen, blocked) = raw;
    Ok(OutboxRow {
        position,
        id: CommandId(id),
        batch,
        item: ItemId(item),
        command: serde_json::from_str(&command)?,
        made_at: Timestamp::from_ms(made),
        held_until: Timestamp::from_ms(held),
        seq: seq.and_then(|seq| u64::try_from(seq).ok()),
        outcome: outcome.map(|outcome| serde_json::from_str(&outcome)).transpose()?,
        at_seq,
        blocked,
        seen: seen.map(|seen| serde_json::from_str(&seen)).transpose()?,
    })
}

pub(crate) fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::AlreadySatisfied { .. } => "satisfied",
        Outcome::Refused { .. } => "refused",
        Outcome::Conflict { .. } => "conflict",
        Outcome::Quarantined { .. } => "quarantined",
    }
}

/// The commands of one item whose effect is not in its base: not yet decided, or applied and on the way down.
pub(crate) async fn pending_of(connection: &mut SqliteConnection, item: &ItemId) -> Result<Vec<OutboxRow>> {
    let rows: Vec<Raw> =
        sqlx::query_as(select("WHERE item = $2 AND (outcome_kind IS NULL OR outcome_kind IN ('applied', 'satisfied')) ORDER BY position"))
            .bind(0_i64)
            .bind(item.as_str())
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(row).collect()
}

/// Moves to the journal what was applied, once the cursor has passed its effect. Returns the items concerned.
pub(crate) async fn trim(connection: &mut SqliteConnection, seq: i64, now: Timestamp) -> Result<BTreeSet<ItemId>> {
    let done: Vec<(String, String)> = sqlx::query_as(
        "SELECT command_id, item FROM outbox WHERE outcome_kind IN ('applied', 'satisfied') AND at_seq <= $1",
    )
    .bind(seq)
    .fetch_all(&mut *connection)
    .await?;
    let mut items = BTreeSet::new();
    for (command, item) in done {
        journal::close(connection, &CommandId(command), None, now).await?;
        items.insert(ItemId(item));
    }
    Ok(items)
}

impl Cache {
    /// Gives a batch of commands: rows and overlays in one durable transaction. For each target, `form` sees the item
    /// as it is shown, inside the transaction, and makes the command or none.
    pub async fn enqueue(
        &self,
        batch: &str,
        targets: &[ItemId],
        now: Timestamp,
        held_until: Timestamp,
        mut form: impl FnMut(&ItemId, Option<&Item>) -> Option<NewCommand> + Send,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let stored = async {
            let lookup = self.lookup_in(&mut tx).await?;
            for id in targets {
                let item = items::read_live(&mut tx, id).await?;
                let Some(new) = form(id, item.as_ref()) else { continue };
                insert(&mut tx, batch, &new, now, held_until).await?;
                overlay::rebuild(&mut tx, id, &lookup).await?;
            }
            Ok(())
        }
        .await;
        self.name(stored)?;
        self.commit(tx).await
    }

    /// Takes back what of a batch is still held. Returns the items concerned; none when it was too late.
    pub async fn undo(&self, batch: &str, now: Timestamp) -> Result<Vec<ItemId>> {
        let mut tx = self.begin().await?;
        let undone = async {
            let items: Vec<String> = sqlx::query_scalar(
                "DELETE FROM outbox WHERE batch = $1 AND seq IS NULL AND outcome_kind IS NULL AND held_until_ms > $2
                 RETURNING item",
            )
            .bind(batch)
            .bind(now.ms())
            .fetch_all(&mut *tx)
            .await?;
            self.rebuilt(&mut tx, items.into_iter().map(ItemId).collect()).await
        }
        .await;
        let undone = self.name(undone)?;
        self.commit(tx).await?;
        Ok(undone)
    }

    /// Takes one command out of the outbox for good and records that in the journal: one that was never sent, or one
    /// whose outcome its author has read. False when it is on its way and may have been applied.
    pub async fn put_away(&self, id: &CommandId, now: Timestamp) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = async {
            let found: Option<(String, Option<i64>, Option<String>)> =
                sqlx::query_as("SELECT item, seq, outcome_kind FROM outbox WHERE command_id = $1")
                    .bind(id.as_str())
                    .fetch_optional(&mut *tx)
                    .await?;
            let Some((item, seq, outcome)) = found else { return Ok(false) };
            let unsent = seq.is_none() && outcome.is_none();
            let read = matches!(outcome.as_deref(), Some("conflict" | "refused" | "quarantined"));
            if !unsent && !read {
                return Ok(false);
            }
            journal::close(&mut tx, id, unsent.then_some("discarded"), now).await?;
            self.rebuilt(&mut tx, [ItemId(item)].into()).await?;
            Ok(true)
        }
        .await;
        let done = self.name(done)?;
        self.commit(tx).await?;
        Ok(done)
    }

    async fn rebuilt(&self, connection: &mut SqliteConnection, items: BTreeSet<ItemId>) -> Result<Vec<ItemId>> {
        let lookup = self.lookup_in(connection).await?;
        for id in &items {
            overlay::rebuild(connection, id, &lookup).await?;
        }
        Ok(items.into_iter().collect())
    }

    /// The next envelopes to send, at most `limit`: what was sent before without a reply, in its order, then what may
    /// go now. Their numbers are on the disk before this returns.
    pub async fn next_envelopes(&self, lease: &Lease, limit: usize, now: Timestamp) -> Result<Vec<Envelope>> {
        let mut tx = self.begin().await?;
        let taken = async {
            lease::check(&mut tx, lease).await?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let again: Vec<Raw> =
                sqlx::query_as(select("WHERE seq IS NOT NULL AND outcome_kind IS NULL ORDER BY seq LIMIT $2"))
                    .bind(now.ms())
                    .bind(limit)
                    .fetch_all(&mut *tx)
                    .await?;
            let mut rows: Vec<OutboxRow> = again.into_iter().map(row).collect::<Result<_>>()?;
            let room = limit - i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let fresh: Vec<Raw> = sqlx::query_as(select(&format!(
                "WHERE seq IS NULL AND outcome_kind IS NULL AND held_until_ms <= $1 AND NOT {BLOCKED}
                 ORDER BY position LIMIT $2"
            )))
            .bind(now.ms())
            .bind(room)
            .fetch_all(&mut *tx)
            .await?;
            let mut next = meta::read(&mut tx).await?.next_seq;
            for raw in fresh {
                let mut fresh = row(raw)?;
                sqlx::query("UPDATE outbox SET seq = $1 WHERE position = $2")
                    .bind(i64::try_from(next).unwrap_or(i64::MAX))
                    .bind(fresh.position)
                    .execute(&mut *tx)
                    .await?;
                fresh.seq = Some(next);
                next += 1;
                rows.push(fresh);
            }
            meta::set(&mut tx, "next_seq", Some(&next.to_string())).await?;
            Ok(rows)
        }
        .await;
        let rows = self.name(taken)?;
        self.commit(tx).await?;
        rows.into_iter()
            .map(|row| {
                let seq = row.seq.ok_or_else(|| StoreError::inconsistent("a command without its number"))?;
                Ok(Envelope { id: row.id, seq, item: row.item, command: row.command, made_at: row.made_at })
            })
            .collect()
    }

    /// Stores what the portal said, in the transaction that marks the rows. A conflict's command is no longer shown as
    /// done.
    pub async fn record_outcomes(&self, lease: &Lease, outcomes: &[CommandOutcome]) -> Result<Settled> {
        let mut tx = self.begin().await?;
        let recorded = async {
            lease::check(&mut tx, lease).await?;
            let mut acknowledged = meta::read(&mut tx).await?.acknowledged;
            let mut settled = Settled::default();
            let mut items = BTreeSet::new();
            for outcome in outcomes {
                let item: Option<String> = sqlx::query_scalar(
                    "UPDATE outbox SET outcome = $1, outcome_kind = $2, at_seq = $3
                     WHERE command_id = $4 AND outcome_kind IS NULL RETURNING item",
                )
                .bind(serde_json::to_string(&outcome.outcome)?)
                .bind(kind(&outcome.outcome))
                .bind(outcome.at_seq)
                .bind(outcome.id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
                acknowledged = acknowledged.max(outcome.seq);
                let Some(item) = item else { continue };
                settled.attention |= !matches!(kind(&outcome.outcome), "applied" | "satisfied");
                items.insert(ItemId(item));
            }
            meta::set(&mut tx, "acknowledged", Some(&acknowledged.to_string())).await?;
            settled.items = self.rebuilt(&mut tx, items).await?;
            Ok(settled)
        }
        .await;
        let settled = self.name(recorded)?;
        self.commit(tx).await?;
        Ok(settled)
    }

    /// Ends a command that cannot be sent at all, and gives the numbers of everything unanswered back.
    pub async fn refuse_here(&self, lease: &Lease, id: &CommandId, refusal: Refusal) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = async {
            lease::check(&mut tx, lease).await?;
            sqlx::query("UPDATE outbox SET outcome = $1, outcome_kind = 'refused', seq = NULL WHERE command_id = $2")
                .bind(serde_json::to_string(&Outcome::Refused { refusal })?)
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
            let acknowledged = meta::read(&mut tx).await?.acknowledged;
            renumber(&mut tx, acknowledged).await?;
            let items: Vec<String> = sqlx::query_scalar("SELECT item FROM outbox WHERE command_id = $1")
                .bind(id.as_str())
                .fetch_all(&mut *tx)
                .await?;
            self.rebuilt(&mut tx, items.into_iter().map(ItemId).collect()).await
        }
        .await;
        self.name(done)?;
        self.commit(tx).await
    }

    /// Everything in the outbox, in the order in which it was given.
    pub async fn outbox(&self, now: Timestamp) -> Result<Vec<OutboxRow>> {
        let mut connection = self.reader().await?;
        let rows: Vec<Raw> = sqlx::query_as(select("ORDER BY position"))
            .bind(now.ms())
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        rows.into_iter().map(row).collect()
    }

    pub async fn outbox_of(&self, item: &ItemId, now: Timestamp) -> Result<Vec<OutboxRow>> {
        let mut connection = self.reader().await?;
        let rows: Vec<Raw> = sqlx::query_as(select("WHERE item = $2 ORDER BY position"))
            .bind(now.ms())
            .bind(item.as_str())
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        rows.into_iter().map(row).collect()
    }

    pub async fn outbox_row(&self, id: &CommandId, now: Timestamp) -> Result<Option<OutboxRow>> {
        let mut connection = self.reader().await?;
        let found: Option<Raw> = sqlx::query_as(select("WHERE command_id = $2"))
            .bind(now.ms())
            .bind(id.as_str())
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        found.map(row).transpose()
    }

    /// Commands not yet confirmed, and commands that wait for their author.
    pub async fn outbox_counts(&self) -> Result<(u32, u32)> {
        let mut connection = self.reader().await?;
        let (pending, attention): (i64, i64) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE outcome_kind IS NULL),
                    count(*) FILTER (WHERE outcome_kind IN ('conflict', 'refused', 'quarantined')) FROM outbox",
        )
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| self.named(error))?;
        Ok((u32::try_from(pending).unwrap_or(u32::MAX), u32::try_from(attention).unwrap_or(u32::MAX)))
    }

    /// Whether anything may be sent now.
    pub async fn has_sendable(&self, now: Timestamp) -> Result<bool> {
        let mut connection = self.reader().await?;
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT EXISTS (SELECT 1 FROM outbox o WHERE outcome_kind IS NULL
                AND (seq IS NOT NULL OR (held_until_ms <= $1 AND NOT {BLOCKED})))"
        ));
        let found: bool = sqlx::query_scalar(sql)
            .bind(now.ms())
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        Ok(found)
    }

    /// When the next held command may be sent; none when none is held.
    pub async fn next_release(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let mut connection = self.reader().await?;
        let next: Option<i64> = sqlx::query_scalar(
            "SELECT min(held_until_ms) FROM outbox WHERE seq IS NULL AND outcome_kind IS NULL AND held_until_ms > $1",
        )
        .bind(now.ms())
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| self.named(error))?;
        Ok(next.map(Timestamp::from_ms))
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    batch: &str,
    new: &NewCommand,
    now: Timestamp,
    held_until: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (command_id, batch, item, command, made_ms, held_until_ms, seen_doc)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.as_str())
    .bind(batch)
    .bind(new.item.as_str())
    .bind(serde_json::to_string(&new.command)?)
    .bind(now.ms())
    .bind(held_until.ms())
    .bind(new.seen.as_ref().map(serde_json::to_string).transpose()?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the numbers of everything without an outcome back; the next one after `last` is given out next.
pub(crate) async fn renumber(connection: &mut SqliteConnection, last: u64) -> Result<()> {
    sqlx::query("UPDATE outbox SET seq = NULL WHERE outcome_kind IS NULL").execute(&mut *connection).await?;
    meta::set(connection, "acknowledged", Some(&last.to_string())).await?;
    meta::set(connection, "next_seq", Some(&(last + 1).to_string())).await
}
