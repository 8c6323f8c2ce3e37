//! Writing and reading items: the document, its columns, its turns, its words.

use crate::cache::Cache;
use crate::columns::{Columns, submitter};
use crate::directory::Lookup;
use crate::error::Result;
use crate::tables::Family;
use postern_domain::{Item, ItemId};
use postern_protocol::mark;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite};

/// The portal's word.
pub(crate) const BASE: i64 = 0;
/// What my pending commands make of it.
pub(crate) const OVERLAY: i64 = 1;

/// An item with how it stands in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedItem {
    /// As it is shown: with my pending commands.
    pub item: Item,
    /// The portal's word alone; none when it has none.
    pub base: Option<Item>,
}

const COLUMNS: &str = "row, id, layer, live, version, mark, standing, my_turn, team, mine, escalated, unassigned, uncovered, \
     urgency, due_ms, due_sort, stuck_from_ms, entered_ms, updated_ms, submitted_ms, kind, phase, stage, journey, \
     journey_version, client, project, cohort, owner, submitter, escalated_to, comments, attachments, waiting, \
     reference, title";

/// Items ready to be stored, each with the number of its row.
pub(crate) struct Prepared<'a> {
    pub row: i64,
    pub item: &'a Item,
    pub columns: Columns,
    pub doc: String,
    pub layer: i64,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(row: i64, layer: i64, item: &'a Item, lookup: &Lookup) -> Result<Self> {
        Ok(Self { row, item, columns: Columns::of(item, lookup), doc: serde_json::to_string(item)?, layer })
    }
}

/// Inserts rows that are not there yet.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    family: Family,
    prepared: &[Prepared<'_>],
    lookup: &Lookup,
) -> Result<()> {
    if prepared.is_empty() {
        return Ok(());
    }
    insert_rows(connection, family, prepared).await?;
    insert_words(connection, family, prepared, lookup).await
}

async fn insert_rows(
    connection: &mut SqliteConnection,
    family: Family,
    prepared: &[Prepared<'_>],
) -> Result<()> {
    let prefix = family.prefix();
    let mut items: QueryBuilder<Sqlite> =
        QueryBuilder::new(format!("INSERT INTO {prefix}items ({COLUMNS}) "));
    items.push_values(prepared, |mut row, Prepared { row: number, item, columns, layer, .. }| {
        row.push_bind(*number)
            .push_bind(item.id.as_str())
            .push_bind(*layer)
            .push_bind(1_i64)
            .push_bind(columns.version)
            .push_bind(mark(&item.id, item.version))
            .push_bind(columns.standing as i64)
            .push_bind(columns.my_turn)
            .push_bind(columns.team)
            .push_bind(columns.mine)
            .push_bind(columns.escalated)
            .push_bind(columns.unassigned)
            .push_bind(columns.uncovered)
            .push_bind(columns.urgency)
            .push_bind(item.due_at.map(|due| due.ms()))
            .push_bind(item.due_at.map_or(i64::MAX, |due| due.ms()))
            .push_bind(columns.stuck_from_ms)
            .push_bind(item.entered_at.ms())
            .push_bind(item.updated_at.ms())
            .push_bind(item.submitted_at.map(|at| at.ms()))
            .push_bind(item.kind.as_str())
            .push_bind(item.phase.as_str())
            .push_bind(item.stage().map(|stage| stage.as_str().to_owned()))
            .push_bind(item.journey.key.as_str())
            .push_bind(i64::from(item.journey.version))
            .push_bind(item.client.as_str())
            .push_bind(item.project.as_ref().map(|project| project.as_str().to_owned()))
            .push_bind(columns.cohort.as_str())
            .push_bind(item.owner.as_ref().map(|owner| owner.as_str().to_owned()))
            .push_bind(submitter(item).map(str::to_owned))
            .push_bind(escalated_to(item))
            .push_bind(i64::try_from(item.comments.len()).unwrap_or(i64::MAX))
            .push_bind(i64::try_from(item.attachments.len()).unwrap_or(i64::MAX))
            .push_bind(serde_json::to_string(&columns.turns).unwrap_or_else(|_| "[]".to_owned()))
            .push_bind(item.reference.as_str())
            .push_bind(item.title.as_str());
    });
    items.build().execute(&mut *connection).await?;

    let mut docs: QueryBuilder<Sqlite> =
        QueryBuilder::new(format!("INSERT INTO {prefix}item_docs (row, doc) "));
    docs.push_values(prepared, |mut row, each| {
        row.push_bind(each.row).push_bind(each.doc.as_str());
    });
    docs.build().execute(&mut *connection).await?;

    let turns: Vec<_> = prepared
        .iter()
        .flat_map(|each| each.columns.turns.iter().map(move |person| (person, each.row)))
        .collect();
    if !turns.is_empty() {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new(format!("INSERT OR IGNORE INTO {prefix}item_turns (person, row) "));
        query.push_values(turns, |mut row, (person, number)| {
            row.push_bind(person.as_str()).push_bind(number);
        });
        query.build().persistent(false).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_words(
    connection: &mut SqliteConnection,
    family: Family,
    prepared: &[Prepared<'_>],
    lookup: &Lookup,
) -> Result<()> {
    let prefix = family.prefix();
    let mut text: QueryBuilder<Sqlite> = QueryBuilder::new(format!(
        "INSERT INTO {prefix}item_text (rowid, reference, title, client, description, comments) "
    ));
    text.push_values(prepared, |mut row, Prepared { row: number, item, .. }| {
        row.push_bind(*number)
            .push_bind(item.reference.as_str())
            .push_bind(item.title.as_str())
            .push_bind(client_words(item, lookup))
            .push_bind(item.description.as_str())
            .push_bind(comment_words(item));
    });
    text.build().execute(&mut *connection).await?;
    Ok(())
}

fn client_words(item: &Item, lookup: &Lookup) -> String {
    match lookup.clients.get(&item.client) {
        Some(client) => format!("{} {}", client.name, client.code),
        None => item.client.to_string(),
    }
}

/// Whether a search finds both under the same words, as long as their client is called the same.
fn same_words(one: &Item, other: &Item) -> bool {
    (&one.reference, &one.title, &one.client, &one.description)
        == (&other.reference, &other.title, &other.client, &other.description)
        && comment_words(one) == comment_words(other)
}

fn comment_words(item: &Item) -> String {
    let mut words = String::new();
    for comment in &item.comments {
        words.push_str(&comment.body);
        words.push('\n');
    }
    words
}

fn escalated_to(item: &Item) -> Option<String> {
    Some(item.escalation.as_ref()?.to.as_ref()?.as_str().to_owned())
}

/// Puts `item` in the place of the row of its layer, and keeps the row's number.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    layer: i64,
    item: &Item,
    lookup: &Lookup,
) -> Result<()> {
    let Some(row) = row_of(connection, &item.id, layer).await? else {
        let row = sqlx::query_scalar("SELECT coalesce(max(row), 0) + 1 FROM items")
            .fetch_one(&mut *connection)
            .await?;
        let prepared = Prepared::new(row, layer, item, lookup)?;
        return insert(connection, Family::Live, &[prepared], lookup).await;
    };
    let prepared = [Prepared::new(row, layer, item, lookup)?];
    let before: Option<String> = sqlx::query_scalar("SELECT doc FROM item_docs WHERE row = $1")
        .bind(row)
        .fetch_optional(&mut *connection)
        .await?;
    let before: Option<Item> = before.and_then(|doc| serde_json::from_str(&doc).ok());
    remove_rows(connection, Family::Live, row).await?;
    insert_rows(connection, Family::Live, &prepared).await?;
    // To write the words costs more than all the rest, and most changes leave them as they are.
    if before.is_some_and(|before| same_words(&before, item)) {
        return Ok(());
    }
    remove_words(connection, Family::Live, row).await?;
    insert_words(connection, Family::Live, &prepared, lookup).await
}

/// Removes one layer of an item with all that hangs on it.
pub(crate) async fn remove(connection: &mut SqliteConnection, id: &ItemId, layer: i64) -> Result<bool> {
    match row_of(connection, id, layer).await? {
        Some(row) => remove_row(connection, row).await.map(|()| true),
        None => Ok(false),
    }
}

async fn remove_row(connection: &mut SqliteConnection, row: i64) -> Result<()> {
    remove_rows(connection, Family::Live, row).await?;
    remove_words(connection, Family::Live, row).await
}

async fn remove_rows(connection: &mut SqliteConnection, family: Family, row: i64) -> Result<()> {
    let statements = match family {
        Family::Live => [
            "DELETE FROM items WHERE row = $1",
            "DELETE FROM item_docs WHERE row = $1",
            "DELETE FROM item_turns WHERE row = $1",
        ],
        Family::Staged => [
            "DELETE FROM staged_items WHERE row = $1",
            "DELETE FROM staged_item_docs WHERE row = $1",
            "DELETE FROM staged_item_turns WHERE row = $1",
        ],
    };
    for statement in statements {
        sqlx::query(statement).bind(row).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn remove_words(connection: &mut SqliteConnection, family: Family, row: i64) -> Result<()> {
    let statement = match family {
        Family::Live => "DELETE FROM item_text WHERE rowid = $1",
        Family::Staged => "DELETE FROM staged_item_text WHERE rowid = $1",
    };
    sqlx::query(statement).bind(row).execute(connection).await?;
    Ok(())
}

async fn row_of(connection: &mut SqliteConnection, id: &ItemId, layer: i64) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar("SELECT row FROM items WHERE id = $1 AND layer = $2")
        .bind(id.as_str())
        .bind(layer)
        .fetch_optional(connection)
        .await?)
}

/// Which of the two layers is shown.
pub(crate) async fn show(connection: &mut SqliteConnection, id: &ItemId, layer: i64) -> Result<()> {
    sqlx::query("UPDATE items SET live = (layer = $2) WHERE id = $1 AND live <> (layer = $2)")
        .bind(id.as_str())
        .bind(layer)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn read_layer(
    connection: &mut SqliteConnection,
    id: &ItemId,
    layer: i64,
) -> Result<Option<Item>> {
    let doc: Option<String> =
        sqlx::query_scalar("SELECT doc FROM items JOIN item_docs USING (row) WHERE id = $1 AND layer = $2")
            .bind(id.as_str())
            .bind(layer)
            .fetch_optional(connection)
            .await?;
    doc.map(|doc| Ok(serde_json::from_str(&doc)?)).transpose()
}

/// The item as it is shown.
pub(crate) async fn read_live(connection: &mut SqliteConnection, id: &ItemId) -> Result<Option<Item>> {
    let doc: Option<String> =
        sqlx::query_scalar("SELECT doc FROM items JOIN item_docs USING (row) WHERE id = $1 AND live = 1")
            .bind(id.as_str())
            .fetch_optional(connection)
            .await?;
    doc.map(|doc| Ok(serde_json::from_str(&doc)?)).transpose()
}

/// Works out the columns of stored base items anew, after the directory changed from `before`. Overlays are rebuilt
/// elsewhere.
pub(crate) async fn recompute(
    connection: &mut SqliteConnection,
    only_open: bool,
    before: &Lookup,
    lookup: &Lookup,
) -> Result<()> {
    let mut rows = Rows { after: 0, until: i64::MAX, only_open };
    while recompute_some(connection, Family::Live, &mut rows, Some(before), lookup).await? {}
    Ok(())
}

/// Which rows are to be worked out anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub after: i64,
    pub until: i64,
    pub only_open: bool,
}

/// The columns that depend on the directory as well as on the item.
type Dependent = (bool, bool, bool, Option<i64>, String);

fn dependent(columns: &Columns) -> Dependent {
    (columns.my_turn, columns.team, columns.mine, columns.stuck_from_ms, columns.cohort.clone())
}

/// Works out the next few of the rows anew, and writes those that come out as others: mostly few do. The words are those of
/// the item and of its client's name; without `before`, that may be another one for every row. False when there are none
/// left.
pub(crate) async fn recompute_some(
    connection: &mut SqliteConnection,
    family: Family,
    rows: &mut Rows,
    before: Option<&Lookup>,
    lookup: &Lookup,
) -> Result<bool> {
    const STEP: i64 = 500;
    let prefix = family.prefix();
    let standing = if rows.only_open { "AND standing = 1" } else { "" };
    type Row = (i64, i64, String, bool, bool, bool, Option<i64>, String);
    let found: Vec<Row> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT row, live, doc, my_turn, team, mine, stuck_from_ms, cohort FROM {prefix}items JOIN {prefix}item_docs USING (row)
         WHERE row > $1 AND row <= $2 AND layer = 0 {standing} ORDER BY row LIMIT $3"
    )))
    .bind(rows.after)
    .bind(rows.until)
    .bind(STEP)
    .fetch_all(&mut *connection)
    .await?;
    let Some((last, ..)) = found.last() else { return Ok(false) };
    rows.after = *last;
    for (row, live, doc, my_turn, team, mine, stuck_from_ms, cohort) in found {
        let item: Item = serde_json::from_str(&doc)?;
        let columns = Columns::of(&item, lookup);
        let is_other = dependent(&columns) != (my_turn, team, mine, stuck_from_ms, cohort);
        let same_client =
            before.is_some_and(|before| client_words(&item, before) == client_words(&item, lookup));
        let prepared = [Prepared { row, columns, item: &item, doc, layer: BASE }];
        if !rows.only_open && !same_client {
            remove_words(connection, family, row).await?;
            insert_words(connection, family, &prepared, lookup).await?;
        }
        if !is_other {
            continue;
        }
        remove_rows(connection, family, row).await?;
        insert_rows(connection, family, &prepared).await?;
        if live == 0 {
            sqlx::query(AssertSqlSafe(format!("UPDATE {prefix}items SET live = 0 WHERE row = $1")))
                .bind(row)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(true)
}

impl Cache {
    /// One item, as shown and as the portal has it.
    pub async fn item(&self, id: &ItemId) -> Result<Option<CachedItem>> {
        let mut tx = self.snapshot().await?;
        let found = async {
            let Some(item) = read_live(&mut tx, id).await? else { return Ok(None) };
            let base = read_layer(&mut tx, id, BASE).await?;
            Ok(Some(CachedItem { item, base }))
        }
        .await;
        self.name(found)
    }

    /// The id of the item that people call `reference`, whatever its case.
    pub async fn find_reference(&self, reference: &str) -> Result<Option<ItemId>> {
        let mut connection = self.reader().await?;
        let exact: Option<String> =
            sqlx::query_scalar("SELECT id FROM items WHERE live = 1 AND reference = $1 LIMIT 1")
                .bind(reference)
                .fetch_optional(&mut *connection)
                .await
                .map_err(|error| self.named(error))?;
        if exact.is_some() {
            return Ok(exact.map(ItemId));
        }
        let folded: Option<String> =
            sqlx::query_scalar("SELECT id FROM items WHERE live = 1 AND reference = upper($1) LIMIT 1")
                .bind(reference)
                .fetch_optional(&mut *connection)
                .await
                .map_err(|error| self.named(error))?;
        Ok(folded.map(ItemId))
    }

    /// How many items the portal has sent.
    pub async fn item_count(&self) -> Result<u32> {
        let mut connection = self.reader().await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM items WHERE layer = 0")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
