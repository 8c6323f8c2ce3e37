//! Sessions: who is signed in where. Only hashes of tokens are kept.
//!
//! A session is one family of tokens. Refreshing uses up the refresh token and gives the next generation. A used
//! token that comes again means that two parties hold it, and ends the family, with one exception: a client that
//! lost the reply repeats the very same refresh. So, for a short time, the token of the generation just before is
//! taken again if nobody has used the successor yet; the successor is then void, and so is its access token. There
//! is never more than one live successor: had a thief taken it, the owner's next refresh would use a void token and
//! end the family.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::store::Store;
use postern_domain::{DAY_MS, Person, PersonId, Timestamp};
use sqlx::Row as _;
use std::collections::BTreeMap;

/// For how long a repeated refresh is taken for a lost reply, in milliseconds: a console waits the better part of a minute
/// for one, and then some before it tries again.
const LOST_REPLY_MS: i64 = 120_000;

/// Why a session ended: its person was switched off.
pub(crate) const DISABLED: &str = "disabled";
/// Why a session ended: its device was shut out.
pub(crate) const REVOKED: &str = "revoked";
/// For how long a shut out device is still known, so that it learns of it; milliseconds.
const SHUT_OUT_MS: i64 = 400 * DAY_MS;

/// A pair of tokens about to be given out, as hashes.
#[derive(Clone, Debug)]
pub struct NewTokens {
    pub access_hash: String,
    pub access_expires_at: Timestamp,
    pub refresh_hash: String,
    pub refresh_expires_at: Timestamp,
}

/// Whom an access token speaks for.
#[derive(Clone, Debug)]
pub struct Authenticated {
    pub session: String,
    pub person: Person,
    pub scope_generation: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshRefused {
    Unknown,
    Expired,
    /// The session was ended before: signed out, a new password.
    Ended,
    /// The device, or its person, was shut out.
    ShutOut,
    /// The token was used before. The whole session is ended now.
    Reused,
}

impl Store {
    pub async fn begin_session(
        &self,
        session: &str,
        person: &PersonId,
        device: &str,
        tokens: &NewTokens,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_write().await?;
        sqlx::query(
            "INSERT INTO sessions (id, person, device, generation, started_ms) VALUES ($1, $2, $3, 1, $4)",
        )
        .bind(session)
        .bind(person.as_str())
        .bind(device)
        .bind(now.ms())
        .execute(&mut *tx)
        .await?;
        insert_tokens(&mut tx, session, 1, tokens).await?;
        Ok(tx.commit().await?)
    }

    /// Whom the access token with this hash speaks for now; nobody if it ran out, or the session or person ended.
    pub async fn authenticate(
        &self,
        access_hash: &str,
        now: Timestamp,
    ) -> Result<Option<Authenticated>, StoreError> {
        let mut tx = self.begin_read().await?;
        let head = crate::head::read(&mut tx).await?;
        let row = sqlx::query(
            "SELECT s.id, s.person FROM tokens t JOIN sessions s ON s.id = t.session
             WHERE t.hash = $1 AND t.kind = 'access' AND t.void = 0 AND t.expires_ms > $2 AND s.ended_ms IS NULL",
        )
        .bind(access_hash)
        .bind(now.ms())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id = PersonId(row.try_get("person")?);
        let directory = self.directory_at(&mut tx, &head).await?;
        let person = directory.people().get(&id).filter(|person| !person.disabled);
        Ok(match person {
            None => None,
            Some(person) => Some(Authenticated {
                session: row.try_get("id")?,
                person: person.clone(),
                scope_generation: directory.scope_generation(&id),
            }),
        })
    }

    /// Uses up a refresh token and stores the next pair.
    pub async fn refresh_session(
        &self,
        refresh_hash: &str,
        tokens: &NewTokens,
        now: Timestamp,
    ) -> Result<Result<PersonId, RefreshRefused>, StoreError> {
        let mut tx = self.begin_write().await?;
        let row = sqlx::query(
            "SELECT t.session, t.generation, t.expires_ms, t.used_ms, t.void, s.generation AS newest, s.ended_ms, s.ended_why,
                    s.person, p.disabled
             FROM tokens t JOIN sessions s ON s.id = t.session JOIN people p ON p.id = s.person
             WHERE t.hash = $1 AND t.kind = 'refresh'",
        )
        .bind(refresh_hash)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(Err(RefreshRefused::Unknown)) };
        let session: String = row.try_get("session")?;
        let (generation, newest): (i64, i64) = (row.try_get("generation")?, row.try_get("newest")?);
        let (void, disabled): (bool, bool) = (row.try_get("void")?, row.try_get("disabled")?);
        let used: Option<i64> = row.try_get("used_ms")?;
        if row.try_get::<Option<i64>, _>("ended_ms")?.is_some() || disabled {
            let why: Option<String> = row.try_get("ended_why")?;
            let is_shut_out = disabled || matches!(why.as_deref(), Some(DISABLED | REVOKED));
            return Ok(Err(if is_shut_out { RefreshRefused::ShutOut } else { RefreshRefused::Ended }));
        }
        if row.try_get::<i64, _>("expires_ms")? <= now.ms() {
            return Ok(Err(RefreshRefused::Expired));
        }
        // Had the successor been used, the session would be another generation further.
        let lost_reply = used.is_some_and(|used| {
            generation + 1 == newest && (0..=LOST_REPLY_MS).contains(&now.since(Timestamp(used)))
        });
        if void || (used.is_some() && !lost_reply) {
            end(&mut tx, &session, "reused", now).await?;
            tx.commit().await?;
            return Ok(Err(RefreshRefused::Reused));
        }
        if lost_reply {
            sqlx::query("UPDATE tokens SET void = 1 WHERE session = $1 AND generation = $2")
                .bind(&session)
                .bind(newest)
                .execute(&mut *tx)
                .await?;
        } else {
            sqlx::query("UPDATE tokens SET used_ms = $2 WHERE hash = $1")
                .bind(refresh_hash)
                .bind(now.ms())
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("UPDATE sessions SET generation = $2 WHERE id = $1")
            .bind(&session)
            .bind(generation + 1)
            .execute(&mut *tx)
            .await?;
        insert_tokens(&mut tx, &session, generation + 1, tokens).await?;
        tx.commit().await?;
        Ok(Ok(PersonId(row.try_get("person")?)))
    }

    pub async fn end_session(&self, session: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin_write().await?;
        end(&mut tx, session, "signed_out", now).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets tokens that ran out before `before`, and sessions of which no token is left. The last ones of a session
    /// that was not signed out open nothing any more, but are known as long as those of a shut out device: its person
    /// may be switched off, or itself shut out, while it is away.
    pub async fn forget_sessions(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin_write().await?;
        let tokens = sqlx::query(
            "DELETE FROM tokens WHERE expires_ms < $1 AND NOT EXISTS (
                SELECT 1 FROM sessions s WHERE s.id = tokens.session AND (
                    (s.ended_why IN ('disabled', 'revoked') AND s.ended_ms > $2)
                    -- The one before the last is what a device holds whose last reply was lost.
                    OR (coalesce(s.ended_why, '') <> 'signed_out' AND tokens.generation >= s.generation - 1
                        AND tokens.expires_ms > $2)))",
        )
        .bind(before.ms())
        .bind(before.plus_ms(-SHUT_OUT_MS).ms())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "DELETE FROM sessions WHERE started_ms < $1
             AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.session = sessions.id)",
        )
        .bind(before.ms())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(tokens.rows_affected())
    }
}

async fn insert_tokens(
    db: &mut Connection,
    session: &str,
    generation: i64,
    tokens: &NewTokens,
) -> Result<(), StoreError> {
    let pair = [
        ("access", &tokens.access_hash, tokens.access_expires_at),
        ("refresh", &tokens.refresh_hash, tokens.refresh_expires_at),
    ];
    for (kind, hash, expires_at) in pair {
        sqlx::query(
            "INSERT INTO tokens (hash, session, kind, generation, expires_ms, void) VALUES ($1, $2, $3, $4, $5, 0)",
        )
        .bind(hash)
        .bind(session)
        .bind(kind)
        .bind(generation)
        .bind(expires_at.ms())
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// False when it had ended before, or never was.
pub(crate) async fn end(
    db: &mut Connection,
    session: &str,
    why: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE sessions SET ended_ms = $2, ended_why = $3 WHERE id = $1 AND ended_ms IS NULL")
            .bind(session)
            .bind(now.ms())
            .bind(why)
            .execute(db)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// Shuts a device out, also one whose session ended without that it was emptied. False when it is out already, was
/// signed out, or never was.
pub(crate) async fn revoke(db: &mut Connection, session: &str, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE sessions SET ended_ms = $2, ended_why = $3
         WHERE id = $1 AND (ended_ms IS NULL OR ended_why IN ('password', 'reused'))",
    )
    .bind(session)
    .bind(now.ms())
    .bind(REVOKED)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn end_all_of(
    db: &mut Connection,
    person: &PersonId,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET ended_ms = $2, ended_why = $3 WHERE person = $1 AND ended_ms IS NULL")
        .bind(person.as_str())
        .bind(now.ms())
        .bind(why)
        .execute(db)
        .await?;
    Ok(())
}

/// Every session that is not forgotten, and whether its device was shut out.
pub(crate) async fn shut_out_or_not(db: &mut Connection) -> Result<BTreeMap<String, bool>, StoreError> {
    let rows = sqlx::query("SELECT id, ended_why FROM sessions").fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let why: Option<String> = row.try_get("ended_why")?;
            Ok((row.try_get("id")?, why.as_deref() == Some(REVOKED)))
        })
        .collect()
}
