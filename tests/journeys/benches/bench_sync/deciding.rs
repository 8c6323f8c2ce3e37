//! Catching up with others, and deciding without a portal.

use super::console::{Console, Counting};
use super::floor::{Raw, Rows, durable_commits};
use super::{report, spread, text};
use futures_util::StreamExt as _;
use postern_console_core::{ActOptions, ListQuery, Queue, Request, Row, SortBy, Target};
use postern_domain::{ItemId, Visibility};
use postern_journeys::{Api, Place};
use postern_protocol::paths;
use std::collections::BTreeSet;
use std::time::Instant;

const CHANGES: usize = 1_000;
const DECISIONS: usize = 500;
/// About what the portal stores for one command: an item and a line of the audit trail.
const COMMAND_BYTES: usize = 5_000;

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
    report(&format!("catching up with {pulled} changes"), took, floor);
}

pub async fn push(console: &Console, network: &Counting, place: &Place) {
    let mut rows = first(console, Queue::MyTurn, DECISIONS).await;
    let mine = rows.len();
    let taken: BTreeSet<ItemId> = rows.iter().map(|row| row.id.clone()).collect();
    let others = first(console, Queue::Open, 4 * DECISIONS).await;
    rows.extend(others.into_iter().filter(|row| !taken.contains(&row.id)));
    rows.truncate(DECISIONS);
    let (mut times, mut made) = (Vec::new(), 0);
    for (number, row) in rows.iter().enumerate() {
        let target = Target { id: row.id.clone(), seen: None };
        let request = if number < mine {
            Request::Approve { comment: None, outputs: Default::default() }
        } else {
            Request::Comment { visibility: Visibility::Internal, body: "Looks right.".to_owned() }
        };
        let began = Instant::now();
        let given = console.engine.act(&[target], &request, ActOptions { hold_ms: 0 }).await.unwrap();
        times.push(began.elapsed());
        made += usize::from(given.results[0].accepted);
    }
    let all = times.iter().sum();
    let floor = durable_commits(&place.path("commands.db"), DECISIONS, 1_000).await;
    report(&format!("{made} commands made offline, {mine} approvals"), all, floor);
    let (median, late) = spread(times);
    println!("  each: median {}, p99 {}", text(median), text(late));

    let floor = durable_commits(&place.path("commits.db"), made, COMMAND_BYTES).await;
    let began = Instant::now();
    let pushed = console.engine.sync_now().await.unwrap().pushed;
    let whole = began.elapsed();
    let sent = network.sent();
    let pushes: Vec<_> =
        sent.iter().filter(|sent| sent.at >= began && sent.path == paths::COMMANDS).collect();
    let last = pushes.last().unwrap().answered.duration_since(began);
    report(&format!("pushing {pushed} of them, until the last answer"), last, floor);
    let waited = pushes.iter().map(|sent| sent.answered.duration_since(sent.at)).sum();
    println!(
        "  in {} requests, of which the portal took {}; with pulling what they did: {}",
        pushes.len(),
        text(waited),
        text(whole)
    );
    assert!(console.engine.outbox().await.unwrap().is_empty(), "all of them were settled");
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
