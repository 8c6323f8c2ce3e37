//! The order of sequence numbers is the order of commits: a reader that follows them misses nothing.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, say, since, snapshot};
use postern_domain::{ItemId, PersonId};
use postern_portal_store::BootstrapWish;
use postern_protocol::{Change, Cursor};
use postern_test_support::{acme, clerk};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const WRITERS: usize = 6;
const COMMANDS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_follows_the_cursor_misses_no_change_of_concurrent_writers() {
    let fixture = Arc::new(Fixture::new().await);
    for writer in 0..WRITERS {
        fixture.submit(&format!("i{writer}"), &acme()).await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(follow(Arc::clone(&fixture), Arc::clone(&done)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move {
                let mut last = 0;
                for number in 0..COMMANDS {
                    let comment = say(&format!("{writer}-{number}"), "Hello");
                    let outcome =
                        fixture.apply(&fixture.direct("olga", &format!("i{writer}"), comment)).await;
                    assert!(outcome.at_seq > last, "sequence numbers of one writer go up");
                    last = outcome.at_seq;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let known = reader.await.unwrap();
    for writer in 0..WRITERS {
        let item = fixture.item(&format!("i{writer}")).await;
        assert_eq!(known.get(&item.id), Some(&item.version));
    }
    let report = fixture.store.verify_audit(|_| {}).await.unwrap().unwrap();
    assert_eq!(report.items, WRITERS as u64);
    let head = fixture.store.head().await.unwrap();
    assert_eq!(head.seq, (WRITERS + WRITERS * COMMANDS) as i64);
}

/// Follows the changes until the writers are done and everything was read; versions must only go up.
async fn follow(fixture: Arc<Fixture>, done: Arc<AtomicBool>) -> HashMap<ItemId, u64> {
    let mut known = HashMap::new();
    let mut cursor = cursor(&fixture).await;
    loop {
        let was_done = done.load(Ordering::SeqCst);
        let page = fixture
            .store
            .changes_for(&PersonId::from("olga"), &since(&cursor, 3), fixture.now())
            .await
            .unwrap()
            .page()
            .unwrap();
        assert!(page.cursor.seq >= cursor.seq);
        for change in page.changes {
            let Change::Upsert { item } = change else { panic!("nothing leaves") };
            let before = known.insert(item.id.clone(), item.version);
            assert!(before.is_none_or(|before| before < item.version));
        }
        cursor = page.cursor;
        if was_done && !page.more {
            return known;
        }
        tokio::task::yield_now().await;
    }
}

async fn cursor(fixture: &Fixture) -> Cursor {
    let (begin, _) = snapshot(&fixture.store, &PersonId::from("olga"), BootstrapWish::default()).await;
    Cursor { seq: 0, ..begin.cursor }
}

#[tokio::test]
async fn followers_of_the_head_hear_of_every_commit_and_only_of_commits() {
    let fixture = Fixture::new().await;
    let mut heads = fixture.store.watch_head();
    let before = heads.borrow_and_update().seq;
    fixture.submit("i1", &acme()).await;
    assert!(heads.has_changed().unwrap());
    assert_eq!(heads.borrow_and_update().seq, before + 1);
    fixture.command("abel", "i2", postern_test_support::submit(&acme(), "Refused", None)).await;
    assert!(!heads.has_changed().unwrap());
}

#[tokio::test]
async fn followers_of_the_head_hear_of_a_changed_directory_too() {
    let fixture = Fixture::new().await;
    let mut heads = fixture.store.watch_head();
    let before = heads.borrow_and_update().clone();
    fixture
        .store
        .add_client(&postern_test_support::client("INI", "Initech"), &clerk(), fixture.now())
        .await
        .unwrap();
    assert!(heads.has_changed().unwrap());
    let told = heads.borrow_and_update().clone();
    assert_eq!((told.seq, told.directory_version), (before.seq, before.directory_version + 1));
    fixture.store.look_for_news().await.unwrap();
    assert!(!heads.has_changed().unwrap());
}

#[tokio::test]
async fn what_another_process_wrote_is_news_too() {
    let fixture = Fixture::new().await;
    let heads = fixture.store.watch_head();
    let other = postern_portal_store::Store::open(fixture.data.path()).await.unwrap();
    other
        .apply_command(
            &fixture.direct("olga", "i1", postern_test_support::submit(&acme(), "T", None)),
            fixture.now(),
        )
        .await
        .unwrap();
    assert!(!heads.has_changed().unwrap());
    fixture.store.look_for_news().await.unwrap();
    assert!(heads.has_changed().unwrap());
}
