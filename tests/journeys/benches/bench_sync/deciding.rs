//! Catching up with others, and deciding without a portal.

use super::console::{Console, Counting};
use super::floor::{Raw, Rows, durable_commits, number};
use super::{report, spread, text};
use futures_util::StreamExt as _;
use postern_console_core::{ActOptions, JournalEnd, ListQuery, Queue, Request, Row, SortBy, Target};
use postern_domain::ItemId;
use postern_journeys::{Api, Place, Portal};
use postern_protocol::paths;
use std::time::Instant;

const CHANGES: usize = 1_000;
const DECISIONS: usize = 500;
/// About what the console stores for one: the command, and the item as it looks then.
const OUTBOX_BYTES: usize = 2_000;

pub async fn catch_up(console: &Console, api: &Api, place: &Place) {
    console.engine.sync_now().await.unwrap();
    let rows = first(console, Queue::Open, CHANGES).await;
    futures_util::stream::iter(rows.iter().enumerate())
        .for_each_concurrent(8, |(number, row)| async move {
            api.comment(&format!("bench-{number}"), &row.reference, "Seen, thank you.").await;
        })
        .await;
    let cache = place.path("me").join("cache.db");
    let raw = Raw::copy(&place.path("upserts.db"), &cache).await;
    let began = Instant::now();
    let pulled = console.engine.sync_now().await.unwrap().pulled;
    let took = began.elapsed();
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let floor = raw.upsert(&Rows::of(&cache, Some(&ids)).await).await;
    report(&format!("catching up with {pulled} changes"), took, floor, 3.0);
}

pub async fn push(console: &Console, network: &Counting, portal: &Portal, place: &Place) {
    let rows = first(console, Queue::MyTurn, DECISIONS).await;
    assert_eq!(rows.len(), DECISIONS, "too little to decide: take more items");
    let mut times = Vec::new();
    for row in &rows {
        let began = Instant::now();
        approve(console, &row.id).await;
        times.push(began.elapsed());
    }
    let all = times.iter().sum();
    let floor = durable_commits(&place.path("outbox.db"), DECISIONS, OUTBOX_BYTES).await;
    report(&format!("{DECISIONS} decisions made offline"), all, floor, f64::INFINITY);
    let (median, late) = spread(times);
    println!("  each: median {}, p99 {}", text(median), text(late));

    let database = portal.data().join("portal.db");
    let before = number(&database, "max(seq)", "audit").await;
    let began = Instant::now();
    let pushed = console.engine.sync_now().await.unwrap().pushed;
    let whole = began.elapsed();
    let sent = network.sent();
    let pushes: Vec<_> =
        sent.iter().filter(|sent| sent.at >= began && sent.path == paths::COMMANDS).collect();
    let last = pushes.last().unwrap().answered.duration_since(began);
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let items = format!("items WHERE id IN ('{}')", ids.join("','"));
    let lines = format!("audit WHERE seq > {before}");
    let bytes = number(&database, "sum(octet_length(doc))", &items).await
        + number(&database, "sum(octet_length(recorded))", &lines).await;
    let bytes = usize::try_from(bytes).unwrap();
    let floor = durable_commits(&place.path("commits.db"), DECISIONS, bytes / DECISIONS).await;
    report(&format!("pushing {pushed} of them, until the last answer"), last, floor, 3.0);
    println!(
        "  the floor: as many commits of their items and lines of the audit trail, {} bytes each",
        bytes / DECISIONS
    );
    let waited = pushes.iter().map(|sent| sent.answered.duration_since(sent.at)).sum();
    println!(
        "  in {} requests, of which the portal took {}; with pulling what they did: {}",
        pushes.len(),
        text(waited),
        text(whole)
    );
    assert!(console.engine.outbox().await.unwrap().is_empty(), "all of them were settled");
    let approved = console.engine.journal(DECISIONS as u32).await.unwrap();
    assert!(approved.iter().all(|line| line.end == JournalEnd::Done), "all of them were applied");
}

/// Approves, and asserts that the rules have nothing against it.
pub async fn approve(console: &Console, item: &ItemId) {
    let target = Target { id: item.clone(), seen: None };
    let request = Request::Approve { comment: None, outputs: Default::default() };
    let given = console.engine.act(&[target], &request, ActOptions { hold_ms: 0 }).await.unwrap();
    assert!(given.results[0].accepted, "{:?}", given.results[0]);
}

pub async fn first(console: &Console, queue: Queue, most: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    while rows.len() < most {
        let query = ListQuery {
            queue,
            filter: String::new(),
            sort: SortBy::Reference,
            descending: false,
            offset: u32::try_from(rows.len()).unwrap(),
            limit: 500,
        };
        let page = console.engine.list(&query).await.unwrap().rows;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    rows.truncate(most);
    rows
}
