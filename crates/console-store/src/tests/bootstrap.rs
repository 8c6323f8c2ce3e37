use super::fixtures::*;
use crate::Cache;
use crate::error::StoreError;
use crate::queue::QueueKind;
use crate::staging::{Load, Swapped};
use postern_domain::filter::{Filter, parse};
use postern_domain::{Item, ItemId, Phase, Timestamp};
use postern_protocol::{ChangePage, Cursor, Expected, NewerItem};

async fn open(scene: &Scene) -> Vec<ItemId> {
    scene.cache.matching_ids(QueueKind::Open, &Filter::default(), NOW).await.unwrap()
}

#[tokio::test]
async fn a_bootstrap_is_not_seen_before_it_is_swapped_in() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.stage(load(50)).await;
    for number in 2..5_000 {
        staging.add(item(number, ME)).await.unwrap();
    }
    assert_eq!(open(&scene).await, [ItemId::from("item-1")]);
    assert_eq!(staging.items(), 4_998);

    assert_eq!(staging.swap(&scene.lease, None, NOW).await.unwrap(), Swapped::AsAnnounced);
    assert_eq!(open(&scene).await.len(), 4_998);
    assert_eq!(scene.cache.meta().await.unwrap().cursor, Some(cursor(50)));
    assert!(scene.shown(&ItemId::from("item-1")).await.is_none());
}

#[tokio::test]
async fn a_bootstrap_that_is_given_up_leaves_nothing_and_the_next_one_succeeds() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.stage(load(50)).await;
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
    let mut staging = scene.stage(load(50)).await;
    staging.add(item(2, ME)).await.unwrap();
    staging.flush().await.unwrap();
    scene.cache.take_lease("another", at(60), 60_000).await.unwrap().unwrap();
    assert!(matches!(staging.swap(&scene.lease, None, NOW).await, Err(StoreError::LeaseLost)));
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

fn holding(items: &[Item]) -> Expected {
    let mut expected = Expected { elsewhere: 7, ..Expected::default() };
    for item in items {
        expected.holding.add_item(&item.id, item.version);
    }
    expected
}

#[tokio::test]
async fn a_load_that_was_cut_goes_on_where_it_was_also_in_another_process() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.stage(load(50)).await;
    staging.add(item(2, ME)).await.unwrap();
    staging.add(item(3, ME)).await.unwrap();
    staging.flush().await.unwrap();
    // What had not been put on the disk comes again.
    staging.add(item(4, ME)).await.unwrap();
    drop(staging);

    let again = Cache::open(scene.cache.path(), READERS).await.unwrap();
    let cut = again.cut_load().await.unwrap().unwrap();
    assert_eq!((&cut.cursor, cut.last.as_ref().unwrap().as_str()), (&cursor(50), "item-3"));
    let mut staging = again.stage(&scene.lease, cut, None).await.unwrap();
    assert_eq!(staging.items(), 2);
    staging.add(item(4, ME)).await.unwrap();
    let all = [item(2, ME), item(3, ME), item(4, ME)];
    assert_eq!(staging.swap(&scene.lease, Some(holding(&all)), NOW).await.unwrap(), Swapped::AsAnnounced);
    assert_eq!(open(&scene).await.len(), 3);
    assert_eq!(again.cut_load().await.unwrap(), None);
    let kept = again.kept().await.unwrap();
    assert_eq!((kept.items, kept.elsewhere), (3, 7));
}

/// The load that was cut, under another version of the directory.
async fn cut_under(scene: &Scene, directory_version: i64) -> Load {
    let cut = scene.cache.cut_load().await.unwrap().unwrap();
    Load { cursor: Cursor { directory_version, ..cut.cursor.clone() }, ..cut }
}

#[tokio::test]
async fn a_load_goes_on_under_another_directory_and_what_came_before_reads_as_if_it_had_come_with_it() {
    let scene = Scene::with(Vec::new()).await;
    let mut staging = scene.stage(load(50)).await;
    for number in 1..=1_100 {
        staging.add(item(number, ME)).await.unwrap();
    }
    staging.flush().await.unwrap();
    drop(staging);

    let mut renamed = directory();
    renamed.clients[0].name = "Zenith".to_owned();
    renamed.clients[0].cohort = "harvest".to_owned();
    let cut = cut_under(&scene, 2).await;
    let mut staging = scene.cache.stage(&scene.lease, cut, Some(renamed.clone())).await.unwrap();
    staging.add(item(1_101, ME)).await.unwrap();
    staging.flush().await.unwrap();
    drop(staging);

    // A third one changes who decides what, and is cut once more before anything is worked out.
    let mut other_grants = renamed.clone();
    other_grants.people[0].grants.clear();
    other_grants.people[0].groups.push("reviewers".into());
    let cut = cut_under(&scene, 3).await;
    drop(scene.cache.stage(&scene.lease, cut, Some(other_grants)).await.unwrap());
    let cut = scene.cache.cut_load().await.unwrap().unwrap();
    assert_eq!(cut.cursor.directory_version, 3);
    let staging = scene.cache.stage(&scene.lease, cut, None).await.unwrap();
    assert_eq!(staging.swap(&scene.lease, None, NOW).await.unwrap(), Swapped::AsAnnounced);

    for text in ["zenith", "cohort:harvest"] {
        let filter = parse(text).filter;
        let found = scene.cache.matching_ids(QueueKind::Open, &filter, NOW).await.unwrap();
        assert_eq!(found.len(), 1_101, "{text}");
    }
    let gone = scene.cache.matching_ids(QueueKind::Open, &parse("works").filter, NOW).await.unwrap();
    assert_eq!(gone, [], "its old name finds nothing");
    let meta = scene.cache.meta().await.unwrap();
    assert_eq!(meta.cursor, Some(Cursor { directory_version: 3, ..cursor(50) }));
    let lookup = scene.cache.lookup().await.unwrap();
    assert_eq!(lookup.client_name(&"c-acme".into()), "Zenith");
    // Rows are where they were, and are changed like others.
    let changed = after(&item(7, ME), &comment("c", "patched"), "mara", NOW);
    scene.pull(51, std::slice::from_ref(&changed)).await;
    assert_eq!(scene.shown(&changed.id).await, Some(changed));
}

#[tokio::test]
async fn what_was_pushed_while_a_load_goes_on_is_shown_until_its_change_has_come() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.cache.know_epoch(&scene.lease, "e1").await.unwrap();
    let mut staging = scene.stage(load(50)).await;
    staging.add(one.clone()).await.unwrap();
    staging.flush().await.unwrap();
    scene.give("k1", &one.id, comment("c1", "while it loads")).await;
    let envelopes = scene.envelopes(NOW).await;
    let outcomes = [applied(&envelopes[0], 51)];
    scene.cache.record_outcomes(&scene.lease, &outcomes, NOW).await.unwrap();
    assert_eq!(staging.swap(&scene.lease, None, NOW).await.unwrap(), Swapped::AsAnnounced);
    assert_eq!(scene.shown(&one.id).await.unwrap().comments.len(), 1);
    let changed = after(&one, &comment("c1", "while it loads"), ME, NOW);
    scene.pull(51, std::slice::from_ref(&changed)).await;
    assert_eq!((scene.shown(&one.id).await, scene.outbox_ids().await), (Some(changed), Vec::new()));
}

#[tokio::test]
async fn a_load_that_is_not_what_was_announced_is_not_swapped_in() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut staging = scene.stage(load(50)).await;
    staging.add(item(2, ME)).await.unwrap();
    let other = holding(&[item(3, ME)]);
    assert_eq!(staging.swap(&scene.lease, Some(other), NOW).await.unwrap(), Swapped::Refused);
    assert_eq!(open(&scene).await, [ItemId::from("item-1")]);
    assert_eq!(scene.cache.meta().await.unwrap().cursor, Some(cursor(10)));
    assert_eq!(scene.cache.cut_load().await.unwrap(), None);
}

#[tokio::test]
async fn a_load_is_taken_when_the_one_before_it_was_not_what_was_announced_either() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let wrong = holding(&[item(2, ME), item(3, ME)]);
    let load_two = async |expected| {
        let mut staging = scene.stage(load(50)).await;
        staging.add(item(2, ME)).await.unwrap();
        staging.swap(&scene.lease, Some(expected), NOW).await.unwrap()
    };
    assert_eq!(load_two(wrong).await, Swapped::Refused);
    let Swapped::Otherwise(said) = load_two(wrong).await else { panic!("refused again") };
    assert_eq!((said.expected.items, said.found.items), (2, 1));
    assert_eq!(open(&scene).await, [ItemId::from("item-2")]);
    // As long as the portal goes on like that, it is asked for nothing twice.
    assert!(matches!(load_two(wrong).await, Swapped::Otherwise(_)));
    assert_eq!(load_two(holding(&[item(2, ME)])).await, Swapped::AsAnnounced);
    assert_eq!(load_two(wrong).await, Swapped::Refused, "and once more it gets a second chance");
}

#[tokio::test]
async fn a_page_says_whether_the_base_is_what_it_should_be() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    let with = |expected: Expected, seq| ChangePage { expected: Some(expected), ..page(seq, &[]) };
    let pull = async |page: ChangePage| scene.cache.apply_page(&scene.lease, &page, &[], NOW).await.unwrap();

    assert_eq!(pull(with(holding(&[two.clone(), one.clone()]), 11)).await.diverged, None);
    let diverged = pull(with(holding(std::slice::from_ref(&one)), 12)).await.diverged.unwrap();
    assert_eq!((diverged.expected.items, diverged.found.items), (1, 2));

    let newer = after(&one, &comment("c", "newer"), "mara", NOW);
    let diverged = pull(with(holding(&[newer.clone(), two.clone()]), 13)).await.diverged.unwrap();
    assert_eq!(diverged.expected.items, diverged.found.items);
    scene.pull(14, std::slice::from_ref(&newer)).await;
    // An overlay is not what the portal sent, and is not counted.
    scene.give("k1", &two.id, approve(&two)).await;
    assert_eq!(pull(with(holding(&[newer, two]), 15)).await.diverged, None);
}

#[tokio::test]
async fn what_was_closed_before_the_chosen_month_is_let_go_and_the_rest_stays() {
    let closed = |number| {
        let mut item = item(number, ME);
        item.phase = Phase::Completed;
        item.reviews.clear();
        item
    };
    let (mut old, mut recent) = (closed(1), closed(2));
    old.entered_at = Timestamp::parse_rfc3339("2025-02-28T23:59:59Z").unwrap();
    recent.entered_at = Timestamp::parse_rfc3339("2025-03-01T00:00:00Z").unwrap();
    let mut open_long = item(3, ME);
    open_long.entered_at = old.entered_at;
    let scene = Scene::with(vec![old.clone(), recent.clone(), open_long.clone()]).await;

    let month = "2025-03".parse().unwrap();
    assert_eq!(scene.cache.narrow(&scene.lease, month).await.unwrap(), 1);
    assert!(scene.shown(&old.id).await.is_none());
    assert!(scene.shown(&recent.id).await.is_some() && scene.shown(&open_long.id).await.is_some());
    let kept = scene.cache.kept().await.unwrap();
    assert_eq!((kept.closed_since, kept.items, kept.elsewhere), (Some(month), 2, 1));
    let page = ChangePage { expected: Some(holding(&[recent, open_long])), ..page(11, &[]) };
    assert_eq!(scene.cache.apply_page(&scene.lease, &page, &[], NOW).await.unwrap().diverged, None);
}

fn from_the_future(number: u32, version: u64) -> NewerItem {
    let id = ItemId(format!("item-{number}"));
    let (reference, title) = (format!("ACME-{number}"), "Teleported".to_owned());
    NewerItem { id, version, reference, title, doc: r#"{"phase":"teleported"}"#.to_owned() }
}

#[tokio::test]
async fn what_this_version_cannot_read_is_counted_and_named_until_it_can() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    let newer = from_the_future(1, 9);
    let mut should = holding(std::slice::from_ref(&two));
    should.holding.add_item(&newer.id, 9);
    let page_of = |expected, seq| ChangePage { expected: Some(expected), ..page(seq, &[]) };
    let newer = [newer];
    let pulled = scene.cache.apply_page(&scene.lease, &page_of(should, 11), &newer, NOW).await.unwrap();
    assert_eq!((pulled.diverged, pulled.items), (None, vec![one.id.clone()]));
    assert!(scene.shown(&one.id).await.is_none(), "what it was before is not shown as if it still were");
    let named = vec![("ACME-1".to_owned(), "Teleported".to_owned())];
    assert_eq!(scene.cache.newer_items().await.unwrap(), named);
    assert_eq!(scene.cache.take_over("1").await.unwrap(), 0);

    // A load brings them as well, and goes on behind them when it is cut.
    let mut staging = scene.stage(load(50)).await;
    staging.add_newer(from_the_future(1, 9)).await.unwrap();
    drop(staging);
    let cut = scene.cache.cut_load().await.unwrap().unwrap();
    let mut staging = scene.cache.stage(&scene.lease, cut, None).await.unwrap();
    staging.add(two.clone()).await.unwrap();
    assert_eq!(staging.swap(&scene.lease, Some(should), NOW).await.unwrap(), Swapped::AsAnnounced);
    assert_eq!(scene.cache.newer_items().await.unwrap(), named);

    // It comes in a form that can be read; or another version of this program reads what was kept.
    scene.pull(60, std::slice::from_ref(&one)).await;
    assert_eq!(scene.cache.newer_items().await.unwrap(), []);
    assert_eq!(scene.shown(&one.id).await, Some(one.clone()));
    let kept = NewerItem { doc: serde_json::to_string(&two).unwrap(), ..from_the_future(2, 3) };
    scene.cache.apply_page(&scene.lease, &page(61, &[]), &[kept], NOW).await.unwrap();
    assert!(scene.shown(&two.id).await.is_none());
    assert_eq!(scene.cache.take_over("1").await.unwrap(), 1);
    assert_eq!(scene.shown(&two.id).await, Some(two));
}

#[tokio::test]
async fn another_version_asks_for_the_directory_of_which_the_one_before_kept_what_it_knew() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    scene.cache.take_over("1").await.unwrap();
    scene.pull(20, &[]).await;
    let known = async || scene.cache.meta().await.unwrap().cursor.unwrap().directory_version;
    assert_eq!(known().await, 1);
    drop(scene.stage(load(50)).await);
    scene.cache.take_over("1").await.unwrap();
    assert_eq!(known().await, 1, "the same version");
    scene.cache.take_over("2").await.unwrap();
    assert_eq!(known().await, 0);
    assert_eq!(scene.cache.cut_load().await.unwrap(), None, "a load that was cut has the old directory");
    scene.pull(21, &[]).await;
    scene.cache.take_over("2").await.unwrap();
    assert_eq!(known().await, 1);
}
