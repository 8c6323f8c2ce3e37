//! The floors: the same rows put into the same tables by SQLite alone, and commits that reach the disk.

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
use std::path::Path;
use std::time::{Duration, Instant};

/// As many items as the cache itself writes at once.
const STEP: usize = 2_000;

#[derive(Clone)]
enum Value {
    Null,
    Number(i64),
    Text(String),
}

/// What one item has in the tables of a cache.
struct Stored {
    row: i64,
    id: String,
    columns: Vec<Value>,
    doc: String,
    turns: Vec<String>,
    words: [String; 5],
}

pub struct Rows(Vec<Stored>);

impl Rows {
    /// Everything in a cache, or the items with these ids.
    pub async fn of(cache: &Path, ids: Option<&[String]>) -> Self {
        let mut connection = connect(cache).await;
        let wanted = match ids {
            None => String::new(),
            Some(ids) => format!(" AND items.id IN ('{}')", ids.join("','")),
        };
        let sql = format!(
            "SELECT items.*, doc FROM items JOIN item_docs USING (row) WHERE layer = 0{wanted} ORDER BY row"
        );
        let mut stored = Vec::new();
        for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap() {
            let columns: Vec<Value> = (0..row.len() - 1).map(|at| value(&row, at)).collect();
            let doc: String = row.get("doc");
            let turns = sqlx::query_scalar("SELECT person FROM item_turns WHERE row = ?");
            let turns = turns.bind(row.get::<i64, _>("row")).fetch_all(&mut connection).await.unwrap();
            stored.push(Stored {
                row: row.get("row"),
                id: row.get("id"),
                words: words(&doc),
                columns,
                doc,
                turns,
            });
        }
        Self(stored)
    }
}

/// What the search index gets of an item.
fn words(doc: &str) -> [String; 5] {
    let doc: serde_json::Value = serde_json::from_str(doc).unwrap();
    let text = |name: &str| doc[name].as_str().unwrap_or_default().to_owned();
    let comments = doc["comments"].as_array().into_iter().flatten();
    let comments: Vec<&str> = comments.filter_map(|comment| comment["body"].as_str()).collect();
    [text("reference"), text("title"), text("client"), text("description"), comments.join("\n")]
}

fn value(row: &sqlx::sqlite::SqliteRow, at: usize) -> Value {
    let raw = row.try_get_raw(at).unwrap();
    match raw.type_info().name() {
        _ if raw.is_null() => Value::Null,
        "INTEGER" => Value::Number(row.get(at)),
        _ => Value::Text(row.get(at)),
    }
}

/// A database with a cache's item tables, without anything that keeps them.
pub struct Raw {
    connection: tokio::sync::Mutex<SqliteConnection>,
    indexes: Vec<String>,
}

impl Raw {
    /// The tables of a cache, empty; the indexes come when the rows are in.
    pub async fn create(path: &Path, cache: &Path) -> Self {
        let mut connection = connect(path).await;
        let statements = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type = ? AND tbl_name IN \
                          ('items', 'item_docs', 'item_turns', 'item_text') AND name NOT LIKE 'item_text_%'";
        let mut of = connect(cache).await;
        let tables: Vec<String> =
            sqlx::query_scalar(statements).bind("table").fetch_all(&mut of).await.unwrap();
        for table in tables {
            sqlx::raw_sql(AssertSqlSafe(table)).execute(&mut connection).await.unwrap();
        }
        let indexes = sqlx::query_scalar(statements).bind("index").fetch_all(&mut of).await.unwrap();
        Self { connection: connection.into(), indexes }
    }

    /// A copy of a cache, as it is.
    pub async fn copy(path: &Path, cache: &Path) -> Self {
        std::fs::copy(cache, path).unwrap();
        for ending in ["-wal", "-shm"] {
            let beside = format!("{}{ending}", cache.display());
            if Path::new(&beside).exists() {
                std::fs::copy(beside, format!("{}{ending}", path.display())).unwrap();
            }
        }
        Self { connection: connect(path).await.into(), indexes: Vec::new() }
    }

    pub async fn insert(&self, rows: &Rows) -> Duration {
        let mut connection = self.connection.lock().await;
        let began = Instant::now();
        for step in rows.0.chunks(STEP) {
            let mut tx = connection.begin().await.unwrap();
            for stored in step {
                put(&mut tx, stored, "INSERT").await;
            }
            tx.commit().await.unwrap();
        }
        for index in &self.indexes {
            sqlx::raw_sql(AssertSqlSafe(index.clone())).execute(&mut *connection).await.unwrap();
        }
        checkpoint(&mut connection).await;
        began.elapsed()
    }

    /// Puts rows in the place of those with the same ids, in one transaction.
    pub async fn upsert(&self, rows: &Rows) -> Duration {
        let mut connection = self.connection.lock().await;
        let began = Instant::now();
        let mut tx = connection.begin().await.unwrap();
        for stored in &rows.0 {
            let row: i64 = sqlx::query_scalar("SELECT row FROM items WHERE id = ? AND layer = 0")
                .bind(&stored.id)
                .fetch_one(&mut *tx)
                .await
                .unwrap();
            assert_eq!(row, stored.row);
            sqlx::query("DELETE FROM item_turns WHERE row = ?").bind(row).execute(&mut *tx).await.unwrap();
            sqlx::query("DELETE FROM item_text WHERE rowid = ?").bind(row).execute(&mut *tx).await.unwrap();
            put(&mut tx, stored, "REPLACE").await;
        }
        tx.commit().await.unwrap();
        began.elapsed()
    }
}

async fn put(tx: &mut SqliteConnection, stored: &Stored, verb: &'static str) {
    let marks = vec!["?"; stored.columns.len()].join(", ");
    let text = format!("{verb} INTO items VALUES ({marks})");
    let mut insert = sqlx::query(AssertSqlSafe(text));
    for value in &stored.columns {
        insert = match value {
            Value::Null => insert.bind(None::<i64>),
            Value::Number(number) => insert.bind(*number),
            Value::Text(text) => insert.bind(text.as_str()),
        };
    }
    insert.execute(&mut *tx).await.unwrap();
    let text = format!("{verb} INTO item_docs VALUES (?, ?)");
    let doc = sqlx::query(AssertSqlSafe(text)).bind(stored.row).bind(&stored.doc);
    doc.execute(&mut *tx).await.unwrap();
    for person in &stored.turns {
        let turn = sqlx::query("INSERT INTO item_turns VALUES (?, ?)").bind(person).bind(stored.row);
        turn.execute(&mut *tx).await.unwrap();
    }
    let mut text = sqlx::query(
        "INSERT INTO item_text (rowid, reference, title, client, description, comments) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(stored.row);
    for words in &stored.words {
        text = text.bind(words.as_str());
    }
    text.execute(&mut *tx).await.unwrap();
}

/// Commits of one row of `bytes` each, every one of them on the disk before the next begins.
pub async fn durable_commits(path: &Path, count: usize, bytes: usize) -> Duration {
    let mut connection = connect(path).await;
    sqlx::raw_sql(
        "PRAGMA synchronous = FULL; CREATE TABLE kept (row INTEGER PRIMARY KEY, doc TEXT NOT NULL)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let doc = "x".repeat(bytes);
    let began = Instant::now();
    for _ in 0..count {
        sqlx::query("INSERT INTO kept (doc) VALUES (?)").bind(&doc).execute(&mut connection).await.unwrap();
    }
    began.elapsed()
}

/// A number that these rows of a database come to.
pub async fn number(database: &Path, number: &str, rows: &str) -> i64 {
    let mut connection =
        SqliteConnectOptions::new().filename(database).read_only(true).connect().await.unwrap();
    let sql = format!("SELECT {number} FROM {rows}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
}

async fn checkpoint(connection: &mut SqliteConnection) {
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await.unwrap();
}

async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .connect()
        .await
        .unwrap()
}
