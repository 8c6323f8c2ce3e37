use super::fixtures::*;
use postern_domain::Item;

const SECRET: &str = "Merger with Globex at 41 a share";

/// Every byte of the database and its log.
fn holds_it(scene: &Scene) -> bool {
    let files =
        ["cache.db", "cache.db-wal"].map(|name| std::fs::read(scene.folder.path().join(name)).unwrap());
    files.iter().any(|bytes| bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()))
}

async fn scene() -> Scene {
    let secret = |number| Item { title: SECRET.to_owned(), ..item(number, ME) };
    let scene = Scene::with((1..40).map(secret).collect()).await;
    scene.give("k1", &"item-1".into(), comment("c1", SECRET)).await;
    assert!(holds_it(&scene));
    scene
}

#[tokio::test]
async fn what_was_wiped_is_in_no_byte_of_the_files_any_more() {
    let scene = scene().await;
    scene.cache.wipe_all().await.unwrap();
    assert!(!holds_it(&scene));
}

#[tokio::test]
async fn what_was_given_until_the_moment_of_the_wipe_is_at_stake() {
    let scene = scene().await;
    let at_stake = scene.cache.wipe_all_unless_at_stake(NOW).await.unwrap();
    assert_eq!(at_stake, crate::AtStake { unsent: 1, unread: 0 });
    assert_eq!(scene.outbox_ids().await, ["k1"]);
    assert!(scene.shown(&"item-2".into()).await.is_some(), "nothing went");

    scene.cache.put_away(&"k1".into(), NOW).await.unwrap();
    assert!(scene.cache.wipe_all_unless_at_stake(NOW).await.unwrap().is_nothing());
    assert!(scene.shown(&"item-2".into()).await.is_none());
}

#[tokio::test]
async fn of_who_was_shut_out_nothing_is_left_but_their_own_words() {
    let scene = scene().await;
    scene.cache.keep_commands_alone(&scene.lease).await.unwrap();
    assert_eq!(scene.outbox_ids().await, ["k1"]);
    assert!(holds_it(&scene), "the comment is their own");
    scene.cache.put_away(&"k1".into(), NOW).await.unwrap();
    scene.cache.wipe_all().await.unwrap();
    assert!(!holds_it(&scene));
}

#[tokio::test]
async fn where_another_process_reads_meanwhile_the_rest_goes_with_the_next_opening() {
    let scene = scene().await;
    let mut reading = scene.cache.snapshot().await.unwrap();
    let _: i64 = sqlx::query_scalar("SELECT count(*) FROM items").fetch_one(&mut *reading).await.unwrap();
    scene.cache.wipe_all().await.unwrap();
    drop(reading);
    scene.cache.close().await;
    let again = crate::Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert!(!holds_it(&scene));
    again.close().await;
}
