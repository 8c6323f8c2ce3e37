use super::fixtures::*;
use crate::error::StoreError;
use crate::queue::QueueKind;
use postern_domain::ItemId;
use postern_domain::filter::Filter;

async fn open(scene: &Scene) -> Vec<ItemId> {
    scene.cache.matching_ids(QueueKind::Open, &Filter::default(), NOW).await.unwrap()
}

#[tokio::test]
async fn a_bootstrap_is_not_seen_before_it_is_swapped_in() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.cache.stage(directory()).await.unwrap();
    for number in 2..5_000 {
        staging.add(item(number, ME)).await.unwrap();
    }
    assert_eq!(open(&scene).await, [ItemId::from("item-1")]);
    assert_eq!(staging.items(), 4_998);

    staging.swap(&scene.lease, &cursor(50), NOW).await.unwrap();
    assert_eq!(open(&scene).await.len(), 4_998);
    assert_eq!(scene.cache.meta().await.unwrap().cursor, Some(cursor(50)));
    assert!(scene.shown(&ItemId::from("item-1")).await.is_none());
}

#[tokio::test]
async fn a_bootstrap_that_is_given_up_leaves_nothing_and_the_next_one_succeeds() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.cache.stage(directory()).await.unwrap();
    for number in 2..3_000 {
        staging.add(item(number, ME)).await.unwrap();
    }
    drop(staging);
    assert_eq!(open(&scene).await, [ItemId::from("item-1")]);
    for round in 0..3 {
        scene.bootstrap(vec![item(7, ME), item(8 + round, ME)], 60).await;
        assert_eq!(open(&scene).await.len(), 2);
    }
}

#[tokio::test]
async fn a_bootstrap_is_not_swapped_in_under_a_lost_lease() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.cache.stage(directory()).await.unwrap();
    staging.add(item(2, ME)).await.unwrap();
    scene.cache.take_lease("another", at(60), 60_000).await.unwrap().unwrap();
    assert!(matches!(staging.swap(&scene.lease, &cursor(50), NOW).await, Err(StoreError::LeaseLost)));
    assert_eq!(open(&scene).await, [ItemId::from("item-1")]);
}

#[tokio::test]
async fn a_bootstrap_keeps_the_outbox_and_shows_its_effects() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    scene.bootstrap(vec![one.clone(), item(2, ME)], 30).await;

    assert_eq!(scene.outbox_ids().await, ["k1"]);
    let shown = scene.cache.item(&one.id).await.unwrap().unwrap();
    assert_eq!(shown.item.stage().unwrap().as_str(), "review");
    assert_eq!(shown.base.unwrap(), one);
}

#[tokio::test]
async fn items_stay_readable_after_swap_and_patch_in_turn() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    for round in 2..6_u32 {
        scene.bootstrap((1..=round).map(|number| item(number, ME)).collect(), i64::from(round) * 10).await;
        let changed = after(&item(1, ME), &comment("c", "patched"), "mara", NOW);
        scene.pull(i64::from(round) * 10 + 1, std::slice::from_ref(&changed)).await;
        assert_eq!(scene.shown(&changed.id).await, Some(changed));
        assert_eq!(open(&scene).await.len(), round as usize);
    }
}
