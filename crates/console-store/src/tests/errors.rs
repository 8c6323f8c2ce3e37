use super::fixtures::*;
use crate::cache::Cache;
use crate::error::StoreError;
use sqlx::Connection;

#[tokio::test]
async fn a_file_that_is_no_database_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    std::fs::write(&path, "not a database, whatever its name says; long enough to be looked at").unwrap();
    let error = Cache::open(&path, READERS).await.err().unwrap();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert!(error.to_string().contains("move the file away"), "{error}");
}

#[tokio::test]
async fn a_cache_of_a_newer_build_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    drop(Cache::open(&path, READERS).await.unwrap());
    let mut connection =
        sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("PRAGMA user_version = 99").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let error = Cache::open(&path, READERS).await.err().unwrap();
    assert!(matches!(error, StoreError::NewerSchema { found: 99, .. }), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Cache::open(&folder.path().join("missing/cache.db"), READERS).await.err().unwrap();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
}

#[tokio::test]
async fn a_full_disk_changes_nothing_and_is_called_by_its_name() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut tx = scene.cache.begin().await.unwrap();
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *tx).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 1)))
        .execute(&mut *tx)
        .await
        .unwrap();
    drop(tx);
    let many: Vec<_> = (2..400).map(|number| item(number, ME)).collect();
    let error = scene.cache.apply_page(&scene.lease, &page(11, &many), &[], NOW).await.err().unwrap();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    assert_eq!(scene.cache.meta().await.unwrap().cursor, Some(cursor(10)));
    assert_eq!(scene.cache.item_count().await.unwrap(), 1);
    // The same writer, once there is space.
    scene.cache.apply_page(&scene.lease, &page(11, &[item(2, ME)]), &[], NOW).await.unwrap();
    assert_eq!(scene.cache.item_count().await.unwrap(), 2);
}

#[tokio::test]
async fn once_the_disk_has_room_again_the_same_cache_writes_again() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let mut tx = scene.cache.begin().await.unwrap();
    // What SQLite does by itself when the disk is full, behind the driver's back.
    sqlx::query("ROLLBACK").execute(&mut *tx).await.unwrap();
    drop(tx);
    let one = item(1, ME);
    scene.give("k1", &one.id, approve(&one)).await;
    assert_eq!(scene.cache.outbox(NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_profile_opened_again_has_everything() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    let one = item(1, ME);
    scene.give("k1", &one.id, approve(&one)).await;
    scene.cache.close().await;
    let again = Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert_eq!(again.outbox(NOW).await.unwrap().len(), 1);
    assert_eq!(again.item(&one.id).await.unwrap().unwrap().item.stage().unwrap().as_str(), "review");
    assert_eq!(again.meta().await.unwrap().cursor, Some(cursor(10)));
}
