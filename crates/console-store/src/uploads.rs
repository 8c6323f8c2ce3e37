//! Uploads: content that must be at the portal before the commands that name it. Each content goes up once, however many
//! commands name it, and holds back those commands and what comes after them on their items, and nothing else.

use crate::cache::Cache;
use crate::error::Result;
use crate::outbox::{HELD, STALE};
use postern_domain::{Command, ItemId, Timestamp};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub sha256: String,
    /// As its first command calls it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    pub media_type: String,
    /// Bytes that the portal has, as far as is known.
    pub sent: u64,
    /// Failures in a row.
    pub tries: u32,
    /// It is not tried before.
    pub next: Timestamp,
    /// Why it does not go on, in one sentence.
    pub problem: Option<String>,
    /// It does not go on by itself.
    pub stopped: bool,
}

/// For an outbox row `o`: it names content that the portal does not have.
pub(crate) const UPLOADING: &str =
    "EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = o.command ->> '$.sha256')";

/// For an upload `u`: it is not tried yet. No wait is so long: where the clock was set back since, it has waited long enough.
const WAITING: &str = "(u.next_ms > $1 AND u.next_ms <= $1 + 7200000)";

/// For an upload `u`: a command without an outcome names it.
const NAMED: &str = "o.outcome_kind IS NULL AND o.command ->> '$.sha256' = u.sha256";

type Raw = (String, String, i64, String, i64, i64, i64, Option<String>, bool);

fn upload(raw: Raw) -> Upload {
    let (sha256, name, size, media_type, sent, tries, next, problem, stopped) = raw;
    Upload {
        sha256,
        name,
        size: size.unsigned_abs(),
        media_type,
        sent: sent.unsigned_abs(),
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        next: Timestamp::from_ms(next),
        problem,
        stopped,
    }
}

/// A command that names content waits until the portal has it. Given again, an upload that stopped goes on.
pub(crate) async fn want(connection: &mut SqliteConnection, command: &Command) -> Result<()> {
    let Command::AttachVersion { name, sha256, size, media_type, .. } = command else { return Ok(()) };
    sqlx::query(
        "INSERT INTO uploads (sha256, name, size, media_type) VALUES ($1, $2, $3, $4)
         ON CONFLICT (sha256) DO UPDATE SET tries = 0, next_ms = 0, problem = NULL, stopped = 0",
    )
    .bind(sha256)
    .bind(name)
    .bind(size.cast_signed())
    .bind(media_type)
    .execute(connection)
    .await?;
    Ok(())
}

/// The portal was set back: it may have lost content that it had. What of it is `here` goes up once more.
pub(crate) async fn want_again(connection: &mut SqliteConnection, here: &BTreeSet<String>) -> Result<()> {
    let commands: Vec<String> = sqlx::query_scalar(
        "SELECT command FROM outbox WHERE outcome_kind IS NULL AND command ->> '$.sha256' IS NOT NULL",
    )
    .fetch_all(&mut *connection)
    .await?;
    for command in commands {
        let command: Command = serde_json::from_str(&command)?;
        if matches!(&command, Command::AttachVersion { sha256, .. } if here.contains(sha256)) {
            want(connection, &command).await?;
        }
    }
    Ok(())
}

impl Cache {
    /// Content that is not to go for want of room: commands that came to nothing yet name it.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError) where the cache cannot be read.
    pub async fn unsent_content(&self) -> Result<BTreeSet<String>> {
        let mut connection = self.reader().await?;
        let found = named_by_commands(&mut connection).await;
        self.name(found)
    }

    /// Every upload that a command waits for, in the order in which those were given.
    pub async fn uploads(&self) -> Result<Vec<Upload>> {
        self.select_uploads("true", Timestamp::from_ms(i64::MAX)).await
    }

    /// Those that may go on now. What is held, so that it can be undone, does not leave the device, nor does what its
    /// author must look at again.
    pub async fn due_uploads(&self, now: Timestamp) -> Result<Vec<Upload>> {
        self.select_uploads(&format!("NOT u.stopped AND NOT {WAITING} AND NOT {HELD} AND NOT {STALE}"), now)
            .await
    }

    async fn select_uploads(&self, which: &str, now: Timestamp) -> Result<Vec<Upload>> {
        let mut connection = self.reader().await?;
        let sql = AssertSqlSafe(format!(
            "SELECT u.sha256, u.name, u.size, u.media_type, u.sent, u.tries, u.next_ms, u.problem, u.stopped
             FROM uploads u JOIN outbox o ON {NAMED} WHERE {which} AND $1 = $1
             GROUP BY u.sha256 ORDER BY min(o.position)"
        ));
        let rows: Vec<Raw> = sqlx::query_as(sql)
            .bind(now.ms())
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        Ok(rows.into_iter().map(upload).collect())
    }

    /// When the next upload is due by itself; none when none is.
    pub async fn next_upload(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let mut connection = self.reader().await?;
        let sql = AssertSqlSafe(format!(
            "SELECT min(max(iif({WAITING}, u.next_ms, 0), iif({HELD}, held_until_ms, 0))) FROM uploads u JOIN outbox o ON {NAMED}
             WHERE NOT u.stopped AND NOT {STALE}"
        ));
        let next: Option<i64> = sqlx::query_scalar(sql)
            .bind(now.ms())
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        Ok(next.map(Timestamp::from_ms))
    }

    /// The portal has so many bytes of it: whatever went wrong before is over.
    pub async fn upload_came(&self, sha256: &str, sent: u64) -> Result<()> {
        let sql = "UPDATE uploads SET sent = $2, tries = 0, problem = NULL WHERE sha256 = $1";
        self.change_upload(sqlx::query(sql).bind(sha256).bind(sent.cast_signed())).await
    }

    /// It did not go on, and is tried again at `next`.
    pub async fn upload_failed(&self, sha256: &str, next: Timestamp, problem: &str) -> Result<()> {
        let sql = "UPDATE uploads SET tries = tries + 1, next_ms = $2, problem = $3 WHERE sha256 = $1";
        self.change_upload(sqlx::query(sql).bind(sha256).bind(next.ms()).bind(problem)).await
    }

    /// It does not go on until its author does something.
    pub async fn upload_stopped(&self, sha256: &str, problem: &str) -> Result<()> {
        let sql = "UPDATE uploads SET stopped = 1, problem = $2 WHERE sha256 = $1";
        self.change_upload(sqlx::query(sql).bind(sha256).bind(problem)).await
    }

    /// Its author wants it tried now.
    pub async fn upload_again(&self, sha256: &str) -> Result<()> {
        let sql = "UPDATE uploads SET tries = 0, next_ms = 0, stopped = 0, problem = NULL WHERE sha256 = $1";
        self.change_upload(sqlx::query(sql).bind(sha256)).await
    }

    /// Everything that waits after a failure is tried now.
    pub async fn hurry_uploads(&self) -> Result<()> {
        self.change_upload(sqlx::query("UPDATE uploads SET next_ms = 0 WHERE next_ms > 0")).await
    }

    /// The items whose commands name it.
    pub async fn items_naming(&self, sha256: &str) -> Result<Vec<ItemId>> {
        let mut connection = self.reader().await?;
        let items: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT item FROM outbox WHERE command ->> '$.sha256' = $1")
                .bind(sha256)
                .fetch_all(&mut *connection)
                .await
                .map_err(|error| self.named(error))?;
        Ok(items.into_iter().map(ItemId).collect())
    }

    /// The portal has it: the commands that name it may go.
    pub async fn upload_done(&self, sha256: &str) -> Result<()> {
        self.change_upload(sqlx::query("DELETE FROM uploads WHERE sha256 = $1").bind(sha256)).await
    }

    /// Forgets uploads whose commands were undone, discarded or refused.
    pub async fn forget_idle_uploads(&self) -> Result<()> {
        let sql = AssertSqlSafe(format!(
            "DELETE FROM uploads AS u WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE {NAMED})"
        ));
        self.change_upload(sqlx::query(sql)).await
    }

    async fn change_upload(
        &self,
        change: sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(|error| self.named(error))?;
        self.commit(tx).await
    }
}

/// What no wipe may take: it is nowhere else yet.
pub(crate) async fn nowhere_else(connection: &mut SqliteConnection) -> Result<BTreeSet<String>> {
    let sql = AssertSqlSafe(format!("SELECT DISTINCT u.sha256 FROM uploads u JOIN outbox o ON {NAMED}"));
    let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await?;
    Ok(found.into_iter().collect())
}

/// What commands name that came to nothing yet. The portal may have it already, and lose it again before they are settled;
/// and a command that is given once more names it once more.
pub(crate) async fn named_by_commands(connection: &mut SqliteConnection) -> Result<BTreeSet<String>> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT command ->> '$.sha256' FROM outbox
         WHERE command ->> '$.sha256' IS NOT NULL
             AND (outcome_kind IS NULL OR outcome_kind NOT IN ('applied', 'satisfied'))",
    )
    .fetch_all(connection)
    .await?;
    Ok(found.into_iter().collect())
}
