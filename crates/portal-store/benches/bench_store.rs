//! How fast the portal's store writes, verifies, reads out and applies: rows, items and durable commands a second.
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Fixture, history};
use postern_domain::PersonId;
use postern_test_support::{acme, clerk};

fn main() {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measure());
}

async fn measure() {
    let fixture = Fixture::new().await;
    let items: Vec<_> =
        (0..10_000).map(|n| history(&format!("i{n:06}"), &acme(), &format!("ACME-{n}"), 30)).collect();
    let began = std::time::Instant::now();
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    for (item, log) in &items {
        bulk.add_item(item, log).await.unwrap();
    }
    bulk.commit().await.unwrap();
    let took = began.elapsed().as_secs_f64();
    println!("bulk: {:.0} audit rows/s, {:.0} items/s", 310_000.0 / took, 10_000.0 / took);
    let began = std::time::Instant::now();
    fixture.store.verify_audit(|_| {}).await.unwrap().unwrap();
    println!("verify: {:.0} lines/s", 310_000.0 / began.elapsed().as_secs_f64());
    let began = std::time::Instant::now();
    fixture.store.refresh_norms().await.unwrap();
    println!("norms: {:.2} s over 10,000 items", began.elapsed().as_secs_f64());
    let began = std::time::Instant::now();
    let (_, mut snapshot) =
        common::snapshot(&fixture.store, &PersonId::from("olga"), Default::default()).await;
    let mut count = 0;
    while let Some(page) = snapshot.next().await.unwrap() {
        count += page.len();
    }
    println!("bootstrap: {:.0} items/s", count as f64 / began.elapsed().as_secs_f64());
    let began = std::time::Instant::now();
    for number in 0..500 {
        fixture.command("olga", &format!("i{number:06}"), common::say(&format!("c{number}"), "Hello")).await;
    }
    println!("commands, one durable commit each: {:.0}/s", 500.0 / began.elapsed().as_secs_f64());
    let orders: Vec<_> = (1..=1_000)
        .map(|seq| common::from_console("olga", "c1", &common::comment_envelope(seq, &format!("i{seq:06}"))))
        .collect();
    let began = std::time::Instant::now();
    for push in orders.chunks(100) {
        fixture.store.apply_commands(push, fixture.now()).await.unwrap();
    }
    println!("commands, pushed by the hundred: {:.0}/s", 1_000.0 / began.elapsed().as_secs_f64());
}
