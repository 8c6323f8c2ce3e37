//! The item tables. They exist as a family that is made twice: the live one, and a staged one that a bootstrap fills
//! and that then takes the live one's place by renaming.

use crate::error::Result;
use crate::{holding, tally};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor};

/// Raised when the family's shape or the meaning of a column changes: an older cache is emptied of items and
/// bootstraps again, its outbox kept.
pub const ITEM_TABLES_VERSION: i64 = 5;

/// Which of the two families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Live,
    Staged,
}

impl Family {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Family::Live => "",
            Family::Staged => "staged_",
        }
    }
}

/// `layer` 0 is the base: the portal's word. `layer` 1 is the overlay: what my pending commands make of it. `live` is
/// 1 on the one of the two that is shown, so that a queue is one index and no union.
fn tables(prefix: &str) -> String {
    format!(
        "CREATE TABLE {prefix}items (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            layer INTEGER NOT NULL,
            live INTEGER NOT NULL,
            version INTEGER NOT NULL,
            mark INTEGER NOT NULL, -- of id and version, to be added up
            standing INTEGER NOT NULL, -- 0 draft, 1 open, 2 closed
            my_turn INTEGER NOT NULL,
            team INTEGER NOT NULL,
            mine INTEGER NOT NULL,
            escalated INTEGER NOT NULL,
            unassigned INTEGER NOT NULL,
            uncovered INTEGER NOT NULL,
            urgency INTEGER NOT NULL, -- 0 urgent … 3 low
            due_ms INTEGER,
            due_sort INTEGER NOT NULL, -- no due time comes last
            stuck_from_ms INTEGER,
            entered_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            submitted_ms INTEGER,
            kind TEXT NOT NULL,
            phase TEXT NOT NULL,
            stage TEXT,
            journey TEXT NOT NULL,
            journey_version INTEGER NOT NULL,
            client TEXT NOT NULL,
            project TEXT,
            cohort TEXT NOT NULL,
            owner TEXT,
            submitter TEXT,
            escalated_to TEXT,
            comments INTEGER NOT NULL,
            attachments INTEGER NOT NULL,
            waiting TEXT NOT NULL, -- JSON list of those whose turn it is
            reference TEXT NOT NULL,
            title TEXT NOT NULL
        );
        CREATE TABLE {prefix}item_docs (row INTEGER PRIMARY KEY, doc TEXT NOT NULL);
        CREATE TABLE {prefix}newer_items ( -- of the base, and not to be read by this version
            id TEXT PRIMARY KEY,
            mark INTEGER NOT NULL,
            reference TEXT NOT NULL,
            title TEXT NOT NULL,
            doc TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE {prefix}item_turns (
            person TEXT NOT NULL,
            row INTEGER NOT NULL,
            PRIMARY KEY (person, row)
        ) WITHOUT ROWID;
        CREATE VIRTUAL TABLE {prefix}item_text USING fts5(
            reference, title, client, description, comments,
            content='', contentless_delete=1, detail=full, prefix='2 3',
            tokenize='unicode61 remove_diacritics 2'
        );"
    )
}

/// Names and definitions of the indexes on items. Index names are one name space for both families, hence the suffix.
const INDEXES: &[(&str, bool, &str)] = &[
    ("items_id", true, "(id, layer)"),
    ("items_reference", false, "(reference) WHERE live = 1"),
    ("items_my_turn", false, "(due_sort) WHERE live = 1 AND my_turn = 1"),
    ("items_team", false, "(due_sort) WHERE live = 1 AND team = 1"),
    ("items_mine", false, "(due_sort) WHERE live = 1 AND mine = 1"),
    ("items_waiting", false, "(due_sort) WHERE live = 1 AND phase = 'changes_requested'"),
    ("items_escalated", false, "(due_sort) WHERE live = 1 AND escalated = 1"),
    ("items_stuck", false, "(stuck_from_ms, due_sort) WHERE live = 1 AND stuck_from_ms IS NOT NULL"),
    ("items_by_due", false, "(standing, due_sort) WHERE live = 1"),
    ("items_by_entered", false, "(standing, entered_ms) WHERE live = 1"),
    ("items_by_updated", false, "(standing, updated_ms) WHERE live = 1"),
    ("items_by_urgency", false, "(standing, urgency, due_sort) WHERE live = 1"),
    ("items_by_reference", false, "(standing, reference) WHERE live = 1"),
    ("items_by_title", false, "(standing, title COLLATE NOCASE) WHERE live = 1"),
    ("items_by_client", false, "(client, standing, due_sort) WHERE live = 1"),
    ("items_by_owner", false, "(owner, standing, due_sort) WHERE live = 1"),
    ("items_by_stage", false, "(stage, standing, due_sort) WHERE live = 1"),
];

/// One statement per index, so that a staged family can be indexed without keeping the writer's lock for long.
pub(crate) fn index_statements(family: Family, suffix: &str) -> Vec<String> {
    let prefix = family.prefix();
    let on_items = INDEXES.iter().map(|(name, unique, definition)| {
        let unique = if *unique { "UNIQUE " } else { "" };
        format!("CREATE {unique}INDEX IF NOT EXISTS {name}_{suffix} ON {prefix}items {definition}")
    });
    let on_turns = std::iter::once(format!(
        "CREATE INDEX IF NOT EXISTS item_turns_row_{suffix} ON {prefix}item_turns (row)"
    ));
    on_items.chain(on_turns).collect()
}

pub(crate) async fn create(connection: &mut SqliteConnection, family: Family) -> Result<()> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(tables(family.prefix())))).await?;
    Ok(())
}

pub(crate) async fn drop_family(connection: &mut SqliteConnection, family: Family) -> Result<()> {
    let prefix = family.prefix();
    let sql = format!(
        "DROP TABLE IF EXISTS {prefix}items; DROP TABLE IF EXISTS {prefix}item_docs;
         DROP TABLE IF EXISTS {prefix}item_turns; DROP TABLE IF EXISTS {prefix}item_text;
         DROP TABLE IF EXISTS {prefix}newer_items;"
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    Ok(())
}

/// The suffix that the live family's indexes carry; the staged one takes the other.
pub(crate) async fn live_suffix(connection: &mut SqliteConnection) -> Result<&'static str> {
    let a: Option<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE name = 'items_id_a' AND tbl_name = 'items'")
            .fetch_optional(connection)
            .await?;
    Ok(if a.is_some() { "a" } else { "b" })
}

pub(crate) fn other_suffix(suffix: &str) -> &'static str {
    if suffix == "a" { "b" } else { "a" }
}

/// The staged family takes the live one's place, which must be gone.
pub(crate) fn rename_staged() -> &'static str {
    "ALTER TABLE staged_items RENAME TO items;
     ALTER TABLE staged_item_docs RENAME TO item_docs;
     ALTER TABLE staged_item_turns RENAME TO item_turns;
     ALTER TABLE staged_item_text RENAME TO item_text;
     ALTER TABLE staged_newer_items RENAME TO newer_items;"
}

/// Makes the live family if it is missing or of another version; with another version the cursor goes, so that the
/// next sync bootstraps.
pub(crate) async fn ensure(connection: &mut SqliteConnection) -> Result<()> {
    let version: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'item_tables'")
        .fetch_optional(&mut *connection)
        .await?;
    if version.as_deref() == Some(&ITEM_TABLES_VERSION.to_string()) {
        return Ok(());
    }
    empty(connection).await
}

/// Empties the cache of items and directory and forgets the cursor. Outbox, journal and preferences stay.
pub(crate) async fn empty(connection: &mut SqliteConnection) -> Result<()> {
    drop_family(connection, Family::Live).await?;
    drop_family(connection, Family::Staged).await?;
    create(connection, Family::Live).await?;
    for statement in index_statements(Family::Live, "a") {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
    }
    tally::install(connection).await?;
    holding::install(connection).await?;
    connection.execute("DELETE FROM directory").await?;
    connection.execute("DELETE FROM alerts").await?;
    connection.execute("DELETE FROM meta WHERE key IN ('cursor', 'last_success', 'staging', 'staging_directory', 'staging_stale', 'closed_since', 'elsewhere')").await?;
    sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ('item_tables', $1)")
        .bind(ITEM_TABLES_VERSION.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
