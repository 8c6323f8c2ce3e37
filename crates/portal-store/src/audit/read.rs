//! Reading the trail: one item's, or an export.

use crate::dialect::DbRow;
use crate::error::StoreError;
use crate::store::Store;
use postern_domain::{Actor, ItemId, PersonId, Timestamp};
use postern_protocol::{AuditLine, ExportedLine, OrganisationLine};
use sqlx::Row as _;

/// Which lines to export. Absent parts let everything through.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub item: Option<ItemId>,
    pub by: Option<PersonId>,
    /// From this instant on, that instant included.
    pub since: Option<Timestamp>,
    /// Up to this instant, that instant not included.
    pub until: Option<Timestamp>,
}

const PAGE: i64 = 2_000;

pub(crate) fn line(row: &DbRow) -> Result<AuditLine, StoreError> {
    let seq: i64 = row.try_get("seq")?;
    let recorded: &str = row.try_get("recorded")?;
    Ok(AuditLine {
        seq,
        item: ItemId(row.try_get("item")?),
        recorded: serde_json::from_str(recorded)
            .map_err(|error| StoreError::inconsistent(format!("audit line {seq} cannot be read: {error}")))?,
        hash: row.try_get("hash")?,
    })
}

fn exported(row: &DbRow) -> Result<ExportedLine, StoreError> {
    if row.try_get::<Option<&str>, _>("item")?.is_some() {
        return line(row).map(ExportedLine::Item);
    }
    let seq: i64 = row.try_get("seq")?;
    let arranged = serde_json::from_str(row.try_get("recorded")?)
        .map_err(|error| StoreError::inconsistent(format!("audit line {seq} cannot be read: {error}")))?;
    Ok(ExportedLine::Organisation(OrganisationLine { seq, arranged, hash: row.try_get("hash")? }))
}

impl AuditFilter {
    fn admits(&self, line: &ExportedLine) -> bool {
        let (item, by, on_behalf_of, at): (_, &Actor, Option<&PersonId>, Timestamp) = match line {
            ExportedLine::Item(AuditLine { item, recorded, .. }) => {
                (Some(item), &recorded.by, recorded.on_behalf_of.as_ref(), recorded.at)
            }
            ExportedLine::Organisation(line) => (None, &line.arranged.by, None, line.arranged.at),
        };
        self.item.as_ref().is_none_or(|wanted| Some(wanted) == item)
            && self.by.as_ref().is_none_or(|who| by.person() == Some(who) || on_behalf_of == Some(who))
            && self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at < until)
    }
}

impl Store {
    /// One item's trail, oldest first.
    pub async fn audit_of(&self, item: &ItemId) -> Result<Vec<AuditLine>, StoreError> {
        let rows = sqlx::query("SELECT seq, item, recorded, hash FROM audit WHERE item = $1 ORDER BY seq")
            .bind(item.as_str())
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.iter().map(line).collect()
    }

    /// Hands every line that the filter admits to `take`, oldest first; a failure there ends the export.
    pub async fn export_audit(
        &self,
        filter: &AuditFilter,
        mut take: impl FnMut(ExportedLine) -> std::io::Result<()>,
    ) -> Result<u64, StoreError> {
        let (mut last, mut count) = (0_i64, 0);
        loop {
            let rows = sqlx::query(
                "SELECT seq, item, recorded, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2",
            )
            .bind(last)
            .bind(PAGE)
            .fetch_all(&mut *self.reader().await?)
            .await?;
            let Some(end) = rows.last() else { return Ok(count) };
            last = end.try_get("seq")?;
            for row in &rows {
                let line = exported(row)?;
                if filter.admits(&line) {
                    take(line).map_err(StoreError::io("the export"))?;
                    count += 1;
                }
            }
        }
    }
}
