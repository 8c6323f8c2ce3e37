use super::fixtures::*;
use crate::cache::Cache;
use crate::error::StoreError;
use crate::pull::{News, Step};
use crate::queue::QueueKind;
use postern_domain::filter::Filter;
use postern_domain::{ItemId, Refusal, Timestamp};
use postern_protocol::{Change, Outcome};

/// Everything a pull may touch, to compare before and after.
async fn picture(cache: &Cache) -> String {
    let mut picture = String::new();
    for id in ["item-1", "item-2", "item-3"] {
        picture.push_str(&format!("{:?}\n", cache.item(&ItemId::from(id)).await.unwrap()));
    }
    let far = Timestamp::from_ms(i64::MAX);
    picture.push_str(&format!("{:?}\n", cache.outbox(NOW).await.unwrap()));
    picture.push_str(&format!("{:?}\n", cache.meta().await.unwrap().cursor));
    picture.push_str(&format!("{:?}\n", cache.tallies(NOW).await.unwrap()));
    picture.push_str(&format!(
        "{:?}\n",
        cache.matching_ids(QueueKind::Open, &Filter::default(), far).await.unwrap()
    ));
    picture
}

#[tokio::test]
async fn a_pull_that_is_cut_at_any_step_leaves_the_cache_as_it_was() {
    let (one, two) = (item(1, ME), item(2, "ben"));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    let envelopes = scene.envelopes(NOW).await;
    scene.cache.record_outcomes(&scene.lease, &[applied(&envelopes[0], 12)], NOW).await.unwrap();
    let before = picture(&scene.cache).await;

    let mut page = page(12, &[after(&one, &approve(&one), ME, NOW), item(3, ME)]);
    page.changes.push(Change::Leave { id: two.id.clone() });
    page.directory = Some({
        let mut directory = directory();
        directory.people.retain(|person| person.id.as_str() != "ben");
        directory
    });
    for step in [Step::Directory, Step::Patches, Step::Trimmed, Step::Overlay, Step::All] {
        let mut tx = scene.cache.begin().await.unwrap();
        scene.cache.apply_page_in(&mut tx, &page, &[], News::OfEverything, NOW, step).await.unwrap();
        drop(tx);
        assert_eq!(picture(&scene.cache).await, before, "cut after {step:?}");
    }

    scene.cache.apply_page(&scene.lease, &page, &[], NOW).await.unwrap();
    assert_eq!(scene.cache.meta().await.unwrap().cursor, Some(cursor(12)));
    assert!(scene.shown(&two.id).await.is_none());
    assert!(scene.outbox_ids().await.is_empty());
    assert!(scene.cache.lookup().await.unwrap().people().get(&"ben".into()).is_none());
}

#[tokio::test]
async fn a_page_is_not_taken_in_under_a_lease_that_was_lost() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    scene.cache.take_lease("another", at(60), 60_000).await.unwrap().unwrap();

    let refused = scene.cache.apply_page(&scene.lease, &page(11, &[item(2, ME)]), &[], NOW).await;
    assert!(matches!(refused, Err(StoreError::LeaseLost)));
    assert_eq!(scene.cache.meta().await.unwrap().cursor, Some(cursor(10)));
}

#[tokio::test]
async fn an_older_version_never_replaces_a_newer_one() {
    let old = item(1, ME);
    let new = after(&old, &comment("c", "newer"), "mara", NOW);
    let scene = Scene::with(vec![new.clone()]).await;
    scene.pull(11, &[old]).await;
    assert_eq!(scene.shown(&new.id).await, Some(new));
}

#[tokio::test]
async fn an_item_that_leaves_scope_leaves_its_words_behind_nowhere() {
    let scene = Scene::with(vec![item(1, ME), item(2, ME)]).await;
    scene.leave(11, &"item-1".into()).await;

    let found = postern_domain::filter::parse("annual").filter;
    let ids = scene.cache.matching_ids(QueueKind::Open, &found, NOW).await.unwrap();
    assert_eq!(ids, [ItemId::from("item-2")]);
    let mut connection = scene.cache.reader().await.unwrap();
    for table in ["items", "item_docs", "item_text"] {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(rows, 1, "{table}");
    }
}

#[tokio::test]
async fn what_commands_keep_of_an_item_goes_when_it_leaves_scope_and_what_they_say_stays() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("c1", &one.id, approve(&one)).await;
    let sent = scene.envelopes(NOW).await;
    let conflict = Outcome::Conflict { refusal: Refusal::NoOpenReview, current: Some(Box::new(one.clone())) };
    scene.cache.record_outcomes(&scene.lease, &[outcome(&sent[0], 10, conflict)], NOW).await.unwrap();
    scene.give("c2", &one.id, comment("c2", "unsent")).await;

    scene.leave(11, &one.id).await;
    let rows = scene.cache.outbox(NOW).await.unwrap();
    assert!(rows.iter().all(|row| row.seen.is_none()));
    assert_eq!(rows[0].outcome, Some(Outcome::Conflict { refusal: Refusal::NoOpenReview, current: None }));
    assert_eq!(rows[1].command, comment("c2", "unsent"));
}

#[tokio::test]
async fn a_new_client_changes_no_row_and_a_renamed_one_only_the_words_of_its_own_items() {
    let scene = Scene::with((1..=40).map(|number| item(number, ME)).collect()).await;
    let written = async || -> i64 {
        let mut writer = scene.cache.writer().await.unwrap();
        sqlx::query_scalar("SELECT total_changes()").fetch_one(&mut *writer).await.unwrap()
    };
    let pull = async |seq, directory: postern_protocol::Directory| {
        let page = postern_protocol::ChangePage { directory: Some(directory), ..page(seq, &[]) };
        scene.cache.apply_page(&scene.lease, &page, &[], NOW).await.unwrap();
    };
    let mut changed = directory();
    pull(11, changed.clone()).await;
    let before = written().await;
    pull(12, changed.clone()).await;
    let for_the_directory_alone = written().await - before;

    changed.clients.push(postern_domain::Client { id: "initech".into(), ..changed.clients[0].clone() });
    let before = written().await;
    pull(13, changed.clone()).await;
    assert!(written().await - before < for_the_directory_alone + 10, "rows were written anew");

    changed.clients[0].name = "Renamed Incorporated".to_owned();
    pull(14, changed).await;
    let found = postern_domain::filter::parse("renamed").filter;
    let ids = scene.cache.matching_ids(QueueKind::Open, &found, NOW).await.unwrap();
    assert!(!ids.is_empty(), "its items are found under the new name");
}

#[tokio::test]
async fn new_grants_of_mine_change_what_is_in_my_queues() {
    let scene = Scene::with(vec![item(1, "ben")]).await;
    let team = |tallies: Vec<crate::QueueTally>| {
        tallies.into_iter().find(|tally| tally.queue == QueueKind::Team).unwrap().count
    };
    assert_eq!(team(scene.cache.tallies(NOW).await.unwrap()), 0);

    let mut page = page(11, &[]);
    let mut directory = directory();
    for person in &mut directory.people {
        if person.id.as_str() == ME {
            person.grants[0].role = postern_domain::Role::TeamLead;
        }
    }
    page.directory = Some(directory);
    assert!(scene.cache.apply_page(&scene.lease, &page, &[], NOW).await.unwrap().everything);
    assert_eq!(team(scene.cache.tallies(NOW).await.unwrap()), 1);
}
