use super::fixtures::*;
use crate::outbox::NewCommand;
use postern_domain::{CommandId, PersonId, Refusal};
use postern_protocol::Outcome;

fn conflict(current: &postern_domain::Item) -> Outcome {
    Outcome::Conflict { refusal: Refusal::NoOpenReview, current: Some(Box::new(current.clone())) }
}

#[tokio::test]
async fn numbers_are_given_at_the_first_sending_and_kept_for_the_second() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give_held("held", &one.id, approve(&one), at(1)).await;
    scene.give("free", &two.id, approve(&two)).await;

    let first = scene.envelopes(NOW).await;
    assert_eq!(first.iter().map(|each| (each.id.as_str(), each.seq)).collect::<Vec<_>>(), [("free", 1)]);
    // No reply came: the same command goes under the same number, before what was released since.
    let second = scene.envelopes(at(2)).await;
    assert_eq!(
        second.iter().map(|each| (each.id.as_str(), each.seq)).collect::<Vec<_>>(),
        [("free", 1), ("held", 2)]
    );
}

#[tokio::test]
async fn a_held_command_can_be_undone_and_leaves_no_gap() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give_held("k1", &one.id, approve(&one), at(1)).await;
    assert_eq!(scene.cache.undo("batch", NOW).await.unwrap(), std::slice::from_ref(&one.id));
    assert_eq!(scene.shown(&one.id).await, Some(one));
    scene.give("k2", &two.id, approve(&two)).await;
    assert_eq!(scene.envelopes(NOW).await[0].seq, 1);
}

#[tokio::test]
async fn a_command_that_was_sent_cannot_be_undone_or_discarded() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give_held("k1", &one.id, approve(&one), at(1)).await;
    scene.envelopes(at(2)).await;
    assert!(scene.cache.undo("batch", at(2)).await.unwrap().is_empty());
    assert!(!scene.cache.put_away(&CommandId::from("k1"), at(2)).await.unwrap());
    assert_eq!(scene.outbox_ids().await, ["k1"]);
}

#[tokio::test]
async fn what_never_left_gives_its_number_back_and_can_be_taken_back_itself() {
    let (one, two, three) = (item(1, ME), item(2, ME), item(3, ME));
    let scene = Scene::with(vec![one.clone(), two.clone(), three.clone()]).await;
    scene.give("left", &one.id, approve(&one)).await;
    assert_eq!(scene.envelopes(NOW).await[0].seq, 1);
    scene.give("stayed", &two.id, approve(&two)).await;
    scene.give_held("held", &three.id, approve(&three), at(1)).await;
    let again: Vec<_> = scene.envelopes(NOW).await.into_iter().map(|each| (each.id, each.seq)).collect();
    assert_eq!(again, [(CommandId::from("left"), 1), (CommandId::from("stayed"), 2)]);
    let ids: Vec<CommandId> = again.into_iter().map(|(id, _)| id).collect();
    scene.cache.did_not_arrive(&scene.lease, &ids).await.unwrap();

    assert!(!scene.cache.put_away(&ids[0], NOW).await.unwrap(), "it may have been applied");
    assert!(scene.cache.put_away(&ids[1], NOW).await.unwrap());
    let sent: Vec<_> = scene.envelopes(at(2)).await.into_iter().map(|each| (each.id, each.seq)).collect();
    assert_eq!(sent, [(CommandId::from("left"), 1), (CommandId::from("held"), 2)], "no gap");
}

#[tokio::test]
async fn a_held_command_keeps_back_only_what_follows_on_the_same_item() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give_held("first", &one.id, approve(&one), at(1)).await;
    scene.give("after", &one.id, comment("c", "later")).await;
    scene.give("other", &two.id, approve(&two)).await;
    let sent: Vec<String> = scene.envelopes(NOW).await.into_iter().map(|each| each.id.0).collect();
    assert_eq!(sent, ["other"]);
    let sent = scene.envelopes(at(2)).await;
    assert_eq!(sent.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), ["other", "first"]);
    // What follows waits for the outcome.
    let outcomes: Vec<_> = sent.iter().map(|each| applied(each, 11)).collect();
    scene.cache.record_outcomes(&scene.lease, &outcomes, NOW).await.unwrap();
    let sent: Vec<String> = scene.envelopes(at(2)).await.into_iter().map(|each| each.id.0).collect();
    assert_eq!(sent, ["after"]);
}

#[tokio::test]
async fn a_conflict_keeps_back_only_its_own_item_until_it_is_put_away() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    let envelopes = scene.envelopes(NOW).await;
    let settled = scene
        .cache
        .record_outcomes(&scene.lease, &[outcome(&envelopes[0], 10, conflict(&one))], NOW)
        .await
        .unwrap();
    assert!(settled.attention);
    // It is no longer shown as done.
    assert_eq!(scene.shown(&one.id).await, Some(one.clone()));

    scene.give("k2", &one.id, comment("c", "later")).await;
    scene.give("k3", &two.id, approve(&two)).await;
    assert_eq!(scene.envelopes(NOW).await.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), ["k3"]);
    let blocked = scene.cache.outbox_row(&CommandId::from("k2"), NOW).await.unwrap().unwrap();
    assert!(blocked.blocked);

    assert!(scene.cache.put_away(&CommandId::from("k1"), NOW).await.unwrap());
    let sent: Vec<String> = scene.envelopes(NOW).await.into_iter().map(|each| each.id.0).collect();
    assert_eq!(sent, ["k3", "k2"]);
    assert!(scene.cache.journal_row(&CommandId::from("k1")).await.unwrap().unwrap().outcome.is_some());
}

#[tokio::test]
async fn an_applied_command_stays_until_the_cursor_has_passed_its_effect() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    let envelopes = scene.envelopes(NOW).await;
    scene.cache.record_outcomes(&scene.lease, &[applied(&envelopes[0], 12)], NOW).await.unwrap();

    scene.pull(11, &[]).await;
    assert_eq!(scene.outbox_ids().await, ["k1"]);
    assert_eq!(scene.shown(&one.id).await.unwrap().stage().unwrap().as_str(), "review");

    let confirmed = after(&one, &approve(&one), ME, NOW);
    scene.pull(12, std::slice::from_ref(&confirmed)).await;
    assert!(scene.outbox_ids().await.is_empty());
    let cached = scene.cache.item(&one.id).await.unwrap().unwrap();
    assert_eq!(cached.item, confirmed);
    assert_eq!(cached.base, Some(confirmed));
}

#[tokio::test]
async fn a_command_too_large_to_send_is_refused_here_and_the_others_close_the_gap() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("big", &one.id, comment("c", "very long")).await;
    scene.give("small", &two.id, approve(&two)).await;
    scene.envelopes(NOW).await;
    let refusal = Refusal::TooLong { field: "command".to_owned(), length: 9, limit: 0 };
    assert!(scene.cache.refuse_here(&scene.lease, &CommandId::from("big"), refusal, NOW).await.unwrap());
    let again = scene.envelopes(NOW).await;
    assert_eq!(again.iter().map(|each| (each.id.as_str(), each.seq)).collect::<Vec<_>>(), [("small", 1)]);
    assert_eq!(scene.cache.outbox_counts(NOW).await.unwrap(), (1, 1));
}

#[tokio::test]
async fn a_command_that_may_have_been_applied_is_not_refused_here_for_its_size() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("big", &one.id, comment("c", "very long")).await;
    scene.give("small", &two.id, approve(&two)).await;
    // It left once, and no answer came: nobody here knows what became of it.
    scene.envelopes(NOW).await;
    scene.envelopes(NOW).await;
    let refusal = Refusal::TooLong { field: "command".to_owned(), length: 9, limit: 0 };
    assert!(!scene.cache.refuse_here(&scene.lease, &CommandId::from("big"), refusal, NOW).await.unwrap());
    assert_eq!(scene.cache.outbox_counts(NOW).await.unwrap(), (2, 0));
    // Meanwhile the other item does not wait for it.
    let aside = [one.id.clone()].into();
    let others = scene.cache.next_envelopes(&scene.lease, 100, NOW, &aside).await.unwrap();
    assert_eq!(others.iter().map(|each| (each.id.as_str(), each.seq)).collect::<Vec<_>>(), [("small", 1)]);
}

#[tokio::test]
async fn what_left_once_can_not_be_given_up_although_its_number_was_taken_back() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give_held("k1", &one.id, approve(&one), at(1)).await;
    scene.envelopes(at(2)).await;
    scene.cache.renumber_after(&scene.lease, 0).await.unwrap();
    assert!(!scene.cache.put_away(&CommandId::from("k1"), at(2)).await.unwrap());
    // Not even by a clock that was set back to where it was still held.
    assert!(scene.cache.undo("batch", NOW).await.unwrap().is_empty());
    assert_eq!(scene.outbox_ids().await, ["k1"]);
}

#[tokio::test]
async fn a_decision_goes_alone_on_its_item_and_comments_go_together() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("k1", &one.id, comment("c1", "x")).await;
    scene.give("k2", &one.id, comment("c2", "x")).await;
    scene.give("k3", &one.id, approve(&one)).await;
    scene.give("k4", &one.id, comment("c3", "x")).await;
    scene.give("k5", &two.id, approve(&two)).await;
    let ids = |envelopes: Vec<postern_protocol::Envelope>| {
        envelopes.into_iter().map(|each| each.id.0).collect::<Vec<_>>()
    };
    let first = scene.envelopes(NOW).await;
    let outcomes: Vec<_> = first.iter().map(|each| applied(each, 11)).collect();
    assert_eq!(ids(first), ["k1", "k2", "k5"]);
    scene.cache.record_outcomes(&scene.lease, &outcomes, NOW).await.unwrap();
    assert_eq!(ids(scene.envelopes(NOW).await), ["k3"]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_hold_a_command_for_hours() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give_held("k1", &one.id, approve(&one), NOW.plus_ms(10_000)).await;
    assert!(scene.envelopes(NOW).await.is_empty());
    assert!(scene.cache.has_sendable(at(-60)).await.unwrap());
    assert_eq!(scene.envelopes(at(-60)).await.len(), 1);
}

#[tokio::test]
async fn what_came_back_as_too_much_at_once_grows_old_and_is_not_sent_unasked() {
    let (one, two) = (item(1, ME), item(2, ME));
    let scene = Scene::with(vec![one.clone(), two.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    scene.give("k2", &two.id, approve(&two)).await;
    let both: Vec<CommandId> = scene.envelopes(NOW).await.into_iter().map(|each| each.id).collect();
    scene.cache.did_not_arrive(&scene.lease, &both).await.unwrap();
    assert_eq!(scene.envelopes(at(15 * 24 * 60)).await, []);
}

#[tokio::test]
async fn what_waits_behind_a_conflict_does_not_overtake_it_while_a_new_decision_can_be_undone() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    scene.give("k1", &one.id, approve(&one)).await;
    let sent = scene.envelopes(NOW).await;
    let conflicts = [outcome(&sent[0], 10, conflict(&one))];
    scene.cache.record_outcomes(&scene.lease, &conflicts, NOW).await.unwrap();
    scene.give("k2", &one.id, comment("c", "later")).await;
    let again = NewCommand {
        id: CommandId::from("k3"),
        item: one.id.clone(),
        command: approve(&one),
        seen: None,
        instead_of: vec![CommandId::from("k1")],
    };
    scene
        .cache
        .enqueue(&ME.into(), "again", std::slice::from_ref(&one.id), NOW, at(1), |_, _, _| {
            Some(again.clone())
        })
        .await
        .unwrap();
    assert_eq!(scene.envelopes(NOW).await, []);
    let sent: Vec<String> = scene.envelopes(at(2)).await.into_iter().map(|each| each.id.0).collect();
    assert_eq!(sent, ["k2"], "it cannot be undone any more, and goes with the next");
}

#[tokio::test]
async fn nothing_is_given_for_somebody_whose_cache_it_is_not_any_more() {
    let one = item(1, ME);
    let scene = Scene::with(vec![one.clone()]).await;
    for emptied in [false, true] {
        if emptied {
            scene.cache.wipe_all().await.unwrap();
        }
        let author = PersonId::from(if emptied { ME } else { "ben" });
        let given = scene
            .cache
            .enqueue(&author, "b", std::slice::from_ref(&one.id), NOW, NOW, |_, _, _| {
                panic!("nothing is formed")
            })
            .await;
        assert!(matches!(given, Err(crate::StoreError::SomebodyElses)), "{emptied}");
        assert_eq!(scene.outbox_ids().await, [""; 0]);
    }
}
