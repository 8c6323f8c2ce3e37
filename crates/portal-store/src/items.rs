//! Items: the current state of each, as a document and as columns to select by.

use crate::columns;
use crate::dialect::{Connection, DbRow};
use crate::error::StoreError;
use crate::head::Writing;
use crate::many::Select;
use crate::store::Store;
use postern_domain::{Item, ItemId};
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};

/// An item with where it stands in the change log.
#[derive(Clone, Debug)]
pub(crate) struct StoredItem {
    pub item: Item,
    pub moved_seq: i64,
}

pub(crate) fn parse(row: &DbRow) -> Result<Item, StoreError> {
    let doc: &str = row.try_get("doc")?;
    serde_json::from_str(doc).map_err(|error| {
        let id: String = row.try_get("id").unwrap_or_default();
        StoreError::inconsistent(format!("the document of item {id} cannot be read: {error}"))
    })
}

pub(crate) async fn get(db: &mut Connection, id: &ItemId) -> Result<Option<StoredItem>, StoreError> {
    let row = sqlx::query("SELECT id, doc, moved_seq FROM items WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| stored(&row)).transpose()
}

fn stored(row: &DbRow) -> Result<StoredItem, StoreError> {
    Ok(StoredItem { item: parse(row)?, moved_seq: row.try_get("moved_seq")? })
}

static BY_ID: Select = Select::new("SELECT id, doc, moved_seq FROM items WHERE id IN");

/// Those of these items that are there.
pub(crate) async fn of(
    db: &mut Connection,
    ids: &BTreeSet<&ItemId>,
) -> Result<BTreeMap<ItemId, StoredItem>, StoreError> {
    let keys: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let rows = BY_ID.rows(db, &keys).await?;
    rows.iter().map(|row| Ok((ItemId(row.try_get("id")?), stored(row)?))).collect()
}

pub(crate) async fn by_reference(db: &mut Connection, reference: &str) -> Result<Option<Item>, StoreError> {
    let row = sqlx::query("SELECT id, doc FROM items WHERE reference = $1")
        .bind(reference)
        .fetch_optional(db)
        .await?;
    row.map(|row| parse(&row)).transpose()
}

const INSERT: &str =
    "INSERT INTO items (id, reference, kind, client, project, journey, journey_version, phase, stage, owner,
                        priority, round, created_at_ms, submitted_at_ms, entered_at_ms, updated_at_ms,
                        completed_at_ms, due_at_ms, version, mark, closed_month, doc, created_seq, change_seq,
                        moved_seq)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21, $22, $23, $23, $24)";

macro_rules! update_item {
    ($set:literal, $where:literal) => {
        concat!(
            "UPDATE items SET kind = $3, project = $5, journey = $6, journey_version = $7, stage = $9, owner = $10,
                priority = $11, round = $12, created_at_ms = $13, submitted_at_ms = $14, entered_at_ms = $15,
                updated_at_ms = $16, completed_at_ms = $17, due_at_ms = $18, version = $19, mark = $20,
                closed_month = $21, doc = $22, change_seq = $23, moved_seq = $24",
            $set,
            " WHERE id = $1",
            $where
        )
    };
}

const UPDATE: &str = update_item!(", reference = $2, client = $4, phase = $8", "");
/// An index is written for each of its columns that is set, also to what it is.
const UPDATE_IN_PLACE: &str = update_item!("", " AND reference = $2 AND client = $4 AND phase = $8");

/// Writes the row of an item that changed with the head's number, the files that it names, and counts it where it is
/// now. Without one `before`, it must not be there yet.
pub(crate) async fn save(
    writing: &mut Writing,
    before: Option<&Item>,
    item: &Item,
    moved_seq: i64,
) -> Result<(), StoreError> {
    let columns = columns::of(item)
        .map_err(|error| StoreError::inconsistent(format!("item {} cannot be written: {error}", item.id)))?;
    let sql = match before {
        None => INSERT,
        Some(before) if is_in_place(before, item) => UPDATE_IN_PLACE,
        Some(_) => UPDATE,
    };
    let query = columns.into_iter().fold(sqlx::query(sql), columns::bind);
    let done = query.bind(writing.head.seq).bind(moved_seq).execute(&mut *writing.tx).await?;
    if done.rows_affected() != 1 {
        return Err(StoreError::inconsistent(format!("{} rows of item {}", done.rows_affected(), item.id)));
    }
    if let Some(before) = before {
        writing.appended.places().leave(before);
    }
    writing.appended.places().enter(item);
    let known: BTreeSet<&str> = before.into_iter().flat_map(files).collect();
    for sha256 in files(item).filter(|sha256| !known.contains(sha256)) {
        sqlx::query("INSERT INTO item_files (sha256, item) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(sha256)
            .bind(item.id.as_str())
            .execute(&mut *writing.tx)
            .await?;
    }
    Ok(())
}

fn is_in_place(before: &Item, after: &Item) -> bool {
    before.reference == after.reference && before.client == after.client && before.phase == after.phase
}

fn files(item: &Item) -> impl Iterator<Item = &str> {
    let versions = item.attachments.iter().flat_map(|attachment| &attachment.versions);
    versions.map(|version| version.sha256.as_str())
}

impl Store {
    /// Every item, page by page on a fresh reader each time: a long pass must not keep the write-ahead log from being
    /// folded.
    pub async fn for_each_item(&self, mut see: impl FnMut(Item)) -> Result<(), StoreError> {
        const PAGE: i64 = 500;
        let mut last = String::new();
        loop {
            let rows = sqlx::query("SELECT id, doc FROM items WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(&last)
                .bind(PAGE)
                .fetch_all(&mut *self.reader().await?)
                .await?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = end.try_get("id")?;
            for row in &rows {
                see(parse(row)?);
            }
        }
    }

    /// The item as it is. Whether the asker may see it is for the caller to ask the domain.
    pub async fn item(&self, id: &ItemId) -> Result<Option<Item>, StoreError> {
        Ok(get(&mut *self.reader().await?, id).await?.map(|stored| stored.item))
    }

    /// The item with this reference, for example `ACME-142`.
    pub async fn item_by_reference(&self, reference: &str) -> Result<Option<Item>, StoreError> {
        by_reference(&mut *self.reader().await?, reference).await
    }
}
