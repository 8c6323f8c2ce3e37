use super::fixtures::*;
use postern_domain::{ConsoleId, Refusal};
use postern_protocol::Outcome;

#[tokio::test]
async fn after_a_restore_what_the_portal_lost_is_sent_again_first_under_its_old_id() {
    let items: Vec<_> = (1..=4).map(|number| item(number, ME)).collect();
    let scene = Scene::with(items.clone()).await;
    for (index, item) in items.iter().take(3).enumerate() {
        scene.give(&format!("k{}", index + 1), &item.id, approve(item)).await;
    }
    let envelopes = scene.envelopes(NOW).await;
    let refused = Outcome::Refused { refusal: Refusal::NoOpenReview };
    scene
        .cache
        .record_outcomes(
            &scene.lease,
            &[applied(&envelopes[0], 11), applied(&envelopes[1], 12), outcome(&envelopes[2], 12, refused)],
            NOW,
        )
        .await
        .unwrap();
    scene.pull(12, &[]).await;
    assert_eq!(scene.outbox_ids().await, ["k3"]);
    scene.give("k4", &items[3].id, approve(&items[3])).await;

    // The backup knew the first command only; what it knows it will say.
    assert_eq!(scene.cache.replay(&scene.lease, 1, "restored", NOW).await.unwrap(), 2);
    let again = scene.envelopes(NOW).await;
    assert_eq!(
        again.iter().map(|each| (each.id.as_str(), each.seq)).collect::<Vec<_>>(),
        [("k1", 2), ("k2", 3), ("k4", 4)]
    );
    let meta = scene.cache.meta().await.unwrap();
    assert_eq!((meta.acknowledged, meta.cursor, meta.epoch.as_deref()), (1, None, Some("restored")));
    // The refusal is not tried again behind its author's back.
    assert_eq!(scene.cache.outbox_counts(NOW).await.unwrap(), (3, 1));
}

#[tokio::test]
async fn a_console_that_took_a_new_name_still_gives_a_restored_portal_what_it_lost() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    let envelopes = scene.envelopes(NOW).await;
    scene.cache.record_outcomes(&scene.lease, &[applied(&envelopes[0], 11)], NOW).await.unwrap();
    scene.pull(11, &[]).await;
    scene.cache.become_console(&scene.lease, &ConsoleId::from("console-2")).await.unwrap();
    assert_eq!(scene.cache.replay(&scene.lease, 0, "restored", NOW).await.unwrap(), 1);
    assert_eq!(scene.envelopes(NOW).await[0].id.as_str(), "k1");
}

#[tokio::test]
async fn a_forked_console_sends_the_same_commands_under_a_new_name() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    scene.envelopes(NOW).await;
    scene.cache.become_console(&scene.lease, &ConsoleId::from("console-2")).await.unwrap();
    let meta = scene.cache.meta().await.unwrap();
    assert_eq!((meta.console, meta.acknowledged), (Some(ConsoleId::from("console-2")), 0));
    let again = scene.envelopes(NOW).await;
    assert_eq!(again.iter().map(|each| (each.id.as_str(), each.seq)).collect::<Vec<_>>(), [("k1", 1)]);
}

#[tokio::test]
async fn the_journal_forgets_after_thirty_days() {
    use postern_domain::{CommandId, DAY_MS};
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("k1", &one.id, comment("c", "x")).await;
    scene.give("k2", &two.id, comment("c", "x")).await;
    assert!(scene.cache.put_away(&CommandId::from("k1"), NOW).await.unwrap());
    assert!(scene.cache.journal_row(&CommandId::from("k1")).await.unwrap().is_some());
    scene.cache.put_away(&CommandId::from("k2"), NOW.plus_ms(31 * DAY_MS)).await.unwrap();
    assert!(scene.cache.journal_row(&CommandId::from("k1")).await.unwrap().is_none());
}
