//! How many items each queue holds: counted as they come and go, so that no question has to count them.
//!
//! Triggers on the live items keep one row of counters; only what depends on the hour (past due, stuck) is counted when
//! it is asked for, over the few rows that it concerns.

use crate::cache::Cache;
use crate::error::{Result, StoreError};
use crate::queue::QueueKind;
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

/// The counters, each with what makes a row count for it.
const COUNTERS: [(&str, &str); 7] = [
    ("my_turn", "my_turn"),
    ("team", "team"),
    ("mine", "mine"),
    ("waiting", "phase = 'changes_requested'"),
    ("escalated", "escalated"),
    ("open", "standing = 1"),
    ("closed", "standing = 2"),
];

/// The counter of a queue; none for what depends on the hour.
pub(crate) fn counter(queue: QueueKind) -> Option<&'static str> {
    match queue {
        QueueKind::MyTurn => Some("my_turn"),
        QueueKind::Team => Some("team"),
        QueueKind::Mine => Some("mine"),
        QueueKind::WaitingOnClient => Some("waiting"),
        QueueKind::Escalated => Some("escalated"),
        QueueKind::Stuck => None,
        QueueKind::Open => Some("open"),
        QueueKind::Closed => Some("closed"),
    }
}

/// Counts the live items once, and keeps the counters right from then on. The triggers go with their table.
pub(crate) async fn install(connection: &mut SqliteConnection) -> Result<()> {
    let columns = COUNTERS.map(|(name, _)| format!("{name} INTEGER NOT NULL")).join(", ");
    let counts = COUNTERS.map(|(_, test)| format!("coalesce(sum({test}), 0)")).join(", ");
    let changed = |sign: char, of: &str| {
        COUNTERS.map(|(name, test)| format!("{name} = {name} {sign} ({of}.{test})")).join(", ")
    };
    let (more, less) = (changed('+', "new"), changed('-', "old"));
    let sql = format!(
        "DROP TABLE IF EXISTS item_tally;
         CREATE TABLE item_tally ({columns});
         INSERT INTO item_tally SELECT {counts} FROM items WHERE live = 1;
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

/// What a counter says.
pub(crate) async fn of(connection: &mut SqliteConnection, counter: &'static str) -> Result<u32> {
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {counter} FROM item_tally")))
        .fetch_one(connection)
        .await?;
    Ok(u32::try_from(count).unwrap_or_default())
}

impl Cache {
    /// How many items each queue holds, and how many of them are past due.
    pub async fn tallies(&self, now: Timestamp) -> Result<Vec<QueueTally>> {
        // What is past due is stuck as well, so that `stuck` needs no count of its own for it; what is closed is never
        // past due.
        const TALLIES: &str = "SELECT my_turn, team, mine, waiting, escalated, open, closed,
            (SELECT count(*) FROM items WHERE live = 1 AND my_turn = 1 AND due_sort < ?1) AS my_turn_due,
            (SELECT count(*) FROM items WHERE live = 1 AND team = 1 AND due_sort < ?1) AS team_due,
            (SELECT count(*) FROM items WHERE live = 1 AND mine = 1 AND due_sort < ?1 AND +standing = 1) AS mine_due,
            (SELECT count(*) FROM items
             WHERE live = 1 AND phase = 'changes_requested' AND due_sort < ?1) AS waiting_due,
            (SELECT count(*) FROM items WHERE live = 1 AND escalated = 1 AND due_sort < ?1) AS escalated_due,
            (SELECT count(*) FROM items WHERE live = 1 AND standing = 1 AND due_sort < ?1) AS open_due,
            (SELECT count(*) FROM items WHERE live = 1 AND stuck_from_ms < ?1) AS stuck
            FROM item_tally";
        let mut connection = self.reader().await?;
        let row = sqlx::query(TALLIES)
            .bind(now.ms())
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.named(error))?;
        let number = |name: &str| -> Result<u32> {
            let count: i64 = row.try_get(name).map_err(StoreError::from)?;
            Ok(u32::try_from(count).unwrap_or_default())
        };
        let overdue = number("open_due")?;
        let tally = |queue, count, overdue| QueueTally { queue, count, overdue };
        Ok(vec![
            tally(QueueKind::MyTurn, number("my_turn")?, number("my_turn_due")?),
            tally(QueueKind::Team, number("team")?, number("team_due")?),
            tally(QueueKind::Mine, number("mine")?, number("mine_due")?),
            tally(QueueKind::WaitingOnClient, number("waiting")?, number("waiting_due")?),
            tally(QueueKind::Escalated, number("escalated")?, number("escalated_due")?),
            tally(QueueKind::Stuck, number("stuck")?, overdue),
            tally(QueueKind::Open, number("open")?, overdue),
            tally(QueueKind::Closed, number("closed")?, 0),
        ])
    }
}
