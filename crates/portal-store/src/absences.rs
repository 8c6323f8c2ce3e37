//! Out-of-office windows, and who stands in.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::items;
use crate::store::Store;
use postern_domain::absence::Absence;
use postern_domain::{Actor, Arranged, Arrangement, Item, PersonId, Timestamp};
use sqlx::Row as _;

pub(crate) async fn all(db: &mut Connection) -> Result<Vec<Absence>, StoreError> {
    let rows = sqlx::query("SELECT id, doc FROM absences ORDER BY id").fetch_all(&mut *db).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            serde_json::from_str(row.try_get("doc")?).map_err(|error| {
                StoreError::inconsistent(format!("the absence {id} cannot be read: {error}"))
            })
        })
        .collect()
}

/// What became of an absence that was to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Under its next version.
    Saved(Absence),
    /// Somebody saved another version meanwhile: this one, and it is another person's, or newer than what was seen.
    Changed(Absence),
}

impl Store {
    /// Saves an absence: a new one with version 0, or the next version of one that is there. What is wrong with it,
    /// and whether the caller may, was asked before.
    pub async fn save_absence(
        &self,
        absence: &Absence,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Saved, StoreError> {
        let mut writing = self.write().await?;
        let row = sqlx::query("SELECT doc FROM absences WHERE id = $1")
            .bind(absence.id.as_str())
            .fetch_optional(&mut *writing.tx)
            .await?;
        if let Some(row) = row {
            let there: Absence = serde_json::from_str(row.try_get("doc")?).map_err(|error| {
                StoreError::inconsistent(format!("the absence {} cannot be read: {error}", absence.id))
            })?;
            if there.person != absence.person || there.version != absence.version {
                return Ok(Saved::Changed(there));
            }
        }
        let saved = Absence { version: absence.version + 1, ..absence.clone() };
        let doc = serde_json::to_string(&saved)
            .map_err(|error| StoreError::inconsistent(format!("the absence cannot be written: {error}")))?;
        sqlx::query(
            "INSERT INTO absences (id, person, version, doc) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET version = $3, doc = $4",
        )
        .bind(saved.id.as_str())
        .bind(saved.person.as_str())
        .bind(i64::from(saved.version))
        .bind(doc)
        .execute(&mut *writing.tx)
        .await?;
        let change = Arrangement::AbsenceSaved { absence: saved.clone() };
        writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(Saved::Saved(saved))
    }

    /// The items at which somebody has a seat at an open step, away or not.
    pub async fn open_seats_of(&self, person: &PersonId) -> Result<Vec<Item>, StoreError> {
        // Whoever has a seat is named in the document; most items need not be read for it.
        let named = serde_json::to_string(person)
            .map_err(|error| StoreError::inconsistent(format!("an id cannot be written: {error}")))?;
        let rows = sqlx::query(
            "SELECT id, doc FROM items WHERE phase = 'in_review' AND instr(doc, $1) > 0 ORDER BY id",
        )
        .bind(named)
        .fetch_all(&mut *self.reader().await?)
        .await?;
        let items: Vec<Item> = rows.iter().map(items::parse).collect::<Result<_, _>>()?;
        let has_seat = |item: &Item| item.reviews.iter().any(|review| review.reviewers.contains(person));
        Ok(items.into_iter().filter(has_seat).collect())
    }
}
