//! How fast the cache answers at a hundred thousand and at a million items: medians and the 99th percentile, beside the
//! same question asked of SQLite directly, with prepared statements, in the same run.
//! `cargo xtask bench queue`; `POSTERN_BENCH_ITEMS` sets other sizes, with commas between them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use postern_console_store::{Cache, Listing, Load, Meta, QueueKind, SortKey, Swapped};
use postern_domain::filter::{Filter, parse};
use postern_domain::*;
use postern_protocol::{Cursor, Directory};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
use std::future::Future;
use std::time::{Duration, Instant};

const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);
const ROUNDS: usize = 201;

fn main() {
    let sizes = std::env::var("POSTERN_BENCH_ITEMS").unwrap_or_else(|_| "100000,1000000".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for size in sizes.split(',') {
        runtime.block_on(run(size.trim().parse().expect("a number of items")));
    }
}

async fn run(count: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let cache = Cache::open(&path, 4).await.unwrap();
    let me = PersonId::from("p0");
    cache.set_identity(&Meta { person: Some(me), ..Meta::default() }).await.unwrap();
    let lease = cache.take_lease("bench", NOW, 3_600_000).await.unwrap().unwrap();
    let items: Vec<Item> = (0..count).map(item).collect();

    let raw = raw_insert(&folder.path().join("raw.db"), &items).await;
    let begun = Instant::now();
    let cursor = Cursor { epoch: "e".into(), seq: 1, scope_generation: 1, directory_version: 1 };
    let load = Load { cursor, closed_since: None, last: None };
    let mut staging = cache.stage(&lease, load, Some(directory())).await.unwrap();
    for item in items {
        staging.add(item).await.unwrap();
    }
    let filled = begun.elapsed();
    assert_eq!(staging.swap(&lease, None, NOW).await.unwrap(), Swapped::AsAnnounced);
    let total = begun.elapsed();
    println!(
        "bootstrap of {count} items: {total:.2?} (fill {filled:.2?}, index and swap {:.2?})",
        total - filled
    );
    println!(
        "raw insert of the same documents and columns, indexed: {raw:.2?}; ratio {:.2}",
        ratio(total, raw)
    );

    let mut direct = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    println!(
        "\n{:<38}{:>10}{:>10}{:>10}{:>8}",
        "the first 50 and their number", "median", "p99", "raw", "ratio"
    );
    for queue in QueueKind::ALL {
        let ours = times(|| async {
            cache.list(&listing(queue, SortKey::Due, false, Filter::default())).await.unwrap();
        })
        .await;
        let raw =
            raw_times(&mut direct, raw_members(queue), "due_sort, row", queue != QueueKind::Stuck).await;
        report(&format!("{queue:?} by due"), ours, Some(raw));
    }
    let tallies = times(|| async {
        cache.tallies(NOW).await.unwrap();
    })
    .await;
    report("all counts", tallies, Some(raw_counts(&mut direct).await));
    for (text, members) in FILTERS {
        let filter = parse(text).filter;
        let ours = times(|| async {
            cache.list(&listing(QueueKind::Open, SortKey::Due, false, filter.clone())).await.unwrap();
        })
        .await;
        let raw = raw_times(&mut direct, members, "due_sort, row", false).await;
        report(&format!("Open {text}"), ours, Some(raw));
    }
    for sort in [SortKey::Age, SortKey::Updated, SortKey::Priority, SortKey::Reference, SortKey::Title] {
        for queue in
            [QueueKind::MyTurn, QueueKind::Team, QueueKind::Stuck, QueueKind::Open, QueueKind::Closed]
        {
            let ours = times(|| async {
                cache.list(&listing(queue, sort, true, Filter::default())).await.unwrap();
            })
            .await;
            report(&format!("{queue:?} by {sort:?}"), ours, None);
        }
    }
    for tally in cache.tallies(NOW).await.unwrap() {
        println!("{:?}: {} items, {} overdue", tally.queue, tally.count, tally.overdue);
    }
    println!();
}

/// Filters on what is open, each with what SQLite is asked for the same.
const FILTERS: [(&str, &str); 7] = [
    ("client:acme", "client = 'c0' AND standing = 1 AND ?1 > 0"),
    ("owner:p3@example.com", "owner = 'p3' AND standing = 1 AND ?1 > 0"),
    ("stage:review owner:p3@example.com", "stage = 'review' AND owner = 'p3' AND standing = 1 AND ?1 > 0"),
    ("stage:review", "stage = 'review' AND standing = 1 AND ?1 > 0"),
    (
        "\"report 777\"",
        "standing = 1 AND ?1 > 0 AND row IN \
         (SELECT rowid FROM item_text WHERE item_text MATCH '\"report\"* AND \"777\"*')",
    ),
    ("is:stuck -kind:invoice", "standing = 1 AND stuck_from_ms < ?1 AND kind <> 'invoice'"),
    ("due:<2d", "standing = 1 AND due_sort < ?1 + 2 * 86400000"),
];

/// Median and 99th percentile.
type Times = (Duration, Duration);

fn report(what: &str, (median, late): Times, raw: Option<Times>) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    print!("{what:<38}{:>8.2}ms{:>8.2}ms", ms(median), ms(late));
    match raw {
        Some((raw, _)) => println!("{:>8.2}ms{:>8.2}", ms(raw), ratio(median, raw)),
        None => println!(),
    }
}

fn ratio(ours: Duration, raw: Duration) -> f64 {
    ours.as_secs_f64() / raw.as_secs_f64().max(1e-9)
}

async fn times<F: Future<Output = ()>>(mut once: impl FnMut() -> F) -> Times {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        once().await;
        times.push(begun.elapsed());
    }
    spread(times)
}

fn spread(mut times: Vec<Duration>) -> Times {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// The same question as plainly as one would write it: the rows that are shown, every column read, and their number,
/// where the cache keeps one (`counted`) from there.
async fn raw_times(connection: &mut SqliteConnection, members: &str, order: &str, counted: bool) -> Times {
    let rows = format!(
        "SELECT id, reference, title, kind, client, phase, journey, journey_version, stage, owner, waiting, urgency,
                due_ms, entered_ms, updated_ms, stuck_from_ms, escalated, comments, attachments,
                (SELECT min(outcome_kind) FROM outbox WHERE outbox.item = items.id) AS mark
         FROM items WHERE live = 1 AND {members} ORDER BY {order} LIMIT 50"
    );
    let count = if counted {
        "SELECT my_turn, team, mine, waiting, escalated, open, closed FROM item_tally".to_owned()
    } else {
        format!("SELECT count(*) FROM items WHERE live = 1 AND {members}")
    };
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let counting = sqlx::query(AssertSqlSafe(count.clone()));
        let counting = if counted { counting } else { counting.bind(NOW.ms()) };
        let _: i64 = counting.fetch_one(&mut *connection).await.unwrap().get(0);
        let read = sqlx::query(AssertSqlSafe(rows.clone()))
            .bind(NOW.ms())
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        for row in &read {
            for column in 0..row.len() {
                let value = row.try_get_raw(column).unwrap();
                let is_number = value.type_info().name() == "INTEGER";
                if is_number {
                    let _: Option<i64> = row.get(column);
                } else {
                    let _: Option<String> = row.get(column);
                }
            }
        }
        times.push(begun.elapsed());
    }
    spread(times)
}

/// How many items are in each queue, and how many of those are past due, counted.
async fn raw_counts(connection: &mut SqliteConnection) -> Times {
    let count = |members: String| format!("(SELECT count(*) FROM items WHERE live = 1 AND {members})");
    let counts = QueueKind::ALL.map(|queue| {
        let members = raw_members(queue);
        let overdue = format!("{members} AND standing = 1 AND due_sort < ?1");
        format!("{}, {}", count(members.to_owned()), count(overdue))
    });
    let sql = format!("SELECT {}", counts.join(", "));
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let _: i64 = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(NOW.ms())
            .fetch_one(&mut *connection)
            .await
            .unwrap()
            .get(0);
        times.push(begun.elapsed());
    }
    spread(times)
}

fn raw_members(queue: QueueKind) -> &'static str {
    match queue {
        QueueKind::MyTurn => "my_turn = 1 AND ?1 > 0",
        QueueKind::Team => "team = 1 AND ?1 > 0",
        QueueKind::Mine => "mine = 1 AND ?1 > 0",
        QueueKind::WaitingOnClient => "phase = 'changes_requested' AND ?1 > 0",
        QueueKind::Escalated => "escalated = 1 AND ?1 > 0",
        QueueKind::Stuck => "stuck_from_ms < ?1",
        QueueKind::Open => "standing = 1 AND ?1 > 0",
        QueueKind::Closed => "standing = 2 AND ?1 > 0",
    }
}

fn listing(queue: QueueKind, sort: SortKey, descending: bool, filter: Filter) -> Listing {
    Listing { queue, filter, sort, descending, offset: 0, limit: 50, now: NOW }
}

/// The same documents, the columns of one index, and their words, with statements prepared once, in transactions as
/// large as the cache's own.
async fn raw_insert(path: &std::path::Path, items: &[Item]) -> Duration {
    let options =
        SqliteConnectOptions::new().filename(path).create_if_missing(true).pragma("journal_mode", "wal");
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE items (row INTEGER PRIMARY KEY, id TEXT UNIQUE, reference TEXT, title TEXT, phase TEXT, stage TEXT,
             owner TEXT, due_ms INTEGER, entered_ms INTEGER, doc TEXT);
         CREATE INDEX by_due ON items (phase, due_ms); CREATE INDEX by_owner ON items (owner, due_ms);
         CREATE VIRTUAL TABLE words USING fts5(reference, title, description, content='', tokenize='unicode61')",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let begun = Instant::now();
    for chunk in items.chunks(2_000) {
        let mut tx = connection.begin().await.unwrap();
        for item in chunk {
            let done = sqlx::query("INSERT INTO items (id, reference, title, phase, stage, owner, due_ms, entered_ms, doc) VALUES (?,?,?,?,?,?,?,?,?)")
                .bind(item.id.as_str())
                .bind(&item.reference)
                .bind(&item.title)
                .bind(item.phase.as_str())
                .bind(item.stage().map(|stage| stage.to_string()))
                .bind(item.owner.as_ref().map(|owner| owner.to_string()))
                .bind(item.due_at.map(|due| due.ms()))
                .bind(item.entered_at.ms())
                .bind(serde_json::to_string(item).unwrap())
                .execute(&mut *tx)
                .await
                .unwrap();
            sqlx::query("INSERT INTO words (rowid, reference, title, description) VALUES (?,?,?,?)")
                .bind(done.last_insert_rowid())
                .bind(&item.reference)
                .bind(&item.title)
                .bind(&item.description)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
    begun.elapsed()
}

fn directory() -> Directory {
    let person = |index: u32| Person {
        id: PersonId(format!("p{index}")),
        name: format!("Person {index}"),
        email: format!("p{index}@example.com"),
        time_zone: "UTC".to_owned(),
        grants: vec![Grant {
            role: match index {
                0 => Role::TeamLead,
                index if index % 2 == 0 => Role::InternalOwner,
                _ => Role::InternalApprover,
            },
            scope: Scope::EVERYTHING,
        }],
        disabled: false,
        groups: Vec::new(),
        lead: None,
    };
    let client = |index: u32| Client {
        id: ClientId(format!("c{index}")),
        name: if index == 0 { "Acme Works".to_owned() } else { format!("Client {index}") },
        code: if index == 0 { "ACME".to_owned() } else { format!("C{index}") },
        cohort: format!("cohort {}", index % 5),
        owner: None,
    };
    Directory {
        people: (0..60).map(person).collect(),
        clients: (0..300).map(client).collect(),
        journeys: vec![Journey::built_in()],
        ..Directory::default()
    }
}

/// Spread evenly and the same in every run: 55 % closed, the rest open over all phases.
fn item(number: u32) -> Item {
    let choose = |modulus: u64, salt: u64| {
        let mut mixed = (u64::from(number) << 8 | salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^= mixed >> 29;
        mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 32) % modulus
    };
    let phase = match choose(100, 1) {
        0..55 => Phase::Completed,
        55..85 => Phase::InReview,
        85..92 => Phase::ChangesRequested,
        92..98 => Phase::Approved,
        98 => Phase::Exception,
        _ => Phase::Withdrawn,
    };
    let minutes = |range: u64, salt: u64| i64::try_from(choose(range, salt)).unwrap() * MINUTE_MS;
    let entered = NOW.plus_ms(-minutes(40_000, 2));
    let due = phase.is_open().then(|| entered.plus_ms(minutes(90_000, 3)));
    let person = |salt| PersonId(format!("p{}", choose(60, salt)));
    let step = ["intake", "review", "sign_off"][choose(3, 4) as usize];
    let review = (phase == Phase::InReview).then(|| Review {
        stage: step.into(),
        step: step.into(),
        round: 1,
        reviewers: if choose(10, 5) == 0 { Vec::new() } else { vec![person(6)] },
        quorum: Quorum::Any,
        needed: 1,
        veto: Veto::Anyone,
        clock: None,
        covers: Vec::new(),
        opened_at: entered,
        due_at: due,
        groups: Default::default(),
        decisions: Vec::new(),
        closed: None,
    });
    let entry = |minutes: i64, what| Entry {
        at: entered.plus_ms(-minutes * MINUTE_MS),
        by: Actor::Person("p1".into()),
        on_behalf_of: None,
        what,
    };
    Item {
        id: ItemId(format!("0199c0de{number:024x}")),
        reference: format!("C{}-{number}", choose(300, 7)),
        kind: Kind::ALL[choose(4, 8) as usize],
        title: format!("Quarterly report {number} for the steering group"),
        description: format!(
            "Please look at figures {} and {} before they go to the board.",
            number % 977,
            number % 53
        ),
        client: ClientId(format!("c{}", choose(300, 7))),
        project: None,
        journey: Journey::built_in().reference(),
        immaterial: Immaterial::default(),
        content: ContentDigest(format!("{number:064x}")),
        fields: [("amount".to_owned(), FieldValue::Integer(i64::from(number)))].into(),
        priority: [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent][choose(4, 9) as usize],
        phase,
        owner: Some(person(10)),
        submitter: Actor::Person("p1".into()),
        round: 1,
        assignment_version: 1,
        reviews: review.into_iter().collect(),
        rungs: 0,
        due_by_hand: false,
        closed_reviews: Vec::new(),
        attachments: Vec::new(),
        comments: (0..choose(3, 11))
            .map(|index| Comment {
                id: CommentId(format!("k{number}-{index}")),
                visibility: Visibility::Internal,
                body: format!("Waiting for the signature of page {index}."),
                mentions: Vec::new(),
                by: Actor::Person("p2".into()),
                at: entered,
            })
            .collect(),
        contributors: Default::default(),
        rework: None,
        escalation: (choose(50, 12) == 0 && phase.is_open()).then(|| Escalation {
            level: 1,
            reason: "late".to_owned(),
            by: Actor::Person("p2".into()),
            to: None,
            at: entered,
        }),
        exception: None,
        created_at: entered,
        submitted_at: Some(entered),
        entered_at: entered,
        updated_at: entered.plus_ms(minutes(5_000, 13)),
        completed_at: (phase == Phase::Completed).then_some(entered),
        due_at: due,
        history: vec![
            entry(90, Happening::Submitted),
            entry(
                80,
                Happening::ReviewOpened {
                    stage: "intake".into(),
                    step: "intake".into(),
                    reviewers: vec!["p1".into()],
                    fallback: false,
                },
            ),
            entry(20, Happening::Approved { step: "intake".into(), on_behalf_of: Vec::new(), reason: None }),
        ],
        version: 5,
    }
}
