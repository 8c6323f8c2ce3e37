//! What the base holds, counted as its rows come and go: the portal says now and then what it should be.

use crate::error::Result;
use crate::tables::Family;
use postern_protocol::Holding;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor};

/// Counts the base once, and keeps the count right from then on. The triggers go with their table.
pub(crate) async fn install(connection: &mut SqliteConnection) -> Result<()> {
    let sql = "DROP TABLE IF EXISTS base_holding;
         CREATE TABLE base_holding (items INTEGER NOT NULL, marks INTEGER NOT NULL);
         INSERT INTO base_holding SELECT count(*), coalesce(sum(mark), 0) FROM items WHERE layer = 0;
         CREATE TRIGGER base_comes AFTER INSERT ON items WHEN new.layer = 0
         BEGIN UPDATE base_holding SET items = items + 1, marks = marks + new.mark; END;
         CREATE TRIGGER base_goes AFTER DELETE ON items WHEN old.layer = 0
         BEGIN UPDATE base_holding SET items = items - 1, marks = marks - old.mark; END;";
    connection.execute(sqlx::raw_sql(sql)).await?;
    Ok(())
}

/// What the base holds now.
pub(crate) async fn of_base(connection: &mut SqliteConnection) -> Result<Holding> {
    let (items, marks): (i64, i64) = sqlx::query_as(
        "SELECT items + (SELECT count(*) FROM newer_items),
                marks + (SELECT coalesce(sum(mark), 0) FROM newer_items) FROM base_holding",
    )
    .fetch_one(connection)
    .await?;
    Ok(Holding { items: items.unsigned_abs(), marks })
}

/// What a family holds, counted row by row.
pub(crate) async fn of(connection: &mut SqliteConnection, family: Family) -> Result<Holding> {
    let sql = format!(
        "SELECT count(*), coalesce(sum(mark), 0) FROM (
            SELECT mark FROM {prefix}items WHERE layer = 0 UNION ALL SELECT mark FROM {prefix}newer_items)",
        prefix = family.prefix()
    );
    let (items, marks): (i64, i64) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
    Ok(Holding { items: items.unsigned_abs(), marks })
}
