use crate::harness::*;
use postern_console_core::{ActOptions, Queue, Settlement, Target};
use postern_domain::{Client, DAY_MS, Grant, Role};
use postern_protocol::paths;
use postern_test_support::{PASSWORD, acme, globex, person};
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn of_two_processes_one_sends_and_the_other_one_sees_its_command_settled() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let window = world.console("olga").await;
    let other = window.again().await;
    let given = other
        .act(
            &[Target { id: item.id.clone(), seen: None }],
            &note("from the other"),
            ActOptions { hold_ms: 0 },
        )
        .await
        .unwrap();
    let command = other.commands_of(&given.batch).await.unwrap()[0].1.clone();
    assert!(other.sync_now().await.is_err());
    assert!(other.syncs_elsewhere().await);
    assert!(matches!(other.settlement(&command).await.unwrap(), Settlement::Pending { .. }));

    window.sync().await;
    assert_eq!(other.settlement(&command).await.unwrap(), Settlement::Applied);
    assert_eq!(world.now(&item.id).await.comments.len(), 1);

    window.engine.stop().await;
    other.sync_now().await.unwrap();
    assert!(!other.syncs_elsewhere().await);
}

#[tokio::test]
async fn who_comes_after_a_crash_syncs_at_once_and_does_not_wait_for_the_dead() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let window = world.console("olga").await;
    window.sync().await;
    let other = window.again().await;
    assert!(other.sync_now().await.is_err(), "the first one lives");
    let _profile = window.die();
    other.sync_now().await.unwrap();
    world.elsewhere("lea", &item.id, new_title("News")).await;
    other.sync_now().await.unwrap();
    assert_eq!(other.item(&item.id).await.unwrap().row.title, "News");
}

#[tokio::test]
async fn who_wakes_after_another_took_over_stands_back_until_that_one_is_no_more() {
    let world = World::new().await;
    let window = world.console("olga").await;
    window.sync().await;
    let other = window.again().await;
    // The first one sleeps for longer than a lease lasts, and lives.
    world.portal.clock.advance_ms(46_000);
    other.sync_now().await.unwrap();

    assert!(window.engine.sync_now().await.is_err(), "the other one lives");
    other.sync_now().await.unwrap();
    assert!(window.engine.sync_now().await.is_err(), "and keeps what it has taken");

    drop(other);
    window.sync().await;
}

#[tokio::test]
async fn a_running_engine_sends_what_another_process_gives_without_being_asked() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let window = world.console("olga").await;
    window.engine.start();
    let other = window.again().await;
    other
        .act(
            &[Target { id: item.id.clone(), seen: None }],
            &note("from the other"),
            ActOptions { hold_ms: 0 },
        )
        .await
        .unwrap();
    eventually(|| async { world.now(&item.id).await.comments.len() == 1 }).await;
    eventually(|| async { other.outbox().await.unwrap().is_empty() }).await;
    window.engine.stop().await;
}

#[tokio::test]
async fn a_running_engine_fetches_when_the_portal_says_that_there_is_news() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let window = world.console("olga").await;
    window.engine.start();
    eventually(|| async { world.requests(paths::EVENTS) > 0 }).await;
    world.elsewhere("lea", &item.id, new_title("News")).await;
    eventually(|| async { window.item(&item.id).await.row.title == "News" }).await;
    window.engine.stop().await;
}

#[tokio::test]
async fn a_running_engine_hears_at_once_of_other_grants_and_of_a_changed_directory() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let abel = world.console("abel").await;
    abel.engine.start();
    eventually(|| async { world.requests(paths::EVENTS) > 0 }).await;
    world.grant("abel", at_client(&globex())).await;
    eventually(|| async { abel.engine.item(&item.id).await.is_err() }).await;
    world.grant("abel", at_client(&acme())).await;
    eventually(|| async { abel.engine.item(&item.id).await.is_ok() }).await;
    abel.engine.stop().await;
}

fn at_client(client: &Client) -> Vec<Grant> {
    person("x").at_client(Role::InternalApprover, client).build().grants
}

#[tokio::test]
async fn a_held_action_is_sent_by_itself_once_it_is_released() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let window = world.console("olga").await;
    window.engine.start();
    let target = Target { id: item.id.clone(), seen: None };
    window.engine.act(&[target], &note("held"), ActOptions::default()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(world.now(&item.id).await.comments.is_empty());
    world.portal.clock.advance_ms(10_001);
    eventually(|| async { world.now(&item.id).await.comments.len() == 1 }).await;
    window.engine.stop().await;
}

pub async fn eventually<F: Future<Output = bool>>(mut test: impl FnMut() -> F) {
    for _ in 0..600 {
        if test().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not happen");
}

#[tokio::test]
async fn a_load_that_was_asked_for_before_another_process_signed_out_fills_nothing_again() {
    let world = World::new().await;
    world.item("Annual report").await;
    let network = Tapped::new();
    let window = world.console_over("olga", Arc::clone(&network)).await;
    window.engine.sign_in(&window.url, "olga@example.com", PASSWORD).await.unwrap();
    let other = window.again().await;
    let mut leaving = Some(other.clone());
    network.tap(move |request| {
        let leaving = leaving.take_if(|_| request.url.contains(paths::BOOTSTRAP));
        Box::pin(async move {
            if let Some(other) = leaving {
                other.sign_out(false).await.unwrap();
            }
        })
    });
    assert!(window.engine.sync_now().await.is_err());
    let left: i64 =
        sqlx::query_scalar("SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM directory)")
            .fetch_one(&mut window.cache().await)
            .await
            .unwrap();
    assert_eq!(left, 0);
    other.sign_in(&window.url, "gus@example.com", PASSWORD).await.unwrap();
    assert_eq!(other.matching_ids(Queue::Open, "").await.unwrap(), []);
}

#[tokio::test]
async fn a_clock_that_is_set_back_while_the_portal_is_away_keeps_nothing_waiting() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.network.cut();
    olga.give(&item.id, note("on the train")).await;
    assert!(olga.engine.sync_now().await.is_err());
    olga.engine.start();
    eventually(|| async { olga.engine.status().next_try.is_some() }).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.portal.clock.advance_ms(-DAY_MS);
    world.network.heal();
    eventually(|| async { world.now(&item.id).await.comments.len() == 1 }).await;
    olga.engine.stop().await;
}
