//! The outbox: my commands, from the moment they are given until their effect has come back, or I put them away.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::uploads::{self, UPLOADING};
use crate::{items, journal, overlay, superseding};
use postern_domain::{Command, CommandId, Item, ItemId, PersonId, Timestamp};
use postern_protocol::Outcome;
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
    /// Commands of the same item that came to nothing, and that this one is given instead of.
    pub instead_of: Vec<CommandId>,
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
    /// It left at least once, and may have been applied.
    pub sent: bool,
    /// It has lain for so long that its author is asked again.
    pub stale: bool,
    /// As `stale`, and it left: it may have been applied.
    pub unanswered: bool,
    /// Its author has given another one instead, which has no outcome yet.
    pub superseded: bool,
}

pub(crate) type Raw = (
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
    bool,
    bool,
    bool,
);

/// Held so that it can be undone. Where the clock was set back to before it was given, it has been held long enough.
pub(crate) const HELD: &str = "(held_until_ms > $1 AND made_ms <= $1)";

/// What was decided two weeks ago or longer is not applied before its author has looked at it again. A comment is as good
/// as it was.
macro_rules! old {
    () => {
        "(o.outcome_kind IS NULL AND o.command ->> '$.do' <> 'comment'
          AND max(o.made_ms, coalesce(o.confirmed_ms, o.made_ms)) < $1 - 1209600000)"
    };
}

/// What is that old and never left is not sent; of what left, only what became of it is asked.
pub(crate) const STALE: &str = concat!("(o.tries = 0 AND ", old!(), ")");

/// A conflict or a quarantine, what must be looked at again, or content that is not at the portal holds back what comes
/// after it on the same item; a refusal does not. Given once more, it does so as long as that can be undone.
pub(crate) const BLOCKED: &str =
    "EXISTS (SELECT 1 FROM outbox e WHERE e.item = o.item AND e.position < o.position
      AND (e.outcome_kind IN ('conflict', 'quarantined')
           OR (e.tries = 0 AND e.outcome_kind IS NULL AND e.command ->> '$.do' <> 'comment'
               AND max(e.made_ms, coalesce(e.confirmed_ms, e.made_ms)) < $1 - 1209600000)
           OR EXISTS (SELECT 1 FROM outbox n WHERE n.command_id = e.superseded_by AND n.command_id <> o.command_id
               AND n.tries = 0 AND n.outcome_kind IS NULL AND n.held_until_ms > $1 AND n.made_ms <= $1)
           OR (e.outcome_kind IS NULL AND e.seq IS NULL
               AND ((e.held_until_ms > $1 AND e.made_ms <= $1)
                    OR EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = e.command ->> '$.sha256')))))";

pub(crate) fn select(what: &str) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(format!(
        "SELECT position, command_id, batch, item, command, made_ms, held_until_ms, seq, outcome, at_seq, seen_doc,
                outcome_kind IS NULL AND seq IS NULL AND {BLOCKED} AS blocked, tries > 0 AS sent, {} AS old,
                superseded_by IS NOT NULL AS superseded
         FROM outbox o {what}",
        old!()
    ))
}

pub(crate) fn row(raw: Raw) -> Result<OutboxRow> {
    let (
        position,
        id,
        batch,
        item,
        command,
        made,
        held,
        seq,
        outcome,
        at_seq,
        seen,
        blocked,
        sent,
        old,
        superseded,
    ) = raw;
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
        sent,
        stale: old && !sent,
        unanswered: old && sent,
        superseded,
    })
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
pub(crate) async fn trim(
    connection: &mut SqliteConnection,
    seq: i64,
    now: Timestamp,
) -> Result<BTreeSet<ItemId>> {
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
    /// as it is shown and what came to nothing on it before, inside the transaction, and makes the command or none.
    ///
    /// # Errors
    /// [`StoreError::SomebodyElses`], when the cache is not `author`'s any more; or where it cannot be written.
    pub async fn enqueue(
        &self,
        author: &PersonId,
        batch: &str,
        targets: &[ItemId],
        now: Timestamp,
        held_until: Timestamp,
        mut form: impl FnMut(&ItemId, Option<&Item>, &[OutboxRow]) -> Option<NewCommand> + Send,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let stored = async {
            let lookup = self.lookup_in(&mut tx).await?;
            if lookup.me.as_ref() != Some(author) {
                return Err(StoreError::SomebodyElses);
            }
            for id in targets {
                let item = items::read_live(&mut tx, id).await?;
                let failed = superseding::failed(&mut tx, id).await?;
                let Some(new) = form(id, item.as_ref(), &failed) else { continue };
                insert(&mut tx, batch, &new, now, held_until).await?;
                superseding::supersede(&mut tx, &new.instead_of, &new.id).await?;
                overlay::extend(&mut tx, id, item.as_ref(), &new.id, &new.command, now, &lookup).await?;
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
            let gone: Vec<(String, String)> = sqlx::query_as(
                "DELETE FROM outbox WHERE batch = $1 AND tries = 0 AND outcome_kind IS NULL AND held_until_ms > $2
                 RETURNING command_id, item",
            )
            .bind(batch)
            .bind(now.ms())
            .fetch_all(&mut *tx)
            .await?;
            for (id, _) in &gone {
                superseding::reinstate(&mut tx, &CommandId(id.clone())).await?;
            }
            self.rebuilt(&mut tx, gone.into_iter().map(|(_, item)| ItemId(item)).collect()).await
        }
        .await;
        let undone = self.name(undone)?;
        self.commit(tx).await?;
        Ok(undone)
    }

    /// Its author has looked again, and wants it sent as it is.
    pub async fn confirm(&self, id: &CommandId, now: Timestamp) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE outbox SET confirmed_ms = $2 WHERE command_id = $1")
            .bind(id.as_str())
            .bind(now.ms())
            .execute(&mut *tx)
            .await
            .map_err(|error| self.named(error))?;
        self.commit(tx).await
    }

    /// Takes one command out of the outbox for good and records that in the journal: one that was never sent, or one
    /// whose outcome its author has read. False when it is on its way and may have been applied.
    pub async fn put_away(&self, id: &CommandId, now: Timestamp) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = async {
            let found: Option<(String, i64, Option<String>)> =
                sqlx::query_as("SELECT item, tries, outcome_kind FROM outbox WHERE command_id = $1")
                    .bind(id.as_str())
                    .fetch_optional(&mut *tx)
                    .await?;
            let Some((item, tries, outcome)) = found else { return Ok(false) };
            let unsent = tries == 0 && outcome.is_none();
            let read = matches!(outcome.as_deref(), Some("conflict" | "refused" | "quarantined"));
            if !unsent && !read {
                return Ok(false);
            }
            if unsent {
                superseding::reinstate(&mut tx, id).await?;
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

    pub(crate) async fn rebuilt(
        &self,
        connection: &mut SqliteConnection,
        items: BTreeSet<ItemId>,
    ) -> Result<Vec<ItemId>> {
        let lookup = self.lookup_in(connection).await?;
        for id in &items {
            overlay::rebuild(connection, id, &lookup).await?;
        }
        Ok(items.into_iter().collect())
    }

    /// Everything in the outbox, in the order in which it was given.
    pub async fn outbox(&self, now: Timestamp) -> Result<Vec<OutboxRow>> {
        let mut connection = self.reader().await?;
        let rows: Vec<Raw> = sqlx::query_as(select("WHERE superseded_by IS NULL ORDER BY position"))
            .bind(now.ms())
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        rows.into_iter().map(row).collect()
    }

    /// The commands of one action that are in the outbox, with the item of each.
    pub async fn outbox_batch(&self, batch: &str) -> Result<Vec<(ItemId, CommandId)>> {
        let mut connection = self.reader().await?;
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT item, command_id FROM outbox WHERE batch = $1 ORDER BY position")
                .bind(batch)
                .fetch_all(&mut *connection)
                .await
                .map_err(|error| self.named(error))?;
        Ok(rows.into_iter().map(|(item, id)| (ItemId(item), CommandId(id))).collect())
    }

    pub async fn outbox_of(&self, item: &ItemId, now: Timestamp) -> Result<Vec<OutboxRow>> {
        let mut connection = self.reader().await?;
        let rows: Vec<Raw> =
            sqlx::query_as(select("WHERE item = $2 AND superseded_by IS NULL ORDER BY position"))
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
    pub async fn outbox_counts(&self, now: Timestamp) -> Result<(u32, u32)> {
        let mut connection = self.reader().await?;
        let found = counts(&mut connection, now).await;
        self.name(found)
    }

    /// Whether anything may be sent now.
    pub async fn has_sendable(&self, now: Timestamp) -> Result<bool> {
        let mut connection = self.reader().await?;
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT EXISTS (SELECT 1 FROM outbox o WHERE outcome_kind IS NULL
                AND NOT {STALE} AND (seq IS NOT NULL OR (NOT {HELD} AND NOT {BLOCKED} AND NOT {UPLOADING})))"
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
    .execute(&mut *connection)
    .await?;
    uploads::want(connection, &new.command).await
}

/// Commands not yet confirmed, and commands that wait for their author.
pub(crate) async fn counts(connection: &mut SqliteConnection, now: Timestamp) -> Result<(u32, u32)> {
    let (pending, attention): (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT count(*) FILTER (WHERE outcome_kind IS NULL),
                count(*) FILTER (WHERE outcome_kind IN ('conflict', 'refused', 'quarantined') OR {STALE}
                    OR (outcome_kind IS NULL AND EXISTS (SELECT 1 FROM uploads u
                        WHERE u.stopped AND u.sha256 = o.command ->> '$.sha256')))
         FROM outbox o"
    )))
    .bind(now.ms())
    .fetch_one(connection)
    .await?;
    Ok((u32::try_from(pending).unwrap_or(u32::MAX), u32::try_from(attention).unwrap_or(u32::MAX)))
}

/// The item is out of its author's sight: what commands keep of it goes with it. What they say, and why they came to
/// nothing, stays.
pub(crate) async fn forget_seen(connection: &mut SqliteConnection, item: &ItemId) -> Result<()> {
    forget_seen_where(connection, "item = $1", Some(item)).await
}

/// As [`forget_seen`], for whatever a load did not bring.
pub(crate) async fn forget_unseen(connection: &mut SqliteConnection) -> Result<()> {
    let which = "$1 IS NULL AND NOT EXISTS (SELECT 1 FROM items WHERE items.id = item AND layer = 0)
        AND NOT EXISTS (SELECT 1 FROM newer_items WHERE newer_items.id = item)";
    forget_seen_where(connection, which, None).await
}

async fn forget_seen_where(
    connection: &mut SqliteConnection,
    which: &str,
    item: Option<&ItemId>,
) -> Result<()> {
    for table in ["outbox", "journal"] {
        let sql = sqlx::AssertSqlSafe(format!(
            "UPDATE {table} SET seen_doc = NULL, outcome = json_remove(outcome, '$.current') WHERE {which}"
        ));
        sqlx::query(sql).bind(item.map(ItemId::as_str)).execute(&mut *connection).await?;
    }
    Ok(())
}
