//! Bugs in the console's cache.

use super::Mutation;
use super::portal::{create, push_of};
use crate::calls::path_of;
use crate::wire::Answer;
use crate::world::World;
use postern_console_core::transport::Request;
use postern_protocol::{ChangePage, ErrorCode, Problem, paths};
use sqlx::SqliteConnection;

impl Mutation {
    /// A process has opened the cache, or is about to begin a round.
    pub async fn spoil_cache(self, cache: &mut SqliteConnection) -> anyhow::Result<()> {
        let trigger = match self {
            Mutation::RowGoneOnSend => {
                "AFTER UPDATE OF seq ON outbox WHEN new.seq IS NOT NULL BEGIN
                    DELETE FROM outbox WHERE position = new.position; END"
            }
            Mutation::RowGoneOnOutcome => {
                "AFTER UPDATE OF outcome_kind ON outbox WHEN new.outcome_kind = 'applied' BEGIN
                    DELETE FROM outbox WHERE position = new.position; END"
            }
            Mutation::ConflictDropped => {
                "AFTER UPDATE OF outcome_kind ON outbox WHEN new.outcome_kind = 'conflict' BEGIN
                    DELETE FROM outbox WHERE position = new.position; END"
            }
            Mutation::ConflictRequeued => {
                "AFTER UPDATE OF outcome_kind ON outbox WHEN new.outcome_kind = 'conflict' BEGIN
                    UPDATE outbox SET position = (SELECT max(position) + 1 FROM outbox)
                    WHERE position = new.position; END"
            }
            Mutation::SupersededForgotten => {
                "AFTER UPDATE OF superseded_by ON outbox WHEN new.superseded_by IS NOT NULL BEGIN
                    DELETE FROM outbox WHERE position = new.position; END"
            }
            Mutation::JournalNotKept => {
                "AFTER INSERT ON journal BEGIN DELETE FROM journal WHERE command_id = new.command_id; END"
            }
            Mutation::AlertNotMarked => {
                "AFTER UPDATE OF shown_ms ON alerts WHEN new.shown_ms IS NOT NULL BEGIN
                    UPDATE alerts SET shown_ms = NULL WHERE key = new.key; END"
            }
            Mutation::LeaseWithoutTerm => {
                "AFTER UPDATE ON lease WHEN new.expires_ms > 0 BEGIN UPDATE lease SET expires_ms = 0; END"
            }
            Mutation::CommandBeforeContent => {
                "AFTER INSERT ON uploads BEGIN DELETE FROM uploads WHERE sha256 = new.sha256; END"
            }
            Mutation::GivenUpSoon => {
                "AFTER UPDATE OF tries ON uploads WHEN new.tries > 1 BEGIN
                    UPDATE uploads SET stopped = 1 WHERE sha256 = new.sha256; END"
            }
            Mutation::UnnamedContentKept => {
                "AFTER INSERT ON unnamed_content BEGIN
                    DELETE FROM unnamed_content WHERE sha256 = new.sha256; END"
            }
            Mutation::NothingOfferedAgain => {
                "AFTER INSERT ON uploads WHEN EXISTS (SELECT 1 FROM outbox WHERE tries > 0
                    AND outcome_kind IS NULL AND command ->> '$.sha256' = new.sha256) BEGIN
                    DELETE FROM uploads WHERE sha256 = new.sha256; END"
            }
            _ => return Ok(()),
        };
        create(cache, trigger).await
    }

    pub async fn before_round(self, cache: &mut SqliteConnection) -> anyhow::Result<()> {
        self.spoil_cache(cache).await?;
        if self == Mutation::LaneReversed {
            sqlx::query("UPDATE outbox SET position = -position WHERE seq IS NULL AND outcome_kind IS NULL")
                .execute(&mut *cache)
                .await?;
        }
        if self == Mutation::StaleSentUnasked {
            sqlx::query("UPDATE outbox SET confirmed_ms = 9000000000000 WHERE tries = 0")
                .execute(&mut *cache)
                .await?;
        }
        if self == Mutation::UnansweredSentUnasked {
            sqlx::query("UPDATE outbox SET confirmed_ms = 9000000000000 WHERE tries > 0")
                .execute(cache)
                .await?;
        }
        Ok(())
    }

    /// Somebody is about to undo.
    pub async fn before_undo(self, cache: &mut SqliteConnection, batch: &str) -> anyhow::Result<()> {
        if self == Mutation::OverlayStays {
            sqlx::query("DELETE FROM outbox WHERE batch = $1 AND tries = 0 AND outcome_kind IS NULL")
                .bind(batch)
                .execute(cache)
                .await?;
        }
        Ok(())
    }

    pub async fn undo(self, cache: &mut SqliteConnection, batch: &str) -> anyhow::Result<()> {
        if self == Mutation::UndoneAfterSending {
            sqlx::query("DELETE FROM outbox WHERE batch = $1 AND outcome_kind IS NULL")
                .bind(batch)
                .execute(cache)
                .await?;
        }
        Ok(())
    }
}

/// What an answer does to the cache before the engine sees it.
pub async fn answered(
    mutation: Mutation,
    world: &mut World,
    who: usize,
    request: &Request,
    answer: Option<&Answer>,
) -> anyhow::Result<()> {
    let path = path_of(request);
    let status = answer.map_or(0, |answer| answer.status);
    let is_push = path == paths::COMMANDS;
    let code = answer
        .and_then(|answer| serde_json::from_slice::<Problem>(&answer.body).ok())
        .map(|problem| problem.code);
    let unanswered = "DELETE FROM outbox WHERE outcome_kind IS NULL";
    let statement = match mutation {
        Mutation::CursorBeforePatches if status == 200 && path.starts_with(paths::CHANGES) => {
            let whole = answer.filter(|answer| answer.cut_at.is_none());
            let Some(page) = whole.and_then(|answer| serde_json::from_slice::<ChangePage>(&answer.body).ok())
            else {
                return Ok(());
            };
            if let Some(profile) = world.profiles.get_mut(who) {
                sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ('cursor', $1)")
                    .bind(page.cursor.to_string())
                    .execute(&mut profile.watcher)
                    .await?;
            }
            return Ok(());
        }
        Mutation::TooLargeDropped if status == 413 && is_push => {
            "DELETE FROM outbox WHERE outcome_kind IS NULL AND seq IS NOT NULL"
        }
        Mutation::ThreeTriesOnly if is_push => {
            let tries = world.memory.tries.entry(who).or_default();
            *tries = if status == 200 { 0 } else { *tries + 1 };
            if *tries < 3 {
                return Ok(());
            }
            *tries = 0;
            "DELETE FROM outbox WHERE outcome_kind IS NULL AND seq IS NOT NULL"
        }
        Mutation::SessionEndEmptiesOutbox if path == paths::REFRESH && status == 401 => unanswered,
        Mutation::ForkEmptiesOutbox if is_push && code == Some(ErrorCode::ClientForked) => {
            // The engine sends the first of them again in any case.
            let sent = push_of(request).map(|push| push.commands.len()).unwrap_or_default();
            if sent == 0 {
                return Ok(());
            }
            unanswered
        }
        Mutation::BootstrapEmptiesOutbox if path.starts_with(paths::BOOTSTRAP) && status == 200 => unanswered,
        _ => return Ok(()),
    };
    if let Some(profile) = world.profiles.get_mut(who) {
        sqlx::query(statement).execute(&mut profile.watcher).await?;
    }
    Ok(())
}
