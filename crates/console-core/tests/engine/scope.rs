//! Other grants: what is held is compared with what should be, and only the difference comes.

use crate::harness::*;
use postern_console_core::{ActOptions, Queue, Settlement, Target};
use postern_domain::{Grant, ItemId, Role};
use postern_protocol::paths;
use postern_test_support::{Fault, acme, globex, person};

fn at_globex() -> Vec<Grant> {
    person("x").at_client(Role::InternalApprover, &globex()).build().grants
}

fn at_both() -> Vec<Grant> {
    let both = person("x").at_client(Role::InternalApprover, &globex());
    both.at_client(Role::InternalApprover, &acme()).build().grants
}

async fn open(console: &Console) -> Vec<ItemId> {
    console.engine.matching_ids(Queue::Open, "").await.unwrap()
}

#[tokio::test]
async fn what_leaves_my_scope_leaves_my_cache_and_nothing_else_is_loaded() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let abel = world.console("abel").await;
    assert_eq!(open(&abel).await.len(), 1);
    let loads = world.requests(paths::BOOTSTRAP);
    world.grant("abel", at_globex()).await;
    let report = abel.engine.sync_now().await.unwrap();
    assert!(!report.bootstrapped);
    assert_eq!((world.requests(paths::BOOTSTRAP), world.requests(paths::NAMED)), (loads + 1, 0));
    assert!(open(&abel).await.is_empty());
    assert!(abel.engine.item(&item.id).await.is_err());
    assert!(abel.engine.find("ACME-1").await.is_err());
}

#[tokio::test]
async fn what_comes_into_sight_is_fetched_by_its_name_and_is_no_news() {
    let world = World::new().await;
    world.grant("abel", at_globex()).await;
    let abel = world.console("abel").await;
    let mut alerts = abel.engine.alerts();
    let items = [world.item("One").await.id, world.item("Two").await.id];
    world.grant("abel", at_both()).await;
    let report = abel.engine.sync_now().await.unwrap();
    assert_eq!((report.bootstrapped, report.pulled), (false, 2));
    assert_eq!(open(&abel).await.len(), items.len());
    assert!(alerts.try_recv().is_err());
    // From now on it is like any other.
    let command = abel.give(&items[0], note("seen")).await;
    abel.sync().await;
    assert_eq!(abel.settlement(&command).await, Settlement::Applied);
    world.portal.clock.advance_ms(31_000);
    assert!(!abel.engine.sync_now().await.unwrap().bootstrapped, "it holds what it should");
}

#[tokio::test]
async fn a_comparison_that_is_cut_changes_nothing_and_is_made_again() {
    let world = World::new().await;
    world.item("One").await;
    let abel = world.console("abel").await;
    world.grant("abel", at_both()).await;
    let mut cursors = Vec::new();
    for bytes in [10, 300, 700, 1_500] {
        world.network.once(paths::BOOTSTRAP, Fault::CutReply(bytes));
        if abel.engine.sync_now().await.is_err() {
            cursors.push(bytes);
        }
    }
    assert!(!cursors.is_empty());
    world.network.heal();
    world.item("Two").await;
    abel.sync().await;
    assert_eq!(open(&abel).await.len(), 2);
}

#[tokio::test]
async fn what_is_out_of_sight_goes_before_what_is_missing_has_come() {
    let world = World::new().await;
    let acme_item = world.item("One").await;
    let abel = world.console("abel").await;
    world.grant("abel", at_globex()).await;
    let globex_item = world.hand_over("gina", "globex", "Two", None).await;
    world.network.once(paths::NAMED, Fault::DropRequest);
    assert!(abel.engine.sync_now().await.is_err());
    assert!(abel.engine.item(&acme_item.id).await.is_err(), "it does not wait for the rest");
    assert!(open(&abel).await.is_empty());
    abel.sync().await;
    assert_eq!(open(&abel).await, [globex_item.id]);
}

#[tokio::test]
async fn a_comparison_that_is_cut_again_and_again_gives_way_to_a_load() {
    let world = World::new().await;
    world.item("One").await;
    let abel = world.console("abel").await;
    world.grant("abel", at_both()).await;
    world.item("Two").await;
    world.network.plan(|line| match line.path.contains("versions=true") {
        true => Fault::CutReply(300),
        false => Fault::Pass,
    });
    for _ in 0..2 {
        assert!(abel.engine.sync_now().await.is_err());
    }
    assert!(abel.engine.sync_now().await.unwrap().bootstrapped);
    assert_eq!(open(&abel).await.len(), 2);
}

#[tokio::test]
async fn grants_that_change_while_a_comparison_is_cut_are_the_ones_that_count() {
    let world = World::new().await;
    world.grant("abel", at_globex()).await;
    let abel = world.console("abel").await;
    world.item("One").await;
    world.grant("abel", at_both()).await;
    world.network.once(paths::NAMED, Fault::DropRequest);
    assert!(abel.engine.sync_now().await.is_err());
    world.grant("abel", at_globex()).await;
    world.network.heal();
    abel.sync().await;
    assert!(open(&abel).await.is_empty());
}

#[tokio::test]
async fn what_was_seen_of_an_item_goes_with_it_also_where_everything_is_loaded_anew() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let abel = world.console("abel").await;
    world.grant("abel", at_both()).await;
    abel.sync().await;
    let target = Target { id: item.id.clone(), seen: None };
    let held = ActOptions::default();
    abel.engine.act(&[target], &note("About the annual report"), held).await.unwrap();
    world.grant("abel", at_globex()).await;
    world.network.plan(|line| match line.path.contains("versions=true") {
        true => Fault::CutReply(300),
        false => Fault::Pass,
    });
    while !abel.engine.sync_now().await.is_ok_and(|report| report.bootstrapped) {}
    assert!(open(&abel).await.is_empty());
    assert_eq!(abel.outbox().await.len(), 1, "what was given stays");
    let seen = "SELECT count(*) FROM outbox WHERE seen_doc IS NOT NULL";
    let seen: i64 = sqlx::query_scalar(seen).fetch_one(&mut abel.cache().await).await.unwrap();
    assert_eq!(seen, 0);
}
