use super::fixtures::*;
use crate::Comparison;
use postern_domain::ItemId;
use postern_protocol::{Change, Month};

fn leaves(changes: &[Change]) -> Vec<&str> {
    let mut ids = Vec::new();
    for change in changes {
        match change {
            Change::Leave { id } => ids.push(id.as_str()),
            Change::Upsert { item } => panic!("{} is not known here", item.id),
        }
    }
    ids
}

#[tokio::test]
async fn what_is_missing_is_older_or_out_of_sight_is_told_apart() {
    let scene = Scene::with(vec![item(1, ME), item(2, ME), item(3, ME)]).await;
    let mut comparison: Comparison = scene.cache.comparison().await.unwrap();
    let version = item(1, ME).version;
    for (id, version) in [("item-1", version), ("item-2", version + 1), ("item-4", 1)] {
        comparison.see(ItemId::from(id), version);
    }
    let (missing, leave) = comparison.done();
    assert_eq!(missing, [ItemId::from("item-2"), ItemId::from("item-4")]);
    assert_eq!(leaves(&leave), ["item-3"]);
}

#[tokio::test]
async fn a_comparison_is_taken_in_at_once_and_what_comes_into_sight_is_no_news() {
    let (known, gone, new) = (item(1, "ben"), item(2, ME), item(3, ME));
    let scene = Scene::with(vec![known.clone(), gone.clone()]).await;
    scene.give("k1", &gone.id, comment("c", "on its way")).await;
    let mut page = page(14, std::slice::from_ref(&new));
    page.changes.push(Change::Leave { id: gone.id.clone() });
    page.cursor.scope_generation = 2;
    let month: Month = "2026-01".parse().unwrap();
    let pulled = scene.cache.apply_comparison(&scene.lease, &page, &[], Some(month), NOW).await.unwrap();
    assert!(!pulled.alerts);
    let meta = scene.cache.meta().await.unwrap();
    assert_eq!((meta.cursor, meta.closed_since), (Some(page.cursor), Some(month)));
    assert!(scene.shown(&gone.id).await.is_none() && scene.shown(&known.id).await.is_some());
    assert_eq!(scene.shown(&new.id).await, Some(new));
    assert_eq!(scene.outbox_ids().await, ["k1"], "the portal answers it");
}
