//! Changes: the log that consoles follow, and the page of it that one person may see.

use crate::columns::Value;
use crate::dialect::DbRow;
use crate::error::StoreError;
use crate::many::Insert;
use crate::places::Stands;
use crate::store::Store;
use crate::{items, places};
use postern_domain::{CommandId, Item, Person, PersonId, Timestamp, may_view};
use postern_protocol::{Change, ChangePage, Cursor, Month, NamedItems};
use sqlx::Row as _;

/// Rows looked at together.
const CHUNK: i64 = 250;
/// Rows looked at for one page, so that somebody who may see little does not wait long for an answer.
const MOST_LOOKED_AT: i64 = 5_000;

pub(crate) static INSERT: Insert = Insert::new("INSERT INTO changes (seq, item, kind, version, command)", "");

pub(crate) fn row(seq: i64, item: &Item, moved: bool, command: Option<&CommandId>) -> [Value; 5] {
    [
        seq.into(),
        item.id.as_str().into(),
        if moved { "leave" } else { "upsert" }.into(),
        item.version.cast_signed().into(),
        command.map(|id| Value::from(id.as_str())).into(),
    ]
}

/// The item of a row, if `person` may see it. The columns tell most rows out of scope apart from the others without
/// reading their documents; the domain has the last word.
pub(crate) fn visible(person: &Person, row: &DbRow) -> Result<Option<Box<Item>>, StoreError> {
    let stands = Stands::in_row(row)?;
    if let Some(place) = stands.place()
        && !person.grants.iter().any(|grant| grant.scope.covers(place))
    {
        return Ok(None);
    }
    let item = items::parse(row)?;
    Ok(may_view(person, &item).then(|| Box::new(item)))
}

/// From where a console asks for changes, and for what.
#[derive(Clone, Debug)]
pub struct Since {
    pub cursor: Cursor,
    /// At most so many items in a page.
    pub limit: usize,
    /// Of closed items, only those that were closed in this month or later.
    pub closed_since: Option<Month>,
    /// It wants to know what it should hold.
    pub asks_expected: bool,
}

/// What a console gets that asks from a cursor.
#[derive(Clone, Debug)]
pub enum Changes {
    Page(Box<ChangePage>),
    /// The person's grants are others since: what is in sight has to be compared.
    ScopeChanged,
    /// Another epoch, ahead of this portal, or of nobody who is known: everything has to be loaded anew.
    Gone,
}

impl Changes {
    /// The page, if there is one.
    pub fn page(self) -> Option<ChangePage> {
        match self {
            Changes::Page(page) => Some(*page),
            Changes::ScopeChanged | Changes::Gone => None,
        }
    }
}

impl Store {
    /// What changed for this person since the cursor, a page of it.
    pub async fn changes_for(
        &self,
        person: &PersonId,
        since: &Since,
        now: Timestamp,
    ) -> Result<Changes, StoreError> {
        let (cursor, limit) = (&since.cursor, since.limit);
        let closed_since = since.closed_since.map_or(0, Month::number);
        let mut tx = self.begin_read().await?;
        let head = crate::head::read(&mut tx).await?;
        let directory = self.directory_at(&mut tx, &head).await?;
        let Some(person) = directory.people().get(person) else { return Ok(Changes::Gone) };
        let scope_generation = directory.scope_generation(&person.id);
        if cursor.epoch != head.epoch
            || cursor.seq > head.seq
            || cursor.directory_version > head.directory_version
        {
            return Ok(Changes::Gone);
        }
        if cursor.scope_generation != scope_generation {
            return Ok(Changes::ScopeChanged);
        }
        let mut changes = Vec::new();
        let (mut seq, mut looked_at) = (cursor.seq, 0);
        while seq < head.seq && changes.len() < limit && looked_at < MOST_LOOKED_AT {
            let rows = sqlx::query(
                "SELECT id, client, project, kind, closed_month, doc, created_seq, change_seq, moved_seq FROM items
                 WHERE change_seq > $1 ORDER BY change_seq LIMIT $2",
            )
            .bind(seq)
            .bind(CHUNK)
            .fetch_all(&mut *tx)
            .await?;
            if rows.is_empty() {
                seq = head.seq;
            }
            for row in &rows {
                if changes.len() == limit {
                    break;
                }
                seq = row.try_get("change_seq")?;
                looked_at += 1;
                let was_known = || -> Result<bool, StoreError> {
                    let moved: i64 = row.try_get("moved_seq")?;
                    let created: i64 = row.try_get("created_seq")?;
                    Ok(moved > cursor.seq && created <= cursor.seq)
                };
                let closed: i64 = row.try_get("closed_month")?;
                let created: i64 = row.try_get("created_seq")?;
                let leave = || -> Result<Change, StoreError> {
                    Ok(Change::Leave { id: row.try_get::<String, _>("id")?.as_str().into() })
                };
                match visible(person, row)? {
                    // The console keeps nothing that was closed so long ago. It may have it still as an open one.
                    Some(_) if closed != 0 && closed < closed_since && created > cursor.seq => {}
                    Some(_) if closed != 0 && closed < closed_since => changes.push(leave()?),
                    Some(item) => changes.push(Change::Upsert { item }),
                    None if was_known()? => changes.push(leave()?),
                    None => {}
                }
            }
        }
        let more = seq < head.seq;
        let expected = match since.asks_expected && !more {
            true => Some(places::expected(&mut tx, person, since.closed_since).await?),
            false => None,
        };
        let is_newer = cursor.directory_version < head.directory_version;
        Ok(Changes::Page(Box::new(ChangePage {
            changes,
            directory: is_newer.then(|| directory.for_person(person)),
            cursor: Cursor { seq, ..head.cursor(scope_generation) },
            more,
            expected,
            server_time: now,
        })))
    }

    /// Those of the named items that this person may see, as they are now. The page's cursor is the one that was handed
    /// in: what changed since comes from there.
    pub async fn named_items(
        &self,
        person: &PersonId,
        named: &NamedItems,
        now: Timestamp,
    ) -> Result<Changes, StoreError> {
        let mut tx = self.begin_read().await?;
        let head = crate::head::read(&mut tx).await?;
        let directory = self.directory_at(&mut tx, &head).await?;
        let Some(person) = directory.people().get(person) else { return Ok(Changes::Gone) };
        let current = head.cursor(directory.scope_generation(&person.id));
        if !named.cursor.leads_to(&current) {
            let same_epoch = named.cursor.epoch == current.epoch && named.cursor.seq <= current.seq;
            return Ok(if same_epoch { Changes::ScopeChanged } else { Changes::Gone });
        }
        let mut changes = Vec::with_capacity(named.ids.len());
        for id in &named.ids {
            let row = sqlx::query("SELECT id, client, project, kind, doc FROM items WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let item = row.map(|row| visible(person, &row)).transpose()?.flatten();
            changes.extend(item.map(|item| Change::Upsert { item }));
        }
        Ok(Changes::Page(Box::new(ChangePage {
            changes,
            directory: None,
            cursor: named.cursor.clone(),
            more: false,
            expected: None,
            server_time: now,
        })))
    }
}
