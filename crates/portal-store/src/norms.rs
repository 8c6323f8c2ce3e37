//! Norms: how long items usually stay at each stage, learnt from what was decided.

use crate::dialect::Connection;
use crate::error::StoreError;
use crate::store::Store;
use postern_domain::metrics::NormSamples;
use postern_domain::{JourneyKey, StageKey, StageNorm};
use sqlx::Row as _;

pub(crate) async fn all(db: &mut Connection) -> Result<Vec<StageNorm>, StoreError> {
    let rows = sqlx::query("SELECT journey, stage, p85_ms, samples FROM stage_norms ORDER BY journey, stage")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(StageNorm {
                journey: JourneyKey(row.try_get("journey")?),
                stage: StageKey(row.try_get("stage")?),
                p85_ms: row.try_get("p85_ms")?,
                samples: u32::try_from(row.try_get::<i64, _>("samples")?).unwrap_or(u32::MAX),
            })
        })
        .collect()
}

impl Store {
    /// Learns the norms anew from all items. Tells consoles (by the directory's version) only when they changed.
    pub async fn refresh_norms(&self) -> Result<Vec<StageNorm>, StoreError> {
        let fresh = self.learn_norms().await?;
        self.keep_norms(fresh).await
    }

    /// Keeps norms that somebody learnt who had every item in hand.
    pub async fn keep_norms(&self, mut fresh: Vec<StageNorm>) -> Result<Vec<StageNorm>, StoreError> {
        fresh.sort_by(|a, b| (&a.journey, &a.stage).cmp(&(&b.journey, &b.stage)));
        let mut writing = self.write().await?;
        if all(&mut writing.tx).await? == fresh {
            return Ok(fresh);
        }
        sqlx::query("DELETE FROM stage_norms").execute(&mut *writing.tx).await?;
        for norm in &fresh {
            sqlx::query("INSERT INTO stage_norms (journey, stage, p85_ms, samples) VALUES ($1, $2, $3, $4)")
                .bind(norm.journey.as_str())
                .bind(norm.stage.as_str())
                .bind(norm.p85_ms)
                .bind(i64::from(norm.samples))
                .execute(&mut *writing.tx)
                .await?;
        }
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(fresh)
    }

    async fn learn_norms(&self) -> Result<Vec<StageNorm>, StoreError> {
        let mut samples = NormSamples::default();
        self.for_each_item(|item| samples.add(&item)).await?;
        Ok(samples.norms())
    }
}
