//! How many items each queue holds: counted as they come and go, so that no question has to count them.
//!
//! Triggers on the live items keep one row of counters. What depends on the hour (past due, stuck) is counted up to an
//! instant, `counted_to`, which moves with each page of changes; a question counts what has come about since, or takes
//! off what has not yet where a clock was set back.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::filter_sql::Sql;
use crate::queue::{QueueKind, query};
use postern_domain::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor, Row};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueTally {
    pub queue: QueueKind,
    pub count: u32,
    /// Of those, past due.
    pub overdue: u32,
}

/// What makes a row (`{of}`) count for a counter at all times.
const LASTING: [(&str, &str); 7] = [
    ("my_turn", "{of}my_turn = 1"),
    ("team", "{of}team = 1"),
    ("mine", "{of}mine = 1"),
    ("waiting", "{of}phase = 'changes_requested'"),
    ("escalated", "{of}escalated = 1"),
    ("open", "{of}standing = 1"),
    ("closed", "{of}standing = 2"),
];

const STUCK: (&str, &str, &str) = ("stuck", "{of}stuck_from_ms IS NOT NULL", "{of}stuck_from_ms");

/// What makes a row count from an instant on: the instant's column, which an index has for such rows. What is past due
/// is open; a `+` keeps a column out of the choice of an index.
const FROM_AN_INSTANT: [(&str, &str, &str); 7] = [
    STUCK,
    ("my_turn_due", "{of}my_turn = 1", "{of}due_sort"),
    ("team_due", "{of}team = 1", "{of}due_sort"),
    ("mine_due", "{of}mine = 1 AND +{of}standing = 1", "{of}due_sort"),
    ("waiting_due", "{of}phase = 'changes_requested'", "{of}due_sort"),
    ("escalated_due", "{of}escalated = 1", "{of}due_sort"),
    ("open_due", "{of}standing = 1", "{of}due_sort"),
];

fn of_row(test: &str, row: &str) -> String {
    test.replace("{of}", row)
}

/// How many items a queue holds, as a value over the row of counters.
pub(crate) fn count(queue: QueueKind, now: Timestamp) -> Sql {
    let name = match queue {
        QueueKind::MyTurn => "my_turn",
        QueueKind::Team => "team",
        QueueKind::Mine => "mine",
        QueueKind::WaitingOnClient => "waiting",
        QueueKind::Escalated => "escalated",
        QueueKind::Stuck => return until(STUCK, now),
        QueueKind::Open => "open",
        QueueKind::Closed => "closed",
    };
    Sql::new(name)
}

/// A counter of what comes about with time, at an instant.
fn until((name, test, from): (&str, &str, &str), now: Timestamp) -> Sql {
    let (test, from) = (of_row(test, "items."), of_row(from, "items."));
    let rows = format!("SELECT count(*) FROM items WHERE live = 1 AND {test} AND {from}");
    Sql::new(format!(
        "{name} + ({rows} >= counted_to AND {from} < ?) - ({rows} >= ? AND {from} < counted_to)"
    ))
    .number(now.ms())
    .number(now.ms())
}

/// Counts the live items once, as far as they do not depend on the hour, and keeps the counters right from then on.
/// The triggers go with their table.
pub(crate) async fn install(connection: &mut SqliteConnection) -> Result<()> {
    let names = LASTING.map(|(name, _)| name).into_iter().chain(FROM_AN_INSTANT.map(|(name, ..)| name));
    let columns = names.map(|name| format!("{name} INTEGER NOT NULL")).collect::<Vec<_>>().join(", ");
    let lasting = LASTING.map(|(_, test)| format!("count(*) FILTER (WHERE {})", of_row(test, ""))).join(", ");
    let not_yet = FROM_AN_INSTANT.map(|_| "0").join(", ");
    let changed = |sign: char, row: &str| {
        let lasting = LASTING.map(|(name, test)| format!("{name} = {name} {sign} ({})", of_row(test, row)));
        let reached = FROM_AN_INSTANT.map(|(name, test, from)| {
            let (test, from) = (of_row(test, row), of_row(from, row));
            format!("{name} = {name} {sign} ({test} AND coalesce({from} < counted_to, 0))")
        });
        lasting.into_iter().chain(reached).collect::<Vec<_>>().join(", ")
    };
    let (more, less) = (changed('+', "new."), changed('-', "old."));
    let sql = format!(
        "DROP TABLE IF EXISTS item_tally;
         CREATE TABLE item_tally ({columns}, counted_to INTEGER NOT NULL);
         INSERT INTO item_tally SELECT {lasting}, {not_yet}, 0 FROM items WHERE live = 1;
         CREATE TRIGGER items_come AFTER INSERT ON items WHEN new.live = 1
         BEGIN UPDATE item_tally SET {more}; END;
         CREATE TRIGGER items_go AFTER DELETE ON items WHEN old.live = 1
         BEGIN UPDATE item_tally SET {less}; END;
         CREATE TRIGGER items_show AFTER UPDATE OF live ON items WHEN new.live > old.live
         BEGIN UPDATE item_tally SET {more}; END;
         CREATE TRIGGER items_hide AFTER UPDATE OF live ON items WHEN new.live < old.live
         BEGIN UPDATE item_tally SET {less}; END;"
    );
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    Ok(())
}

/// Counts what has come about with time up to now.
pub(crate) async fn count_to(connection: &mut SqliteConnection, now: Timestamp) -> Result<()> {
    let mut sql = Sql::new("UPDATE item_tally SET ");
    for counter in FROM_AN_INSTANT {
        sql.push(Sql::new(format!("{} = ", counter.0)));
        sql.push(until(counter, now));
        sql.push(Sql::new(", "));
    }
    sql.push(Sql::new("counted_to = ?").number(now.ms()));
    query(&sql).execute(connection).await?;
    Ok(())
}

impl Cache {
    /// How many items each queue holds, and how many of them are past due.
    pub async fn tallies(&self, now: Timestamp) -> Result<Vec<QueueTally>> {
        let mut sql = Sql::new("SELECT ");
        for (name, _) in LASTING {
            sql.push(Sql::new(format!("{name}, ")));
        }
        for counter in FROM_AN_INSTANT {
            sql.push(until(counter, now));
            sql.push(Sql::new(format!(" AS {}_now, ", counter.0)));
        }
        sql.push(Sql::new("counted_to FROM item_tally"));
        let mut connection = self.reader().await?;
        let row = query(&sql).fetch_one(&mut *connection).await.map_err(|error| self.named(error))?;
        let number = |name: &str| -> Result<u32> {
            let count: i64 = row.try_get(name).map_err(StoreError::from)?;
            Ok(u32::try_from(count).unwrap_or_default())
        };
        // What is past due is stuck as well, so that `stuck` needs no count of its own for it; what is closed is never
        // past due.
        let overdue = number("open_due_now")?;
        let tally = |queue, count, overdue| QueueTally { queue, count, overdue };
        Ok(vec![
            tally(QueueKind::MyTurn, number("my_turn")?, number("my_turn_due_now")?),
            tally(QueueKind::Team, number("team")?, number("team_due_now")?),
            tally(QueueKind::Mine, number("mine")?, number("mine_due_now")?),
            tally(QueueKind::WaitingOnClient, number("waiting")?, number("waiting_due_now")?),
            tally(QueueKind::Escalated, number("escalated")?, number("escalated_due_now")?),
            tally(QueueKind::Stuck, number("stuck_now")?, overdue),
            tally(QueueKind::Open, number("open")?, overdue),
            tally(QueueKind::Closed, number("closed")?, 0),
        ])
    }
}
