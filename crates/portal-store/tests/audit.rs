//! Verification finds every edit of the trail, of the head, and of what the trail made.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, history, say};
use postern_domain::{Command, Priority};
use postern_portal_store::{AuditFilter, Difference};
use postern_protocol::ExportedLine;
use postern_test_support::{acme, clerk, globex};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

/// Three items with a few lines each: submitted, commented, imported.
async fn world() -> Fixture {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture.submit("i2", &globex()).await;
    fixture.command("olga", "i1", say("c1", "Hello")).await;
    fixture.command("lea", "i2", Command::SetPriority { priority: Priority::High }).await;
    fixture.command("carla", "i1", say("c2", "Hello to you")).await;
    let (item, log) = history("i3", &acme(), "ACME-7", 3);
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    bulk.add_item(&item, &log).await.unwrap();
    bulk.commit().await.unwrap();
    fixture
}

async fn verify(fixture: &Fixture) -> Result<(), Difference> {
    fixture.store.verify_audit(|_| {}).await.unwrap().map(|_| ())
}

#[tokio::test]
async fn a_trail_that_nobody_touched_is_in_order() {
    let fixture = world().await;
    let mut last = 0;
    let report = fixture.store.verify_audit(|progress| last = progress.done).await.unwrap().unwrap();
    assert_eq!(report.items, 3);
    assert_eq!(report.lines as i64, fixture.store.head().await.unwrap().audit_seq);
    assert_eq!(last, report.lines + report.items);
}

#[tokio::test]
async fn an_empty_trail_is_in_order() {
    let fixture = Fixture::new().await;
    assert_eq!(verify(&fixture).await, Ok(()));
}

#[tokio::test]
async fn a_line_that_was_edited_inserted_removed_or_moved_is_found() {
    for (edit, at) in [
        ("UPDATE audit SET recorded = replace(recorded, 'Hello', 'Hallo') WHERE seq = 14", Some(14)),
        ("UPDATE audit SET item = 'i2' WHERE seq = 1", Some(1)),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 3", Some(3)),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 2) WHERE seq = 4", Some(4)),
        ("DELETE FROM audit WHERE seq = 2", Some(3)),
        ("DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)", None),
        ("UPDATE audit SET seq = 1000 WHERE seq = 4", Some(5)),
        ("UPDATE audit SET seq = -4 WHERE seq = 4", Some(5)),
        ("INSERT INTO audit SELECT 0, item, at_ms, recorded, hash FROM audit WHERE seq = 1", Some(0)),
        ("INSERT INTO audit SELECT 1000, item, at_ms, recorded, hash FROM audit WHERE seq = 1", Some(1000)),
    ] {
        let fixture = world().await;
        fixture.tamper(edit).await;
        let difference = verify(&fixture).await.expect_err(edit);
        if at.is_some() {
            assert_eq!(difference.seq, at, "{edit}: {difference}");
        }
    }
}

#[tokio::test]
async fn a_chain_that_was_made_anew_is_found_by_its_signature() {
    let fixture = world().await;
    let other = Fixture::new().await;
    other.submit("i1", &acme()).await;
    let head = other.store.head().await.unwrap();
    other.store.close().await;
    let other_file = other.data.path().join("portal.db");
    fixture
        .tamper(&format!(
            "ATTACH '{}' AS other; DELETE FROM audit; INSERT INTO audit SELECT * FROM other.audit;
             UPDATE head SET audit_seq = {}, audit_hash = '{}'",
            other_file.display(),
            head.audit_seq,
            head.audit_hash
        ))
        .await;
    let difference = verify(&fixture).await.unwrap_err();
    assert!(difference.what.contains("signature"), "{difference}");
}

#[tokio::test]
async fn an_item_without_its_trail_and_a_trail_without_its_item_are_found() {
    for (edit, item) in [
        ("DELETE FROM items WHERE id = 'i2'", "i2"),
        ("DELETE FROM items WHERE id = 'i3'", "i3"),
        (
            "INSERT INTO items SELECT 'i0', 'ACME-99', kind, client, project, journey, journey_version, phase, stage, owner,
                priority, round, created_at_ms, submitted_at_ms, entered_at_ms, updated_at_ms, completed_at_ms,
                due_at_ms, version, mark, closed_month, doc, 0, 0, 0 FROM items WHERE id = 'i1'",
            "i0",
        ),
    ] {
        let fixture = world().await;
        fixture.tamper(edit).await;
        assert_eq!(verify(&fixture).await.expect_err(edit).item.as_deref(), Some(item), "{edit}");
    }
}

#[tokio::test]
async fn a_change_log_that_was_edited_is_found() {
    for edit in [
        "DELETE FROM changes WHERE seq = (SELECT MAX(seq) FROM changes)",
        "DELETE FROM changes WHERE seq = 1",
        "UPDATE changes SET item = 'i1' WHERE seq = 2",
        "UPDATE changes SET version = version + 1 WHERE seq = (SELECT MAX(seq) FROM changes)",
        "UPDATE items SET change_seq = 1000 WHERE id = 'i1'",
        "UPDATE items SET created_seq = created_seq + 1 WHERE id = 'i2'",
        "UPDATE items SET moved_seq = 1000 WHERE id = 'i2'",
        "UPDATE places SET items = items + 1 WHERE client = 'acme'",
        "UPDATE places SET marks = marks - 1 WHERE client = 'acme'",
        "DELETE FROM places",
    ] {
        let fixture = world().await;
        fixture.tamper(edit).await;
        assert!(verify(&fixture).await.is_err(), "{edit}");
    }
}

/// Every column of these tables, and many random places in each.
#[tokio::test]
async fn a_flipped_bit_anywhere_in_trail_head_items_journeys_or_clients_is_found() {
    let fixture = world().await;
    let url = format!("sqlite://{}", fixture.data.path().join("portal.db").display());
    let mut db = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("PRAGMA foreign_keys = OFF").execute(&mut db).await.unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(42);
    let mut flips = 0;
    for table in ["audit", "head", "items", "journeys", "clients", "projects"] {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(table)
            .fetch_all(&mut db)
            .await
            .unwrap();
        for column in columns.iter().filter(|column| (table, column.as_str()) != ("head", "id")) {
            for _ in 0..12 {
                if flip(&mut db, table, column, &mut random, &fixture).await {
                    flips += 1;
                }
            }
        }
    }
    assert!(flips > 400, "{flips}");
    assert_eq!(verify(&fixture).await, Ok(()), "everything was put back");
}

/// Flips one bit of the column in a random row, expects the verification to find it, and puts it back. False when
/// the column is empty there.
async fn flip(
    db: &mut SqliteConnection,
    table: &str,
    column: &str,
    random: &mut ChaCha8Rng,
    fixture: &Fixture,
) -> bool {
    let run = |sql: String| AssertSqlSafe(sql);
    let count: i64 =
        sqlx::query_scalar(run(format!("SELECT COUNT(*) FROM {table}"))).fetch_one(&mut *db).await.unwrap();
    let row = sqlx::query(run(format!(
        "SELECT rowid AS rowid, typeof({column}) AS type, CAST({column} AS BLOB) AS bytes FROM {table} LIMIT 1 OFFSET $1"
    )))
    .bind(random.random_range(0..count))
    .fetch_one(&mut *db)
    .await
    .unwrap();
    let (rowid, kind): (i64, String) = (row.get("rowid"), row.get("type"));
    let (value, flipped) = match kind.as_str() {
        "text" => {
            let before: Vec<u8> = row.get("bytes");
            if before.is_empty() {
                return false;
            }
            let mut after = before.clone();
            let at = random.random_range(0..after.len());
            after[at] ^= 1 << random.random_range(0..8);
            let literal = |bytes: &[u8]| {
                format!(
                    "CAST(X'{}' AS TEXT)",
                    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
                )
            };
            (literal(&before), literal(&after))
        }
        "integer" => {
            let before: i64 =
                sqlx::query_scalar(run(format!("SELECT {column} FROM {table} WHERE rowid = {rowid}")))
                    .fetch_one(&mut *db)
                    .await
                    .unwrap();
            (before.to_string(), (before ^ (1 << random.random_range(0..40))).to_string())
        }
        _ => return false,
    };
    // A key that becomes another row's key, or breaks a constraint, cannot be written at all.
    let set = |value: &str, row: String| run(format!("UPDATE {table} SET {column} = {value} WHERE {row}"));
    if sqlx::query(set(&flipped, format!("rowid = {rowid}"))).execute(&mut *db).await.is_err() {
        return false;
    }
    let found = verify(fixture).await;
    assert!(found.is_err(), "{table}.{column} of row {rowid}: {value} became {flipped}");
    let is_key = (table, column) == ("audit", "seq");
    let row = if is_key { format!("seq = {flipped}") } else { format!("rowid = {rowid}") };
    sqlx::query(set(&value, row)).execute(&mut *db).await.unwrap();
    true
}

#[tokio::test]
async fn an_export_holds_what_its_filter_admits_in_order() {
    let fixture = world().await;
    let lines = async |filter: AuditFilter| {
        let mut lines = Vec::new();
        fixture
            .store
            .export_audit(&filter, |line| {
                if let ExportedLine::Item(line) = line {
                    lines.push(line);
                }
                Ok(())
            })
            .await
            .unwrap();
        lines
    };
    let all = lines(AuditFilter::default()).await;
    assert!(all.is_sorted_by(|one, next| one.seq < next.seq));
    let of_i1 = lines(AuditFilter { item: Some("i1".into()), ..AuditFilter::default() }).await;
    assert_eq!(of_i1, fixture.store.audit_of(&"i1".into()).await.unwrap());
    let by_carla = lines(AuditFilter { by: Some("carla".into()), ..AuditFilter::default() }).await;
    assert_eq!(by_carla.len(), 1);
    let middle = all[all.len() / 2].recorded.at;
    let before = lines(AuditFilter { until: Some(middle), ..AuditFilter::default() }).await;
    let after = lines(AuditFilter { since: Some(middle), ..AuditFilter::default() }).await;
    assert_eq!(before.len() + after.len(), all.len());
}
