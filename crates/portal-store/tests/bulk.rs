//! Bulk writing: all or nothing up to each checkpoint, and as good as what commands write.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, history};
use postern_domain::{PersonId, Role};
use postern_portal_store::StoreError;
use postern_test_support::{acme, clerk, globex, person};

#[tokio::test]
async fn what_was_added_is_there_after_the_commit_and_verifies() {
    let fixture = Fixture::new().await;
    let before = fixture.store.head().await.unwrap().audit_seq.unsigned_abs();
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    bulk.add_person(&person("ida").everywhere(Role::InternalOwner).build(), None).await.unwrap();
    for number in 1..=40 {
        let (item, log) = history(&format!("i{number:03}"), &acme(), &format!("ACME-{number}"), number % 50);
        bulk.add_item(&item, &log).await.unwrap();
    }
    bulk.commit().await.unwrap();
    let report = fixture.store.verify_audit(|_| {}).await.unwrap().unwrap();
    let of_items: u64 = (1..=40).map(|number| number % 50 + 1).sum();
    assert_eq!((report.items, report.lines), (40, before + 1 + of_items));
    assert_eq!(fixture.person("ida").await.name, "ida");
}

#[tokio::test]
async fn what_was_added_is_gone_when_it_is_dropped() {
    let fixture = Fixture::new().await;
    let before = fixture.store.head().await.unwrap();
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    let (item, log) = history("i1", &acme(), "ACME-1", 3);
    bulk.add_item(&item, &log).await.unwrap();
    drop(bulk);
    assert_eq!(fixture.store.item(&item.id).await.unwrap(), None);
    fixture.submit("i2", &acme()).await;
    assert_eq!(fixture.store.head().await.unwrap().seq, before.seq + 1);
    assert!(fixture.store.verify_audit(|_| {}).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_checkpoint_keeps_what_came_before_it() {
    let fixture = Fixture::new().await;
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    let (first, log) = history("i1", &acme(), "ACME-1", 3);
    bulk.add_item(&first, &log).await.unwrap();
    bulk.checkpoint().await.unwrap();
    let (second, log) = history("i2", &acme(), "ACME-2", 3);
    bulk.add_item(&second, &log).await.unwrap();
    drop(bulk);
    assert_eq!(fixture.store.item(&first.id).await.unwrap(), Some(first));
    assert_eq!(fixture.store.item(&second.id).await.unwrap(), None);
}

#[tokio::test]
async fn new_references_go_on_after_imported_ones() {
    let fixture = Fixture::new().await;
    let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
    for (id, client, reference) in
        [("i1", acme(), "ACME-41"), ("i2", acme(), "ACME-7"), ("i3", globex(), "legacy number")]
    {
        let (item, log) = history(id, &client, reference, 0);
        bulk.add_item(&item, &log).await.unwrap();
    }
    bulk.commit().await.unwrap();
    assert_eq!(fixture.submit("n1", &acme()).await.reference, "ACME-42");
    assert_eq!(fixture.submit("n2", &globex()).await.reference, "GLOBEX-1");
}

#[tokio::test]
async fn an_item_person_or_client_that_is_there_already_is_an_error_that_names_it() {
    let fixture = Fixture::new().await;
    let (item, log) = history("i1", &acme(), "ACME-1", 0);
    let (same_reference, _) = history("i2", &acme(), "ACME-1", 0);
    for attempt in 0..4 {
        let mut bulk = fixture.store.bulk(&clerk(), fixture.now()).await.unwrap();
        bulk.add_item(&item, &log).await.unwrap();
        let result = match attempt {
            0 => bulk.add_item(&item, &log).await,
            1 => bulk.add_item(&same_reference, &log).await,
            2 => bulk.add_person(&person("olga").build(), None).await,
            _ => bulk.add_client(&acme()).await,
        };
        assert!(matches!(result, Err(StoreError::AlreadyExists { .. })), "{attempt}: {result:?}");
    }
}

#[tokio::test]
async fn norms_are_learnt_from_closed_reviews_and_tell_consoles_only_when_they_change() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.store.refresh_norms().await.unwrap(), []);
    let before = fixture.store.head().await.unwrap().directory_version;
    let item = fixture.submit("i1", &acme()).await;
    let reviewer = item.waiting_on().next().cloned().unwrap_or_else(|| PersonId::from("lea"));
    let approve = postern_domain::Command::approve(postern_test_support::seen(&item));
    fixture.command(reviewer.as_str(), "i1", approve).await;
    let item = fixture.item("i1").await;
    let norms = fixture.store.refresh_norms().await.unwrap();
    assert_eq!(norms.len(), usize::from(!item.closed_reviews.is_empty()));
    assert_eq!(norms.first().map(|norm| norm.samples), Some(1));
    assert_eq!(fixture.store.directory().await.unwrap().norms, norms);
    assert_eq!(fixture.store.head().await.unwrap().directory_version, before + 1);
    fixture.store.refresh_norms().await.unwrap();
    assert_eq!(fixture.store.head().await.unwrap().directory_version, before + 1);
}
