//! Journeys: every version that was published, for whom, and the golden cases that it was tested with.

use crate::dialect::Connection;
use crate::directory::already;
use crate::error::StoreError;
use crate::head::Writing;
use crate::store::Store;
use postern_domain::change::MigrationPlan;
use postern_domain::publication::Cohorts;
use postern_domain::{Actor, Arranged, Arrangement, Journey, JourneyKey, JourneyRef, Phase, Timestamp};
use sqlx::Row as _;
use std::collections::BTreeMap;

/// One version, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredJourney {
    pub journey: Journey,
    pub cohorts: Cohorts,
    /// As they were written; empty without any.
    pub cases: String,
}

/// A journey about to be published.
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    pub journey: &'a Journey,
    pub cohorts: &'a Cohorts,
    /// The golden cases that it was tested with, as they were written; empty without any.
    pub cases: &'a str,
    /// The earlier version that this is, published again.
    pub rolls_back_to: Option<u32>,
}

impl<'a> Publication<'a> {
    /// For the new items of everybody, untested.
    pub fn for_all(journey: &'a Journey) -> Self {
        Self { journey, cohorts: &Cohorts::All, cases: "", rolls_back_to: None }
    }
}

/// Each under the key and version that it is found by.
pub(crate) async fn all(db: &mut Connection) -> Result<Vec<(JourneyRef, StoredJourney)>, StoreError> {
    let rows = sqlx::query("SELECT key, version, doc, cohorts, cases FROM journeys").fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let journey = serde_json::from_str(row.try_get("doc")?)
                .map_err(|error| StoreError::inconsistent(format!("a journey cannot be read: {error}")))?;
            let cohorts = serde_json::from_str(row.try_get("cohorts")?).map_err(|error| {
                StoreError::inconsistent(format!("a journey's cohorts cannot be read: {error}"))
            })?;
            let found_by = JourneyRef {
                key: JourneyKey(row.try_get("key")?),
                version: u32::try_from(row.try_get::<i64, _>("version")?).unwrap_or_default(),
            };
            Ok((found_by, StoredJourney { journey, cohorts, cases: row.try_get("cases")? }))
        })
        .collect()
}

/// As the version that it says it is, with its line in the trail.
pub(crate) async fn add(
    writing: &mut Writing,
    publication: &Publication<'_>,
    by: &Actor,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Publication { journey, cohorts, cases, rolls_back_to } = *publication;
    let unwritable = |error| StoreError::inconsistent(format!("the journey cannot be written: {error}"));
    sqlx::query("INSERT INTO journeys (key, version, doc, cohorts, cases) VALUES ($1, $2, $3, $4, $5)")
        .bind(journey.key.as_str())
        .bind(i64::from(journey.version))
        .bind(serde_json::to_string(journey).map_err(unwritable)?)
        .bind(serde_json::to_string(cohorts).map_err(unwritable)?)
        .bind(cases)
        .execute(&mut *writing.tx)
        .await
        .map_err(|error| already(error, || format!("a journey {} {}", journey.key, journey.version)))?;
    let change = Arrangement::JourneyPublished {
        journey: Box::new(journey.clone()),
        cohorts: cohorts.clone(),
        cases: cases.to_owned(),
        rolls_back_to,
    };
    writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
    writing.head.directory_version += 1;
    Ok(())
}

impl Store {
    /// Publishes a journey as the next version of its key, and returns it. Whether it may be published was asked
    /// before.
    pub async fn publish_journey(
        &self,
        publication: &Publication<'_>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Journey, StoreError> {
        let mut writing = self.write().await?;
        let latest: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM journeys WHERE key = $1")
            .bind(publication.journey.key.as_str())
            .fetch_one(&mut *writing.tx)
            .await?;
        let published = publication.journey.numbered(u32::try_from(latest.unwrap_or(0)).unwrap_or(u32::MAX));
        add(&mut writing, &Publication { journey: &published, ..*publication }, by, at).await?;
        writing.commit(self).await?;
        Ok(published)
    }

    /// Notes that items in flight are about to move, and who has them moved.
    pub async fn record_migration(
        &self,
        journey: &JourneyKey,
        plan: &MigrationPlan,
        items: u64,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        let change = Arrangement::ItemsMigrated { journey: journey.clone(), plan: plan.clone(), items };
        writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
        writing.commit(self).await?;
        Ok(())
    }

    /// How many items are on each version and not finished; versions without any are left out.
    pub async fn in_flight(&self) -> Result<BTreeMap<(JourneyKey, u32), u64>, StoreError> {
        let rows = sqlx::query(
            "SELECT journey, journey_version, COUNT(*) AS items FROM items WHERE phase NOT IN ($1, $2) \
             GROUP BY journey, journey_version",
        )
        .bind(Phase::Completed.as_str())
        .bind(Phase::Withdrawn.as_str())
        .fetch_all(&mut *self.reader().await?)
        .await?;
        rows.iter()
            .map(|row| {
                let key: String = row.try_get("journey")?;
                let (version, items): (i64, i64) = (row.try_get("journey_version")?, row.try_get("items")?);
                let version = u32::try_from(version).unwrap_or(u32::MAX);
                Ok(((JourneyKey(key), version), u64::try_from(items).unwrap_or_default()))
            })
            .collect()
    }

    /// The golden cases that a version was published with; empty where it came without any.
    pub async fn cases_of(&self, journey: &JourneyRef) -> Result<String, StoreError> {
        let cases: Option<String> =
            sqlx::query_scalar("SELECT cases FROM journeys WHERE key = $1 AND version = $2")
                .bind(journey.key.as_str())
                .bind(i64::from(journey.version))
                .fetch_optional(&mut *self.reader().await?)
                .await?;
        Ok(cases.unwrap_or_default())
    }
}
