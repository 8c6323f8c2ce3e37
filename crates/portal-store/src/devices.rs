//! Devices: where people are or were signed in, and which of them were shut out.

use crate::error::StoreError;
use crate::sessions;
use crate::store::Store;
use postern_domain::{Actor, Arranged, Arrangement, Person, PersonId, Timestamp};
use serde::Serialize;
use sqlx::Row as _;

/// A session, as an admin sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Device {
    pub session: String,
    pub email: String,
    /// What the device calls itself.
    pub name: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// `signed_out`, `disabled`, `revoked`, `password` or `reused`.
    pub ended_why: Option<String>,
}

impl Store {
    /// The sessions of one person or of all, the newest first.
    pub async fn devices(&self, person: Option<&PersonId>) -> Result<Vec<Device>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.id, p.email, s.device, s.started_ms, s.ended_ms, s.ended_why
             FROM sessions s JOIN people p ON p.id = s.person
             WHERE $1 IS NULL OR s.person = $1 ORDER BY s.started_ms DESC, s.id",
        )
        .bind(person.map(PersonId::as_str))
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Device {
                    session: row.try_get("id")?,
                    email: row.try_get("email")?,
                    name: row.try_get("device")?,
                    started_at: Timestamp(row.try_get("started_ms")?),
                    ended_at: row.try_get::<Option<i64>, _>("ended_ms")?.map(Timestamp),
                    ended_why: row.try_get("ended_why")?,
                })
            })
            .collect()
    }

    /// Shuts a device out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], when there is no such session, or its device was emptied before.
    pub async fn revoke_device(&self, session: &str, by: &Actor, now: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        if !sessions::revoke(&mut writing.tx, session, now).await? {
            return Err(StoreError::NotFound {
                what: format!("session {session} whose device is not emptied yet"),
            });
        }
        let row = sqlx::query("SELECT person, device FROM sessions WHERE id = $1")
            .bind(session)
            .fetch_one(&mut *writing.tx)
            .await?;
        let change = Arrangement::DeviceRevoked {
            session: session.to_owned(),
            person: PersonId(row.try_get("person")?),
            device: row.try_get("device")?,
        };
        writing.record_arranged(&Arranged { change, by: by.clone(), at: now })?;
        writing.commit(self).await?;
        Ok(())
    }

    /// Whom a token of a device spoke for that was shut out, or whose person was; nobody for every other token. Any
    /// token will do, however old: it opens nothing any more.
    pub async fn shut_out(&self, token_hash: &str) -> Result<Option<Person>, StoreError> {
        let mut tx = self.begin_read().await?;
        let row = sqlx::query(
            "SELECT s.person FROM tokens t JOIN sessions s ON s.id = t.session JOIN people p ON p.id = s.person
             WHERE t.hash = $1 AND (s.ended_why IN ('disabled', 'revoked') OR p.disabled = 1)",
        )
        .bind(token_hash)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id = PersonId(row.try_get("person")?);
        let head = crate::head::read(&mut tx).await?;
        Ok(self.directory_at(&mut tx, &head).await?.people().get(&id).cloned())
    }
}
