//! Business calendars, every version of them, and who keeps which.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::store::Store;
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_domain::{Actor, Arranged, Arrangement, CalendarKey, PersonId, Timestamp};
use sqlx::Row as _;

pub(crate) async fn all(db: &mut Connection) -> Result<Vec<Calendar>, StoreError> {
    let rows =
        sqlx::query("SELECT key, doc FROM calendars ORDER BY key, version").fetch_all(&mut *db).await?;
    rows.iter()
        .map(|row| {
            let key: String = row.try_get("key")?;
            serde_json::from_str(row.try_get("doc")?).map_err(|error| {
                StoreError::inconsistent(format!("the calendar {key} cannot be read: {error}"))
            })
        })
        .collect()
}

pub(crate) async fn uses(db: &mut Connection) -> Result<Vec<CalendarUse>, StoreError> {
    let rows = sqlx::query("SELECT kind, subject, calendar FROM calendar_uses ORDER BY kind, subject")
        .fetch_all(&mut *db)
        .await?;
    rows.iter()
        .map(|row| {
            let subject: String = row.try_get("subject")?;
            let of = match row.try_get("kind")? {
                "group" => CalendarOf::Group(subject),
                "person" => CalendarOf::Person(PersonId(subject)),
                _ => CalendarOf::Everybody,
            };
            Ok(CalendarUse { of, calendar: CalendarKey(row.try_get("calendar")?) })
        })
        .collect()
}

impl Store {
    /// Publishes a calendar as the next version of its key and returns it. What is due by it moves when the portal's
    /// clock looks again.
    ///
    /// # Errors
    /// [`StoreError::Unacceptable`], naming everything that is wrong with it.
    pub async fn publish_calendar(
        &self,
        calendar: &Calendar,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Calendar, StoreError> {
        calendar.check().map_err(|problems| {
            let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
            StoreError::Unacceptable { what: format!("the calendar {}: {}", calendar.key, said.join("; ")) }
        })?;
        let mut writing = self.write().await?;
        let last: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM calendars WHERE key = $1")
            .bind(calendar.key.as_str())
            .fetch_one(&mut *writing.tx)
            .await?;
        let version = u32::try_from(last.unwrap_or(0) + 1).unwrap_or(u32::MAX);
        let published = Calendar { version, ..calendar.clone() };
        let doc = serde_json::to_string(&published)
            .map_err(|error| StoreError::inconsistent(format!("the calendar cannot be written: {error}")))?;
        sqlx::query("INSERT INTO calendars (key, version, doc) VALUES ($1, $2, $3)")
            .bind(published.key.as_str())
            .bind(i64::from(version))
            .bind(doc)
            .execute(&mut *writing.tx)
            .await?;
        let change = Arrangement::CalendarPublished { calendar: published.clone() };
        writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(published)
    }

    /// Says who keeps which calendar, in the place of what was said before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], when there is no such calendar.
    pub async fn use_calendar(
        &self,
        each: &CalendarUse,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM calendars WHERE key = $1")
            .bind(each.calendar.as_str())
            .fetch_one(&mut *writing.tx)
            .await?;
        if known == 0 {
            return Err(StoreError::NotFound { what: format!("calendar {}", each.calendar) });
        }
        let (kind, subject) = match &each.of {
            CalendarOf::Everybody => ("everybody", ""),
            CalendarOf::Group(group) => ("group", group.as_str()),
            CalendarOf::Person(person) => ("person", person.as_str()),
        };
        sqlx::query(
            "INSERT INTO calendar_uses (kind, subject, calendar) VALUES ($1, $2, $3)
             ON CONFLICT (kind, subject) DO UPDATE SET calendar = $3",
        )
        .bind(kind)
        .bind(subject)
        .bind(each.calendar.as_str())
        .execute(&mut *writing.tx)
        .await?;
        let change = Arrangement::CalendarKept { keeps: each.clone() };
        writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(())
    }
}
