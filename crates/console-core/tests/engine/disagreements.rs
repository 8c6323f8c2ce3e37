use crate::harness::*;
use postern_console_core::Settlement;

#[tokio::test]
async fn a_cursor_of_another_epoch_loads_everything_anew_and_keeps_the_outbox() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, note("kept")).await;
    world.portal.store().roll_epoch("another").await.unwrap();
    let report = olga.engine.sync_now().await.unwrap();
    assert!(report.bootstrapped);
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
    assert!(olga.outbox().await.is_empty());
    assert_eq!(olga.item(&item.id).await.comments.len(), 1);
}

#[tokio::test]
async fn a_portal_restored_from_a_backup_gets_back_what_it_lost() {
    let mut world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, note("before the backup")).await;
    olga.sync().await;
    let backup = tempfile::tempdir().unwrap();
    let saved = backup.path().join("copy");
    world.portal.store().backup(&saved).await.unwrap();
    let command = olga.give(&item.id, note("after the backup")).await;
    olga.sync().await;
    assert!(olga.outbox().await.is_empty());

    restore(&mut world, &saved).await;
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
    olga.give(&item.id, note("after the restore")).await;
    // A new start greets the portal anew.
    olga.engine.stop().await;
    let again = olga.again().await;
    again.sync_now().await.unwrap();
    let bodies: Vec<String> =
        world.now(&item.id).await.comments.into_iter().map(|comment| comment.body).collect();
    assert_eq!(bodies, ["before the backup", "after the backup", "after the restore"]);
    assert_eq!(again.settlement(&command).await.unwrap(), Settlement::Applied);
    assert!(again.outbox().await.unwrap().is_empty());
    assert_eq!(again.item(&item.id).await.unwrap().comments.len(), 3);
}

#[tokio::test]
async fn what_a_restored_portal_shows_is_not_compared_with_what_is_here_before_it_got_back_what_it_lost() {
    let mut world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let backup = tempfile::tempdir().unwrap();
    let saved = backup.path().join("copy");
    world.portal.store().backup(&saved).await.unwrap();
    olga.give(&item.id, note("after the backup")).await;
    olga.sync().await;

    restore(&mut world, &saved).await;
    // More months than before: what is here is compared with what should be. Nobody has greeted anew yet.
    olga.engine.set_keep(None).await.unwrap();
    olga.sync().await;
    let at_portal = world.now(&item.id).await;
    assert_eq!(at_portal.comments.len(), 1);
    assert_eq!(olga.item(&item.id).await.comments.len(), 1);
    world.portal.clock.advance_ms(31_000);
    assert!(!olga.engine.sync_now().await.unwrap().bootstrapped, "it holds what it should");
}

/// Puts a backup's database in the place of the portal's, as an admin would.
async fn restore(world: &mut World, saved: &std::path::Path) {
    world.portal.stop().await;
    let data = world.portal.data().to_path_buf();
    let database = data.join("portal.db");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
    }
    std::fs::copy(saved.join("portal.db"), &database).unwrap();
    world.portal.restart().await;
    world.network.redirect(world.portal.address());
    world.portal.store().roll_epoch("restored").await.unwrap();
}

#[tokio::test]
async fn a_cloned_profile_takes_a_new_name_and_applies_nothing_twice() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let olga = world.console("olga").await;
    world.network.cut();
    let in_both = olga.give(&one.id, note("in both")).await;
    olga.engine.stop().await;
    let clone = tempfile::tempdir().unwrap();
    for file in olga.files() {
        std::fs::copy(&file, clone.path().join(file.file_name().unwrap())).unwrap();
    }
    world.network.heal();
    let first = olga.again().await;
    first.sync_now().await.unwrap();

    let secrets = std::sync::Arc::new(postern_console_core::secrets::InMemory::new());
    let second = postern_console_core::Engine::open(clone.path(), world.deps("olga", secrets)).await.unwrap();
    second.sign_in(&olga.url, "olga@example.com", postern_test_support::PASSWORD).await.unwrap();
    let target = postern_console_core::Target { id: two.id.clone(), seen: None };
    second
        .act(&[target], &note("in the clone only"), postern_console_core::ActOptions { hold_ms: 0 })
        .await
        .unwrap();
    second.sync_now().await.unwrap();

    assert_eq!(world.now(&one.id).await.comments.len(), 1);
    assert_eq!(world.now(&two.id).await.comments.len(), 1);
    assert_eq!(second.settlement(&in_both).await.unwrap(), Settlement::Applied);
    assert!(second.outbox().await.unwrap().is_empty());
    first.sync_now().await.unwrap();
    assert_eq!(first.item(&two.id).await.unwrap().comments.len(), 1);
}
