//! `POST /v1/sync/commands`
#![allow(clippy::unwrap_used)]

mod common;

use common::{of_problem, ok, problem, submit};
use postern_domain::{Command, CommentId, ContentDigest, Refusal, Seen, Visibility};
use postern_portal_store::PersonChange;
use postern_protocol::{ErrorCode, Outcome, Push, PushReply, paths};
use postern_test_support::{Fault, FaultyTransport, TestPortal, clerk, envelope, seen};

fn say(number: u64) -> Command {
    Command::Comment {
        id: CommentId(format!("comment-{number}")),
        visibility: Visibility::Client,
        body: format!("Comment {number}"),
        mentions: Vec::new(),
    }
}

fn push(item: &str, seqs: impl IntoIterator<Item = u64>) -> Push {
    Push {
        console: "c1".into(),
        commands: seqs.into_iter().map(|seq| envelope(seq, item, say(seq))).collect(),
    }
}

#[tokio::test]
async fn every_command_gets_one_outcome_in_order() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    let reply: PushReply = ok(olga.post(paths::COMMANDS, &push(item.id.as_str(), 1..=10))).await;
    assert!(reply.outcomes.iter().map(|outcome| outcome.seq).eq(1..=10));
    assert!(reply.outcomes.iter().all(|outcome| matches!(outcome.outcome, Outcome::Applied { .. })));
    assert!(reply.outcomes.is_sorted_by(|a, b| a.at_seq < b.at_seq));
}

#[tokio::test]
async fn a_push_whose_reply_was_lost_is_sent_again_and_applies_once() {
    let portal = TestPortal::start().await;
    let network = FaultyTransport::start(portal.address()).await.unwrap();
    let olga = portal.sign_in_at(&network.url(), "olga").await;
    let item = submit(&olga, "s1", "acme").await;
    let request = push(item.id.as_str(), 1..=3);
    for fault in [Fault::DropReply, Fault::DropRequest, Fault::CutReply(40)] {
        network.once(paths::COMMANDS, fault);
        let reply = olga.post(paths::COMMANDS, &request).send().await;
        assert!(reply.is_err(), "{fault:?}");
    }
    network.once(paths::COMMANDS, Fault::Duplicate);
    let reply: PushReply = ok(olga.post(paths::COMMANDS, &request)).await;
    assert_eq!(reply.outcomes.len(), 3);
    let item = portal.store().item(&item.id).await.unwrap().unwrap();
    assert_eq!(item.comments.len(), 3);
}

#[tokio::test]
async fn outcomes_outlive_the_portals_process() {
    let mut portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    let request = push(item.id.as_str(), 1..=3);
    let first: PushReply = ok(olga.post(paths::COMMANDS, &request)).await;
    portal.restart().await;
    let olga = portal.sign_in("olga").await;
    assert_eq!(ok::<PushReply>(olga.post(paths::COMMANDS, &request)).await, first);
}

#[tokio::test]
async fn a_gap_names_the_next_sequence_and_a_changed_payload_a_fork() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    let reply = olga.post(paths::COMMANDS, &push(item.id.as_str(), [2])).send().await.unwrap();
    let gap = of_problem(reply).await;
    assert_eq!(gap.code, ErrorCode::SequenceGap);
    assert!(gap.detail.contains(" 1"), "{}", gap.detail);
    ok::<PushReply>(olga.post(paths::COMMANDS, &push(item.id.as_str(), [1]))).await;
    let mut other = push(item.id.as_str(), [1]);
    other.commands[0].command = say(99);
    assert_eq!(problem(olga.post(paths::COMMANDS, &other)).await, ErrorCode::ClientForked);
}

#[tokio::test]
async fn an_approval_of_older_content_conflicts_and_shows_what_is_there_now() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let lea = portal.sign_in("lea").await;
    let item = submit(&lea, "s1", "acme").await;
    let stale = Seen { content: ContentDigest("0".repeat(64)), ..seen(&item) };
    let approve = Command::approve(stale);
    let request = Push { console: "c1".into(), commands: vec![envelope(1, item.id.as_str(), approve)] };
    let reply: PushReply = ok(olga.post(paths::COMMANDS, &request)).await;
    match &reply.outcomes[0].outcome {
        Outcome::Conflict { current, .. } => assert_eq!(current.as_deref(), Some(&item)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn more_than_a_hundred_commands_are_too_many() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    assert_eq!(problem(olga.post(paths::COMMANDS, &push("i", 1..=101))).await, ErrorCode::TooLarge);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_too_large_and_a_clients_contact_may_not_push() {
    let portal = TestPortal::start().await;
    let (olga, carla) = (portal.sign_in("olga").await, portal.sign_in("carla").await);
    let huge = olga.request(reqwest::Method::POST, paths::COMMANDS).body(vec![b' '; 5 * 1024 * 1024]);
    let huge = huge.header("content-type", "application/json");
    assert_eq!(problem(huge).await, ErrorCode::TooLarge);
    assert_eq!(problem(carla.post(paths::COMMANDS, &push("i", [1]))).await, ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_command_that_this_portal_does_not_know_is_refused_and_takes_no_other_down() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    let mut request = serde_json::to_value(push(item.id.as_str(), 1..=3)).unwrap();
    request["commands"][1]["command"] = serde_json::json!({ "do": "teleport", "to": "mars" });
    for attempt in 0..2 {
        let reply: PushReply = ok(olga.post(paths::COMMANDS, &request)).await;
        let [first, unknown, third] = reply.outcomes.as_slice() else { panic!("{reply:?}") };
        assert!(matches!(first.outcome, Outcome::Applied { .. }), "{attempt}: {first:?}");
        assert_eq!(unknown.outcome, Outcome::Refused { refusal: Refusal::NotUnderstood });
        assert!(matches!(third.outcome, Outcome::Applied { .. }), "{attempt}: {third:?}");
    }
    request["commands"][1]["command"]["to"] = "venus".into();
    assert_eq!(problem(olga.post(paths::COMMANDS, &request)).await, ErrorCode::ClientForked);
}

#[tokio::test]
async fn what_a_shut_out_device_still_has_is_refused_and_kept_as_it_came() {
    let portal = TestPortal::start().await;
    let olga = portal.sign_in("olga").await;
    let item = submit(&olga, "s1", "acme").await;
    ok::<PushReply>(olga.post(paths::COMMANDS, &push(item.id.as_str(), [1]))).await;
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    portal.store().change_person(&"olga".into(), &disable, &clerk(), portal.environment.now()).await.unwrap();

    let reply: PushReply = ok(olga.post(paths::COMMANDS, &push(item.id.as_str(), 1..=3))).await;
    assert!(matches!(reply.outcomes[0].outcome, Outcome::Applied { .. }), "answered as before");
    for outcome in &reply.outcomes[1..] {
        assert_eq!(outcome.outcome, Outcome::Refused { refusal: Refusal::ShutOut });
    }
    let kept = portal.store().evidence_of(&"olga".into()).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept[0].envelope.contains("Comment 2"), "{}", kept[0].envelope);
    assert_eq!(problem(olga.get(paths::BOOTSTRAP)).await, ErrorCode::ShutOut);
    let stranger = portal.sign_in("lea").await;
    ok::<PushReply>(stranger.post(paths::COMMANDS, &Push { console: "c2".into(), commands: vec![] })).await;
}
