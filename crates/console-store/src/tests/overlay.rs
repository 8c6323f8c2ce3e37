use super::fixtures::*;
use crate::list_row::Mark;
use crate::queue::{Listing, QueueKind, SortKey};
use postern_domain::filter::{Filter, parse};

fn listing(queue: QueueKind) -> Listing {
    Listing {
        queue,
        filter: Filter::default(),
        sort: SortKey::Due,
        descending: false,
        offset: 0,
        limit: 50,
        now: NOW,
    }
}

#[tokio::test]
async fn what_i_did_is_shown_at_once_and_counted_once() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    assert_eq!(scene.cache.list(&listing(QueueKind::MyTurn)).await.unwrap().total, 1);
    scene.give("k1", &one.id, approve(&one)).await;

    let open = scene.cache.list(&listing(QueueKind::Open)).await.unwrap();
    assert_eq!(open.total, 1);
    assert_eq!(open.rows[0].stage.as_ref().unwrap().as_str(), "review");
    assert_eq!(open.rows[0].mark, Some(Mark::Pending));
    // Ana contributed nothing, and approvers take the next step: it is hers only if the spread says so.
    let mine = scene.cache.list(&listing(QueueKind::MyTurn)).await.unwrap();
    let still_mine = open.rows[0].waiting_on.iter().any(|person| person.as_str() == ME);
    assert_eq!(mine.total, u32::from(still_mine));
}

#[tokio::test]
async fn several_commands_on_one_item_build_on_each_other() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, comment("c1", "first")).await;
    scene.give("k2", &one.id, comment("c2", "second")).await;
    let shown = scene.shown(&one.id).await.unwrap();
    assert_eq!(shown.comments.iter().map(|each| each.body.as_str()).collect::<Vec<_>>(), ["first", "second"]);
}

#[tokio::test]
async fn what_others_did_shows_through_my_pending_change() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, comment("mine", "mine")).await;
    scene.pull(11, &[after(&one, &comment("theirs", "theirs"), "mara", NOW)]).await;
    let shown = scene.shown(&one.id).await.unwrap();
    assert_eq!(shown.comments.iter().map(|each| each.body.as_str()).collect::<Vec<_>>(), ["theirs", "mine"]);
}

#[tokio::test]
async fn what_i_wrote_is_found_before_it_is_confirmed_and_not_twice_after() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    let written = comment("c1", "zeppelin");
    scene.give("k1", &one.id, written.clone()).await;
    let find = || async {
        let filter = parse("zeppelin").filter;
        scene.cache.matching_ids(QueueKind::Open, &filter, NOW).await.unwrap().len()
    };
    assert_eq!(find().await, 1);
    let envelopes = scene.envelopes(NOW).await;
    scene.cache.record_outcomes(&scene.lease, &[applied(&envelopes[0], 12)], NOW).await.unwrap();
    scene.pull(12, &[after(&one, &written, ME, NOW)]).await;
    assert_eq!(find().await, 1);
}

#[tokio::test]
async fn a_pending_change_is_a_filter() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("k1", &two.id, comment("c", "x")).await;
    let pending = scene.cache.matching_ids(QueueKind::Open, &parse("is:pending").filter, NOW).await.unwrap();
    assert_eq!(pending, [two.id]);
    let settled = scene.cache.matching_ids(QueueKind::Open, &parse("-is:pending").filter, NOW).await.unwrap();
    assert_eq!(settled, [one.id]);
}
