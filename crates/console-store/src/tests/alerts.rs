use super::fixtures::*;
use crate::alerts::AlertKind;
use postern_domain::{Command, Item, PersonId};

fn given_to(item: &Item, to: &str, by: &str) -> Item {
    let reassign = Command::reassign(PersonId::from(to), item.assignment_version);
    after(item, &reassign, by, NOW)
}

/// An item of Ben's in the step that any approver may take.
fn bens(number: u32) -> Item {
    let first = item(number, "ben");
    let decider = first.waiting_on().next().unwrap().clone();
    let second = after(&first, &approve(&first), decider.as_str(), at(-300));
    let holds = second.waiting_on().any(|person| person.as_str() == ME);
    if holds { given_to(&second, "ben", "mara") } else { second }
}

#[tokio::test]
async fn a_bootstrap_alerts_nobody() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    assert!(scene.cache.take_alerts(NOW, at(-1)).await.unwrap().0.is_empty());
    scene.bootstrap(vec![item(1, ME), item(2, ME)], 30).await;
    assert!(scene.cache.take_alerts(NOW, at(-1)).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn an_item_given_to_me_alerts_once_also_after_a_restart() {
    let theirs = bens(1);
    let scene = Scene::with(vec![theirs.clone()]).await;
    let mine = given_to(&theirs, ME, "mara");
    assert!(scene.pull(11, std::slice::from_ref(&mine)).await.alerts);
    let (alerts, recent) = scene.cache.take_alerts(NOW, at(-1)).await.unwrap();
    assert_eq!(alerts.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::MyTurn]);
    assert_eq!(recent, 0);

    // The same again, and an unrelated change of the same item.
    scene.pull(12, std::slice::from_ref(&mine)).await;
    scene.pull(13, &[after(&mine, &comment("c", "x"), "mara", NOW)]).await;
    let again = crate::Cache::open(&scene.folder.path().join("cache.db"), READERS).await.unwrap();
    assert!(again.take_alerts(NOW, at(-1)).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn my_own_doing_does_not_alert_me() {
    let first = item(1, ME);
    let scene = Scene::with(vec![first.clone()]).await;
    let second = after(&first, &approve(&first), ME, NOW);
    scene.pull(11, &[second]).await;
    assert!(scene.cache.take_alerts(NOW, at(-1)).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn an_escalation_to_me_by_somebody_else_alerts() {
    let one = item(1, "ben");
    let scene = Scene::with(vec![one.clone()]).await;
    let mut escalated = after(&one, &Command::Escalate { to: None, reason: "late".to_owned() }, "ben", NOW);
    escalated.escalation.as_mut().unwrap().to = Some(PersonId::from(ME));
    scene.pull(11, &[escalated]).await;
    let (alerts, _) = scene.cache.take_alerts(NOW, at(-1)).await.unwrap();
    assert_eq!(alerts[0].kind, AlertKind::Escalated);
}

#[tokio::test]
async fn what_was_handled_before_it_was_shown_is_not_shown() {
    let theirs = bens(1);
    let scene = Scene::with(vec![theirs.clone()]).await;
    let mine = given_to(&theirs, ME, "mara");
    scene.pull(11, std::slice::from_ref(&mine)).await;
    scene.pull(12, &[given_to(&mine, "ben", "mara")]).await;
    assert!(scene.cache.take_alerts(NOW, at(-1)).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn a_snoozed_alert_comes_back_once() {
    let theirs = bens(1);
    let scene = Scene::with(vec![theirs.clone()]).await;
    scene.pull(11, &[given_to(&theirs, ME, "mara")]).await;
    let key = scene.cache.take_alerts(NOW, at(-1)).await.unwrap().0[0].key.clone();
    assert!(scene.cache.snooze_alert(&key, at(60)).await.unwrap());
    assert_eq!(scene.cache.next_snoozed().await.unwrap(), Some(at(60)));
    assert!(scene.cache.take_alerts(at(59), at(58)).await.unwrap().0.is_empty());
    assert_eq!(scene.cache.take_alerts(at(60), at(59)).await.unwrap().0.len(), 1);
    assert!(scene.cache.take_alerts(at(61), at(60)).await.unwrap().0.is_empty());
}
