//! What the bottleneck page counts: every open item once for each group it belongs to.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::filter_sql::{Sql, conditions};
use crate::queue::query;
use postern_domain::filter::Filter;
use postern_domain::{Phase, Timestamp};
use sqlx::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The open review's stage; none outside a review.
    Stage,
    /// Whose turn it is: an item with two of them counts for both.
    Holder,
    Owner,
    Cohort,
}

/// One open item in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aging {
    pub key: Option<String>,
    pub phase: Phase,
    /// Milliseconds of wall time since it came to where it stands.
    pub age_ms: i64,
    pub overdue: bool,
    pub stuck: bool,
    pub unassigned: bool,
    /// The same item has been listed in an earlier group.
    pub again: bool,
}

impl Cache {
    pub async fn aging(&self, grouping: Grouping, filter: &Filter, now: Timestamp) -> Result<Vec<Aging>> {
        let mut tx = self.snapshot().await?;
        let found = async {
            let lookup = self.lookup_in(&mut tx).await?;
            let (key, join) = match grouping {
                Grouping::Stage => ("stage", ""),
                Grouping::Holder => ("t.person", "LEFT JOIN (SELECT row AS turn_row, person FROM item_turns) t ON t.turn_row = items.row"),
                Grouping::Owner => ("owner", ""),
                Grouping::Cohort => ("cohort", ""),
            };
            let mut sql = Sql::new(format!(
                "SELECT {key}, phase, entered_ms, due_sort < ?, coalesce(stuck_from_ms < ?, 0), unassigned, row
                 FROM items {join} WHERE live = 1 AND standing = 1"
            ))
            .number(now.ms())
            .number(now.ms());
            sql.push(conditions(filter, &lookup, now));
            sql.text.push_str(" ORDER BY row");
            let mut last = 0_i64;
            let mut found = Vec::new();
            for row in query(&sql).fetch_all(&mut *tx).await? {
                let number: i64 = row.try_get(6)?;
                found.push(Aging {
                    key: row.try_get(0)?,
                    phase: phase(row.try_get(1)?)?,
                    age_ms: now.since(Timestamp::from_ms(row.try_get(2)?)).max(0),
                    overdue: row.try_get(3)?,
                    stuck: row.try_get(4)?,
                    unassigned: row.try_get(5)?,
                    again: number == last,
                });
                last = number;
            }
            Ok(found)
        }
        .await;
        self.name(found)
    }
}

fn phase(text: &str) -> Result<Phase> {
    Phase::ALL
        .into_iter()
        .find(|each| each.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent(format!("a phase reads {text:?}")))
}
