use crate::harness::*;
use postern_console_core::Alert;
use postern_domain::{Command, Item, PersonId};
use tokio::sync::broadcast::Receiver;

/// Hands an item to somebody, as the team lead.
async fn hand_to(world: &World, item: &Item, to: &str) {
    let assignment_version = world.now(&item.id).await.assignment_version;
    let reassign = Command::reassign(PersonId::from(to), assignment_version);
    world.elsewhere("lea", &item.id, reassign).await;
}

fn told(alerts: &mut Receiver<Alert>) -> Vec<Alert> {
    std::iter::from_fn(|| alerts.try_recv().ok()).collect()
}

#[tokio::test]
async fn nothing_is_told_of_what_was_there_before() {
    let world = World::new().await;
    for number in 0..5 {
        world.item(&format!("Item {number}")).await;
    }
    let olga = world.console("olga").await;
    let mut alerts = olga.engine.alerts();
    olga.sync().await;
    world.portal.store().roll_epoch("another").await.unwrap();
    olga.sync().await;
    assert!(told(&mut alerts).is_empty());
}

#[tokio::test]
async fn an_item_that_becomes_my_turn_is_told_once() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let lea = world.console("lea").await;
    let mut alerts = lea.engine.alerts();
    world
        .elsewhere("olga", &item.id, Command::Escalate { to: Some("lea".into()), reason: "late".to_owned() })
        .await;
    lea.sync().await;
    let first = told(&mut alerts);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].title, "ACME-1 was escalated to you");
    assert_eq!(first[0].item.as_ref(), Some(&item.id));

    lea.sync().await;
    lea.engine.stop().await;
    let again = lea.again().await;
    let mut after_restart = again.alerts();
    again.sync_now().await.unwrap();
    assert!(told(&mut alerts).is_empty() && told(&mut after_restart).is_empty());
}

#[tokio::test]
async fn more_than_three_at_once_become_one_summary() {
    let world = World::new().await;
    let abel = world.console("abel").await;
    let mut items = Vec::new();
    for number in 0..5 {
        items.push(world.item(&format!("Item {number}")).await);
    }
    abel.sync().await;
    let mut alerts = abel.engine.alerts();
    for item in &items {
        let approve = Command::approve(postern_test_support::seen(item));
        world.elsewhere("olga", &item.id, approve).await;
    }
    abel.sync().await;
    let told = told(&mut alerts);
    assert_eq!(
        told.iter().map(|alert| alert.title.as_str()).collect::<Vec<_>>(),
        ["5 items are waiting for you"]
    );
    assert_eq!(told[0].item, None);
}

#[tokio::test]
async fn what_i_do_myself_is_not_told_to_me() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let lea = world.console("lea").await;
    let mut alerts = lea.engine.alerts();
    hand_to(&world, &item, "lea").await;
    lea.sync().await;
    assert!(told(&mut alerts).is_empty());
}

#[tokio::test]
async fn a_snoozed_alert_comes_back_after_an_hour() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let lea = world.console("lea").await;
    let mut alerts = lea.engine.alerts();
    world
        .elsewhere("olga", &item.id, Command::Escalate { to: Some("lea".into()), reason: "late".to_owned() })
        .await;
    lea.sync().await;
    let key = told(&mut alerts)[0].key.clone();
    lea.engine.snooze(&key).await.unwrap();
    lea.sync().await;
    assert!(told(&mut alerts).is_empty());
    world.portal.clock.advance_ms(postern_domain::HOUR_MS);
    lea.sync().await;
    assert_eq!(told(&mut alerts).len(), 1);
}

#[tokio::test]
async fn a_notification_stands_until_its_item_is_handled_elsewhere_or_its_person_leaves() {
    let world = World::new().await;
    let (one, two) = (world.item("One").await, world.item("Two").await);
    let abel = world.console("abel").await;
    let mut alerts = abel.engine.alerts();
    for item in [&one, &two] {
        world.elsewhere("olga", &item.id, Command::approve(postern_test_support::seen(item))).await;
    }
    abel.sync().await;
    let told = told(&mut alerts);
    let of = |item: &Item| told.iter().find(|alert| alert.item.as_ref() == Some(&item.id)).unwrap();
    assert!(abel.engine.stands(of(&one)).await && abel.engine.stands(of(&two)).await);

    world.elsewhere("olga", &one.id, Command::Withdraw { reason: "not needed".into() }).await;
    abel.sync().await;
    assert!(!abel.engine.stands(of(&one)).await, "nobody waits for him");
    assert!(abel.engine.stands(of(&two)).await);
    abel.engine.sign_out(false).await.unwrap();
    assert!(!abel.engine.stands(of(&two)).await);
}
