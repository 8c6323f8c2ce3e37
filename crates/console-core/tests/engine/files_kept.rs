//! Which files are on this device without having been asked for, and which are there no more.

use crate::files::{KIB, content, item_with_file, name_of};
use crate::harness::*;
use postern_console_core::FileRules;
use postern_domain::Role;
use postern_test_support::{Fault, globex, person};

#[tokio::test]
async fn small_files_of_my_turn_are_kept_offline_by_rule_within_their_room() {
    let world = World::new().await;
    let small = item_with_file(&world, "Small", "small.pdf", &content(10 * KIB, 1)).await;
    item_with_file(&world, "Large", "large.pdf", &content(60 * KIB, 2)).await;
    let olga = world.console("olga").await;
    let rules = FileRules { keep_offline: true, largest: 50 * KIB as u64, limit: 70 * KIB as u64 };
    olga.engine.set_file_rules(&FileRules { keep_offline: false, ..rules }).await.unwrap();
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 0);
    olga.engine.set_file_rules(&rules).await.unwrap();
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 1);
    world.network.cut();
    assert!(olga.engine.open_file(&small.id, &name_of(&content(10 * KIB, 1))).await.is_ok());
    world.network.heal();

    let third = item_with_file(&world, "Third", "third.pdf", &content(40 * KIB, 3)).await;
    olga.sync().await;
    olga.engine.set_file_rules(&FileRules { limit: 45 * KIB as u64, ..rules }).await.unwrap();
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 0, "the rule drives nothing out");
    olga.engine.fetch_file(&third.id, &name_of(&content(40 * KIB, 3))).await.unwrap();
    assert_eq!(olga.engine.files_size().await.unwrap(), 40 * KIB as u64, "what was asked for does");
}

#[tokio::test]
async fn what_no_rule_wants_any_more_makes_room_and_what_does_not_come_keeps_nothing_waiting() {
    let world = World::new().await;
    let first = item_with_file(&world, "First", "first.pdf", &content(40 * KIB, 1)).await;
    let olga = world.console("olga").await;
    let rules = FileRules { keep_offline: true, largest: 50 * KIB as u64, limit: 70 * KIB as u64 };
    olga.engine.set_file_rules(&rules).await.unwrap();
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 1);

    // Decided: it is nobody's turn, and no rule asks for its file.
    olga.give(&first.id, approve()).await;
    item_with_file(&world, "Damaged", "damaged.pdf", &content(20 * KIB, 2)).await;
    item_with_file(&world, "Second", "second.pdf", &content(40 * KIB, 3)).await;
    olga.sync().await;
    let damaged = postern_protocol::file_path(&name_of(&content(20 * KIB, 2)));
    world.network.plan(move |line| match line.path.starts_with(&damaged) {
        true => Fault::Refuse { status: 500, retry_after: None },
        false => Fault::Pass,
    });
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 1);
    assert_eq!(olga.engine.files_size().await.unwrap(), 40 * KIB as u64);
    let asked = world.requests("/v1/files/");
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 0);
    assert_eq!(world.requests("/v1/files/"), asked, "what did not come is left for a while");
}

#[tokio::test]
async fn the_files_of_what_leaves_my_sight_leave_this_device() {
    let world = World::new().await;
    let bytes = content(KIB, 1);
    let item = item_with_file(&world, "Annual report", "plan.pdf", &bytes).await;
    let abel = world.console("abel").await;
    abel.engine.fetch_file(&item.id, &name_of(&bytes)).await.unwrap();
    abel.sync().await;
    assert_eq!(abel.engine.files_size().await.unwrap(), KIB as u64);
    let elsewhere = person("x").at_client(Role::InternalApprover, &globex()).build().grants;
    world.grant("abel", elsewhere).await;
    abel.sync().await;
    assert_eq!(abel.engine.files_size().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_kept_by_rule_is_not_asked_for_sooner_than_a_busy_portal_allows() {
    let world = World::new().await;
    item_with_file(&world, "Small", "small.pdf", &content(10 * KIB, 1)).await;
    let olga = world.console("olga").await;
    let asked =
        || world.network.seen().iter().filter(|(line, _)| line.path.starts_with("/v1/files/")).count();
    world.network.plan(|_| Fault::Refuse { status: 503, retry_after: Some(30) });
    assert!(olga.engine.keep_files_offline().await.is_err());
    let once = asked();
    world.portal.clock.advance_ms(29_000);
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 0);
    assert_eq!(asked(), once);
    world.network.heal();
    world.portal.clock.advance_ms(2_000);
    assert_eq!(olga.engine.keep_files_offline().await.unwrap(), 1);
}
