//! The way of a command to the portal and of its outcome back: numbers on the wire, replies, disagreements.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::lease::{self, Lease};
use crate::meta;
use crate::outbox::{BLOCKED, HELD, OutboxRow, Raw, STALE, row, select};
use crate::superseding;
use crate::uploads::UPLOADING;
use postern_domain::{CommandId, ItemId, Refusal, Timestamp};
use postern_protocol::{CommandOutcome, Envelope, Outcome};
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;

/// What became of the rows that a reply was about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub items: Vec<ItemId>,
    /// At least one now waits for its author.
    pub attention: bool,
}

pub(crate) fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::AlreadySatisfied { .. } => "satisfied",
        Outcome::Refused { .. } => "refused",
        Outcome::Conflict { .. } => "conflict",
        // Nobody knows what became of it: what comes after it waits for its author, too.
        Outcome::Quarantined { .. } | Outcome::NotUnderstood { .. } => "quarantined",
    }
}

impl Cache {
    /// The next envelopes to send, at most `limit`: what was sent before without a reply, in its order, then what may
    /// go now, except on items that were put `aside`. Their numbers are on the disk before this returns, and that they
    /// may be on their way.
    pub async fn next_envelopes(
        &self,
        lease: &Lease,
        limit: usize,
        now: Timestamp,
        aside: &BTreeSet<ItemId>,
    ) -> Result<Vec<Envelope>> {
        let mut tx = self.begin().await?;
        let taken = async {
            lease::check(&mut tx, lease).await?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let again: Vec<Raw> = sqlx::query_as(select(
                "WHERE seq IS NOT NULL AND outcome_kind IS NULL ORDER BY seq LIMIT $2",
            ))
            .bind(now.ms())
            .bind(limit)
            .fetch_all(&mut *tx)
            .await?;
            let mut rows: Vec<OutboxRow> = again.into_iter().map(row).collect::<Result<_>>()?;
            let room = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(rows.len());
            let with_those_aside = i64::try_from(room.saturating_add(aside.len())).unwrap_or(i64::MAX);
            // One of each item at a time: should it end in a conflict, what comes after it must not be on its way.
            // Comments hold nothing and go together.
            let fresh: Vec<Raw> = sqlx::query_as(select(&format!(
                "WHERE seq IS NULL AND outcome_kind IS NULL AND NOT {HELD} AND NOT {STALE} AND NOT {BLOCKED}
                   AND NOT {UPLOADING}
                   AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.item = o.item AND e.position < o.position
                       AND e.outcome_kind IS NULL
                       AND NOT (e.command ->> '$.do' = 'comment' AND o.command ->> '$.do' = 'comment'))
                 ORDER BY position LIMIT $2"
            )))
            .bind(now.ms())
            .bind(with_those_aside)
            .fetch_all(&mut *tx)
            .await?;
            let mut next = meta::read(&mut tx).await?.next_seq;
            let fresh = fresh.into_iter().map(row).collect::<Result<Vec<_>>>()?;
            let may_go = fresh.into_iter().filter(|row| !aside.contains(&row.item)).take(room);
            for mut fresh in may_go {
                fresh.seq = Some(next);
                next += 1;
                rows.push(fresh);
            }
            meta::set(&mut tx, "next_seq", Some(&next.to_string())).await?;
            let leaving: Vec<_> = rows.iter().map(|row| (row.position, row.seq)).collect();
            sqlx::query(
                "UPDATE outbox SET seq = leaving.value ->> 1, tries = tries + 1
                 FROM json_each($1) AS leaving WHERE position = leaving.value ->> 0",
            )
            .bind(serde_json::to_string(&leaving)?)
            .execute(&mut *tx)
            .await?;
            Ok(rows)
        }
        .await;
        let rows = self.name(taken)?;
        self.commit(tx).await?;
        rows.into_iter()
            .map(|row| {
                let seq = row.seq.ok_or_else(|| StoreError::inconsistent("a command without its number"))?;
                Ok(Envelope {
                    id: row.id,
                    seq,
                    item: row.item,
                    command: row.command,
                    made_at: row.made_at,
                    only_if_known: row.unanswered,
                })
            })
            .collect()
    }

    /// Everything without an outcome, in the order in which it was given, to be handed over by somebody who was shut out.
    /// That it may be on its way is on the disk before this returns: from then on nobody can take it back.
    pub async fn hand_over(&self, lease: &Lease, now: Timestamp) -> Result<Vec<Envelope>> {
        let mut tx = self.begin().await?;
        let taken = async {
            lease::check(&mut tx, lease).await?;
            let rows: Vec<Raw> = sqlx::query_as(select("WHERE outcome_kind IS NULL ORDER BY position"))
                .bind(now.ms())
                .fetch_all(&mut *tx)
                .await?;
            sqlx::query("UPDATE outbox SET tries = tries + 1 WHERE outcome_kind IS NULL")
                .execute(&mut *tx)
                .await?;
            rows.into_iter()
                .map(|raw| {
                    let row = row(raw)?;
                    let seq = row.seq.unwrap_or_default();
                    Ok(Envelope {
                        id: row.id,
                        seq,
                        item: row.item,
                        command: row.command,
                        made_at: row.made_at,
                        // Should its author be let in again meanwhile, it is not applied unasked either.
                        only_if_known: row.stale || row.unanswered,
                    })
                })
                .collect::<Result<Vec<_>>>()
        }
        .await;
        let envelopes = self.name(taken)?;
        self.commit(tx).await?;
        Ok(envelopes)
    }

    /// Stores what the portal said, in the transaction that marks the rows. A conflict's command is no longer shown as
    /// done.
    pub async fn record_outcomes(
        &self,
        lease: &Lease,
        outcomes: &[CommandOutcome],
        now: Timestamp,
    ) -> Result<Settled> {
        let mut tx = self.begin().await?;
        let recorded = async {
            lease::check(&mut tx, lease).await?;
            let mut acknowledged = meta::read(&mut tx).await?.acknowledged;
            let mut said = Vec::with_capacity(outcomes.len());
            for outcome in outcomes {
                acknowledged = acknowledged.max(outcome.seq);
                let text = serde_json::to_string(&outcome.outcome)?;
                said.push((&outcome.id, kind(&outcome.outcome), outcome.at_seq, text));
            }
            let settled: Vec<(String, String, String)> = sqlx::query_as(
                "UPDATE outbox SET outcome_kind = said.value ->> 1, at_seq = said.value ->> 2, outcome = said.value ->> 3
                 FROM json_each($1) AS said
                 WHERE command_id = said.value ->> 0 AND outcome_kind IS NULL RETURNING command_id, item, outcome_kind",
            )
            .bind(serde_json::to_string(&said)?)
            .fetch_all(&mut *tx)
            .await?;
            meta::set(&mut tx, "acknowledged", Some(&acknowledged.to_string())).await?;
            let ids: Vec<&str> = settled.iter().map(|(id, _, _)| id.as_str()).collect();
            superseding::close(&mut tx, &ids, now).await?;
            // What was done as was expected is shown as it was, until its effect comes down.
            let is_done = |kind: &str| matches!(kind, "applied" | "satisfied");
            let otherwise = settled.iter().filter(|(_, _, kind)| !is_done(kind));
            let otherwise: BTreeSet<ItemId> = otherwise.map(|(_, item, _)| ItemId(item.clone())).collect();
            let attention = !otherwise.is_empty();
            self.rebuilt(&mut tx, otherwise).await?;
            let items: BTreeSet<ItemId> = settled.into_iter().map(|(_, item, _)| ItemId(item)).collect();
            Ok(Settled { items: items.into_iter().collect(), attention })
        }
        .await;
        let settled = self.name(recorded)?;
        self.commit(tx).await?;
        Ok(settled)
    }

    /// These did not reach the portal: there was nobody to send them to, or they came back untouched from what takes only
    /// smaller messages. Those of them that had not left before either give their numbers back, and are what they were:
    /// they can be taken back, and grow old.
    pub async fn did_not_arrive(&self, lease: &Lease, ids: &[CommandId]) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = async {
            lease::check(&mut tx, lease).await?;
            for id in ids {
                count_tries(&mut tx, id, -1).await?;
            }
            // What left before has lower numbers than what did not.
            sqlx::query("UPDATE outbox SET seq = NULL WHERE tries = 0 AND outcome_kind IS NULL")
                .execute(&mut *tx)
                .await?;
            let last: Option<i64> =
                sqlx::query_scalar("SELECT max(seq) FROM outbox").fetch_one(&mut *tx).await?;
            let last = last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0);
            let next = meta::read(&mut tx).await?.acknowledged.max(last) + 1;
            meta::set(&mut tx, "next_seq", Some(&next.to_string())).await
        }
        .await;
        self.name(done)?;
        self.commit(tx).await
    }

    /// Ends a command that is too large to be sent at all, unless it left before and may have been applied: then it
    /// stays. Gives the numbers of everything unanswered back. False when it stays.
    pub async fn refuse_here(
        &self,
        lease: &Lease,
        id: &CommandId,
        refusal: Refusal,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = async {
            lease::check(&mut tx, lease).await?;
            count_tries(&mut tx, id, -1).await?;
            let item: Option<String> = sqlx::query_scalar(
                "UPDATE outbox SET outcome = $1, outcome_kind = 'refused', seq = NULL
                 WHERE command_id = $2 AND tries = 0 RETURNING item",
            )
            .bind(serde_json::to_string(&Outcome::Refused { refusal })?)
            .bind(id.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            let acknowledged = meta::read(&mut tx).await?.acknowledged;
            renumber(&mut tx, acknowledged).await?;
            let is_refused = item.is_some();
            if is_refused {
                superseding::close(&mut tx, &[id.as_str()], now).await?;
            }
            self.rebuilt(&mut tx, item.into_iter().map(ItemId).collect()).await?;
            Ok(is_refused)
        }
        .await;
        let is_refused = self.name(done)?;
        self.commit(tx).await?;
        Ok(is_refused)
    }
}

/// Takes the numbers of everything without an outcome back; the next one after `last` is given out next.
pub(crate) async fn renumber(connection: &mut SqliteConnection, last: u64) -> Result<()> {
    sqlx::query("UPDATE outbox SET seq = NULL WHERE outcome_kind IS NULL").execute(&mut *connection).await?;
    meta::set(connection, "acknowledged", Some(&last.to_string())).await?;
    meta::set(connection, "next_seq", Some(&(last + 1).to_string())).await
}

async fn count_tries(connection: &mut SqliteConnection, id: &CommandId, more: i64) -> Result<()> {
    sqlx::query("UPDATE outbox SET tries = max(tries + $2, 0) WHERE command_id = $1")
        .bind(id.as_str())
        .bind(more)
        .execute(connection)
        .await?;
    Ok(())
}
