//! Alerts: found in the transaction that learns of their cause, shown once, also across restarts.

use crate::cache::Cache;
use crate::columns;
use crate::directory::Lookup;
use crate::error::Result;
use postern_domain::{Actor, Entry, Happening, Item, ItemId, PersonId, Timestamp};
use sqlx::sqlite::SqliteConnection;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertKind {
    /// It is now my turn.
    MyTurn,
    /// Somebody escalated it to me.
    Escalated,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAlert {
    pub key: String,
    pub item: ItemId,
    pub kind: AlertKind,
    pub made_at: Timestamp,
}

impl AlertKind {
    fn as_str(self) -> &'static str {
        match self {
            AlertKind::MyTurn => "my_turn",
            AlertKind::Escalated => "escalated",
        }
    }
}

/// Compares an item before and after a patch, and writes down what its reader must be told.
pub(crate) async fn detect(
    connection: &mut SqliteConnection,
    before: Option<&Item>,
    after: &Item,
    lookup: &Lookup,
    now: Timestamp,
) -> Result<bool> {
    let Some(me) = &lookup.me else { return Ok(false) };
    let mut found = false;
    if escalated_to_me(before, after, me) {
        let at = after.escalation.as_ref().map_or(0, |escalation| escalation.at.ms());
        let key = format!("escalated/{}/{at}", after.id);
        found |= write(connection, &key, &after.id, AlertKind::Escalated, now).await?;
    }
    if !found && new_in_my_turn(before, after, me) {
        let stage = after.stage().map_or("complete", |stage| stage.as_str());
        let key = format!("my_turn/{}/{stage}/{}/{}", after.id, after.round, after.assignment_version);
        found |= write(connection, &key, &after.id, AlertKind::MyTurn, now).await?;
    }
    if !columns::turns(after).contains(me) {
        // Handled elsewhere: what was not shown yet need not be.
        sqlx::query("UPDATE alerts SET shown_ms = coalesce(shown_ms, $2), again_ms = NULL WHERE item = $1 AND kind = 'my_turn'")
            .bind(after.id.as_str())
            .bind(now.ms())
            .execute(connection)
            .await?;
    }
    Ok(found)
}

fn escalated_to_me(before: Option<&Item>, after: &Item, me: &PersonId) -> bool {
    let Some(escalation) = &after.escalation else { return false };
    escalation.to.as_ref() == Some(me)
        && escalation.by.person() != Some(me)
        && before.and_then(|before| before.escalation.as_ref()).is_none_or(|old| old.at != escalation.at)
}

fn new_in_my_turn(before: Option<&Item>, after: &Item, me: &PersonId) -> bool {
    let turn = |item: &Item| columns::turns(item).contains(me);
    let same_step =
        |old: &Item| old.phase == after.phase && old.stage() == after.stage() && old.round == after.round;
    if !turn(after) || before.is_some_and(|old| turn(old) && same_step(old)) {
        return false;
    }
    !by_me(before, after, me)
}

/// Whether what made it my turn was my own doing: the last step or hand-over was mine.
fn by_me(before: Option<&Item>, after: &Item, me: &PersonId) -> bool {
    let known = before.map_or(0, |before| before.history.len());
    let moved = |entry: &&Entry| {
        matches!(
            entry.what,
            Happening::ReviewOpened { .. }
                | Happening::Reassigned { .. }
                | Happening::Claimed { .. }
                | Happening::FullyApproved
                | Happening::Reopened { .. }
        )
    };
    let last = after.history.iter().skip(known).rev().find(moved);
    last.is_some_and(|entry| entry.by == Actor::Person(me.clone()))
}

/// False when this very alert was written before.
async fn write(
    connection: &mut SqliteConnection,
    key: &str,
    item: &ItemId,
    kind: AlertKind,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query("INSERT OR IGNORE INTO alerts (key, item, kind, made_ms) VALUES ($1, $2, $3, $4)")
        .bind(key)
        .bind(item.as_str())
        .bind(kind.as_str())
        .bind(now.ms())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn forget(connection: &mut SqliteConnection, item: &ItemId) -> Result<()> {
    sqlx::query("DELETE FROM alerts WHERE item = $1").bind(item.as_str()).execute(connection).await?;
    Ok(())
}

impl Cache {
    /// Takes the alerts that are due and marks them shown before anybody sees them: a crash in between loses a banner,
    /// and never doubles one. The second value counts those shown since `recent`.
    pub async fn take_alerts(&self, now: Timestamp, recent: Timestamp) -> Result<(Vec<StoredAlert>, u32)> {
        let mut tx = self.begin().await?;
        let taken = async {
            let shown: i64 = sqlx::query_scalar("SELECT count(*) FROM alerts WHERE shown_ms > $1 AND shown_ms <= $2")
                .bind(recent.ms())
                .bind(now.ms())
                .fetch_one(&mut *tx)
                .await?;
            let due: Vec<(String, String, String, i64)> = sqlx::query_as(
                "SELECT key, item, kind, made_ms FROM alerts WHERE shown_ms IS NULL OR again_ms <= $1 ORDER BY made_ms, key",
            )
            .bind(now.ms())
            .fetch_all(&mut *tx)
            .await?;
            sqlx::query("UPDATE alerts SET shown_ms = $1, again_ms = NULL WHERE shown_ms IS NULL OR again_ms <= $1")
                .bind(now.ms())
                .execute(&mut *tx)
                .await?;
            // An alert whose cause is long gone need not be remembered.
            sqlx::query("DELETE FROM alerts WHERE made_ms < $1 AND again_ms IS NULL AND shown_ms IS NOT NULL")
                .bind(now.plus_ms(-120 * postern_domain::DAY_MS).ms())
                .execute(&mut *tx)
                .await?;
            Ok((due, shown))
        }
        .await;
        let (due, shown) = self.name(taken)?;
        self.commit(tx).await?;
        let alerts = due
            .into_iter()
            .map(|(key, item, kind, made)| StoredAlert {
                key,
                item: ItemId(item),
                kind: if kind == "escalated" { AlertKind::Escalated } else { AlertKind::MyTurn },
                made_at: Timestamp::from_ms(made),
            })
            .collect();
        Ok((alerts, u32::try_from(shown).unwrap_or(u32::MAX)))
    }

    /// Shows an alert again at `until`.
    pub async fn snooze_alert(&self, key: &str, until: Timestamp) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = sqlx::query("UPDATE alerts SET again_ms = $2 WHERE key = $1")
            .bind(key)
            .bind(until.ms())
            .execute(&mut *tx)
            .await
            .map_err(|error| self.named(error))?;
        self.commit(tx).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Whether what an alert said still holds: the item is in sight, and it is still `me` for whom it waits.
    pub async fn alert_stands(&self, key: &str, me: &PersonId) -> Result<bool> {
        let mut connection = self.reader().await?;
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM alerts WHERE key = $1 AND (kind <> 'my_turn' OR EXISTS (
                SELECT 1 FROM items JOIN item_turns ON item_turns.row = items.row
                WHERE items.id = alerts.item AND item_turns.person = $2)))",
        )
        .bind(key)
        .bind(me.as_str())
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| self.named(error))
    }

    /// When the next snoozed alert comes back.
    pub async fn next_snoozed(&self) -> Result<Option<Timestamp>> {
        let mut connection = self.reader().await?;
        let next: Option<i64> = sqlx::query_scalar("SELECT min(again_ms) FROM alerts")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        Ok(next.map(Timestamp::from_ms))
    }
}
