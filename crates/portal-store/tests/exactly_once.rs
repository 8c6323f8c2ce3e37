//! Every command has exactly one outcome and at most one effect, whatever is repeated, lost or crashed.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, comment_envelope, from_console, say};
use postern_domain::{Command, ItemId, Situation};
use postern_portal_store::{CommandError, Rules, Source};
use postern_protocol::Outcome;
use postern_test_support::{acme, clerk, envelope};
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn a_repeated_sequence_returns_the_stored_outcome_and_changes_nothing() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let order = from_console("olga", "c1", &comment_envelope(1, "i1"));
    let first = fixture.apply(&order).await;
    let head = fixture.store.head().await.unwrap();
    assert_eq!(fixture.apply(&order).await, first);
    assert_eq!(fixture.store.head().await.unwrap(), head);
    assert_eq!(fixture.item("i1").await.comments.len(), 1);
}

#[tokio::test]
async fn a_repeated_push_returns_all_its_outcomes() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let orders: Vec<_> =
        (1..=5).map(|seq| from_console("olga", "c1", &comment_envelope(seq, "i1"))).collect();
    let first = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap();
    let second = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(fixture.item("i1").await.comments.len(), 5);
}

#[tokio::test]
async fn the_same_sequence_with_another_payload_means_a_cloned_console() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture.apply(&from_console("olga", "c1", &comment_envelope(1, "i1"))).await;
    let other = envelope(1, "i1", say("another", "Another comment"));
    let error =
        fixture.store.apply_command(&from_console("olga", "c1", &other), fixture.now()).await.unwrap_err();
    assert!(matches!(error, CommandError::ClientForked), "{error:?}");
    let mut same_id = comment_envelope(1, "i1");
    same_id.command = say("i1-comment-1", "Other words under the same id");
    let error =
        fixture.store.apply_command(&from_console("olga", "c1", &same_id), fixture.now()).await.unwrap_err();
    assert!(matches!(error, CommandError::ClientForked), "{error:?}");
}

#[tokio::test]
async fn a_gap_in_the_sequence_is_refused_and_says_what_comes_next() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    for (seq, applies) in [(2, false), (1, true), (3, false), (0, false)] {
        let order = from_console("olga", "c1", &comment_envelope(seq, "i1"));
        let result = fixture.store.apply_command(&order, fixture.now()).await;
        let expected = if seq == 2 { 1 } else { 2 };
        match result {
            Ok(_) => assert!(applies, "{seq}"),
            Err(CommandError::SequenceGap { expected: said }) => {
                assert_eq!((applies, said), (false, expected))
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_sequence_beyond_what_the_database_can_count_is_a_gap() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let order = from_console("olga", "c1", &comment_envelope(u64::MAX, "i1"));
    let error = fixture.store.apply_command(&order, fixture.now()).await.unwrap_err();
    assert!(matches!(error, CommandError::SequenceGap { expected: 1 }), "{error:?}");
}

#[tokio::test]
async fn a_push_stops_at_a_gap_and_keeps_what_came_before() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let orders = [1, 2, 4].map(|seq| from_console("olga", "c1", &comment_envelope(seq, "i1")));
    let error = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap_err();
    assert!(matches!(error, CommandError::SequenceGap { expected: 3 }), "{error:?}");
    assert_eq!(fixture.item("i1").await.comments.len(), 2);
}

#[tokio::test]
async fn a_push_about_an_item_that_cannot_be_read_keeps_what_came_before() {
    let fixture = Fixture::new().await;
    for id in ["i1", "i2", "i3"] {
        fixture.submit(id, &acme()).await;
    }
    fixture.tamper("UPDATE items SET doc = '{}' WHERE id = 'i2'").await;
    let orders: Vec<_> = ["i1", "i2", "i3"]
        .into_iter()
        .zip(1..)
        .map(|(item, seq)| from_console("olga", "c1", &comment_envelope(seq, item)))
        .collect();
    fixture.store.apply_commands(&orders, fixture.now()).await.unwrap_err();
    assert_eq!(fixture.item("i1").await.comments.len(), 1);
    assert_eq!(fixture.item("i3").await.comments.len(), 0, "nothing overtakes");
}

#[tokio::test]
async fn the_same_command_by_another_way_gets_the_stored_outcome() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let envelope = comment_envelope(1, "i1");
    let first = fixture.apply(&from_console("olga", "c1", &envelope)).await;
    let again = fixture.apply(&from_console("olga", "c2", &envelope)).await;
    let mut direct = from_console("olga", "c1", &envelope);
    direct.source = Source::Direct;
    let direct = fixture.apply(&direct).await;
    assert_eq!((again.at_seq, &again.outcome), (first.at_seq, &first.outcome));
    assert_eq!((direct.seq, direct.at_seq, &direct.outcome), (0, first.at_seq, &first.outcome));
    assert_eq!(fixture.item("i1").await.comments.len(), 1);
    // The other console goes on from there.
    fixture.apply(&from_console("olga", "c2", &comment_envelope(2, "i1"))).await;
}

#[tokio::test]
async fn another_persons_command_id_is_not_answered_with_their_outcome() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let order = fixture.direct("olga", "i1", say("c", "Hello"));
    fixture.apply(&order).await;
    let mut stolen = order.clone();
    stolen.by = postern_domain::Actor::Person("abel".into());
    let error = fixture.store.apply_command(&stolen, fixture.now()).await.unwrap_err();
    assert!(matches!(error, CommandError::IdTaken), "{error:?}");
}

#[tokio::test]
async fn a_console_belongs_to_the_person_who_used_it_first() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture.apply(&from_console("olga", "c1", &comment_envelope(1, "i1"))).await;
    let order = from_console("abel", "c1", &comment_envelope(2, "i1"));
    let error = fixture.store.apply_command(&order, fixture.now()).await.unwrap_err();
    assert!(matches!(error, CommandError::ClientForked), "{error:?}");
}

#[tokio::test]
async fn a_refusal_is_an_outcome_like_any_other() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let head = fixture.store.head().await.unwrap();
    let refused = from_console("olga", "c1", &envelope(1, "i1", Command::Complete {}));
    let first = fixture.apply(&refused).await;
    assert!(matches!(first.outcome, Outcome::Refused { .. }), "{first:?}");
    assert_eq!(first.at_seq, head.seq);
    assert_eq!(fixture.apply(&refused).await, first);
    assert_eq!(fixture.store.head().await.unwrap(), head);
    fixture.apply(&from_console("olga", "c1", &comment_envelope(2, "i1"))).await;
}

#[tokio::test]
async fn a_command_on_an_item_that_is_not_there_is_refused() {
    let fixture = Fixture::new().await;
    let outcome = fixture.command("olga", "nowhere", say("c", "Hello")).await;
    assert!(
        matches!(outcome, Outcome::Refused { refusal: postern_domain::Refusal::NoSuchItem }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn permission_is_todays_not_the_one_at_queue_time() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture.command("olga", "i1", say("c1", "Hello")).await;
    let change = postern_portal_store::PersonChange { grants: Some(Vec::new()), ..Default::default() };
    fixture.store.change_person(&"olga".into(), &change, &clerk(), fixture.now()).await.unwrap();
    let outcome = fixture.command("olga", "i1", say("c2", "Hello again")).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}

static BROKEN: AtomicBool = AtomicBool::new(true);

fn crashes_on_poison() -> Rules {
    fn decide(
        situation: Situation<'_>,
        command: &Command,
        actor: &postern_domain::Actor,
        now: postern_domain::Timestamp,
    ) -> Result<postern_domain::Ruling, postern_domain::Refusal> {
        if matches!(command, Command::Comment { body, .. } if body == "poison")
            && BROKEN.load(Ordering::SeqCst)
        {
            panic!("poisoned");
        }
        postern_domain::decide(situation, command, actor, now)
    }
    Rules { decide, ..Rules::default() }
}

#[tokio::test]
async fn a_command_that_crashes_the_rules_three_times_is_put_aside_and_the_rest_proceeds() {
    let fixture = Fixture::with_rules(crashes_on_poison()).await;
    fixture.submit("i1", &acme()).await;
    let orders = [
        from_console("olga", "c1", &comment_envelope(1, "i1")),
        from_console("olga", "c1", &envelope(2, "i1", say("poison", "poison"))),
        from_console("olga", "c1", &comment_envelope(3, "i1")),
    ];
    for times in 1..=2 {
        let error = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap_err();
        assert!(
            matches!(&error, CommandError::Crashed { times: said, report } if (*said, report.as_str()) == (times, "poisoned")),
            "{error:?}"
        );
        assert_eq!(fixture.item("i1").await.comments.len(), 1, "what came before is kept");
    }
    let crash = fixture.store.crashes().await.unwrap().remove(0);
    assert_eq!((crash.times, crash.report.as_str(), crash.is_quarantined), (2, "poisoned", false));
    let outcomes = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap();
    let crash = fixture.store.crashes().await.unwrap().remove(0);
    assert_eq!(
        (crash.times, crash.is_quarantined, crash.email.as_deref()),
        (3, true, Some("olga@example.com"))
    );
    assert!(matches!(outcomes[0].outcome, Outcome::Applied { .. }));
    assert!(matches!(outcomes[1].outcome, Outcome::Quarantined { .. }), "{:?}", outcomes[1]);
    assert!(matches!(outcomes[2].outcome, Outcome::Applied { .. }));
    // Even with the bug mended, the outcome stays what it was.
    assert_eq!(fixture.store.apply_commands(&orders, fixture.now()).await.unwrap(), outcomes);
    assert_eq!(fixture.item("i1").await.comments.len(), 2);
}

#[tokio::test]
async fn a_command_that_cannot_be_written_is_put_aside_too_and_the_rest_proceeds() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    fixture
        .tamper(
            "CREATE TRIGGER unwritable BEFORE UPDATE ON items WHEN new.doc LIKE '%unwritable%'
             BEGIN INSERT INTO console_commands (console, seq, command, payload_hash) VALUES (NULL, 1, 'x', 'x'); END",
        )
        .await;
    let orders = [
        from_console("olga", "c1", &comment_envelope(1, "i1")),
        from_console("olga", "c1", &envelope(2, "i1", say("bad", "unwritable"))),
        from_console("olga", "c1", &comment_envelope(3, "i1")),
    ];
    for times in 1..=2 {
        let error = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap_err();
        assert!(matches!(error, CommandError::Crashed { times: said, .. } if said == times), "{error:?}");
        assert_eq!(fixture.item("i1").await.comments.len(), 1, "what came before is kept");
    }
    let outcomes = fixture.store.apply_commands(&orders, fixture.now()).await.unwrap();
    assert!(matches!(outcomes[1].outcome, Outcome::Quarantined { .. }), "{:?}", outcomes[1]);
    assert!(matches!(outcomes[2].outcome, Outcome::Applied { .. }));
}

#[tokio::test]
async fn a_transaction_that_is_dropped_before_its_commit_leaves_nothing() {
    let fixture = Fixture::new().await;
    fixture.submit("i1", &acme()).await;
    let head = fixture.store.head().await.unwrap();
    // Cancelled at every await point in turn, as when the caller hangs up.
    for polls in 0..200_u32 {
        let order = from_console("olga", "c1", &comment_envelope(1, "i1"));
        let mut apply = Box::pin(fixture.store.apply_command(&order, fixture.now()));
        for _ in 0..polls {
            let waker = std::task::Waker::noop();
            let mut context = std::task::Context::from_waker(waker);
            if apply.as_mut().poll(&mut context).is_ready() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_micros(300)).await;
        }
        drop(apply);
        let comments = fixture.item("i1").await.comments.len();
        let now = fixture.store.head().await.unwrap();
        assert_eq!(now.seq - head.seq, comments as i64, "effect and sequence go together");
        if comments == 1 {
            break;
        }
        assert_eq!(now, head);
    }
    let outcome = fixture.apply(&from_console("olga", "c1", &comment_envelope(1, "i1"))).await;
    assert!(matches!(outcome.outcome, Outcome::Applied { .. }));
    assert_eq!(fixture.item("i1").await.comments.len(), 1);
}

#[tokio::test]
async fn references_count_on_for_each_client_and_are_never_given_twice() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.submit("i1", &acme()).await.reference, "ACME-1");
    assert_eq!(fixture.submit("i2", &postern_test_support::globex()).await.reference, "GLOBEX-1");
    let refused = fixture.command("abel", "i3", postern_test_support::submit(&acme(), "No", None)).await;
    assert!(matches!(refused, Outcome::Refused { .. }), "{refused:?}");
    assert_eq!(fixture.submit("i4", &acme()).await.reference, "ACME-2");
    assert_eq!(fixture.store.item_by_reference("ACME-2").await.unwrap().unwrap().id, ItemId::from("i4"));
}

#[tokio::test]
async fn a_submission_for_an_unknown_client_project_or_journey_is_refused() {
    use postern_domain::{JourneyRef, Refusal, Submission};
    let fixture = Fixture::new().await;
    let good = postern_test_support::submission(&acme(), "Title", None);
    let of = |submission: Submission| Command::Submit(Box::new(submission));
    let nobody = Submission { client: "nobody".into(), ..good.clone() };
    let elsewhere = Submission { client: "globex".into(), project: Some("rocket".into()), ..good.clone() };
    let nowhere = Submission { journey: JourneyRef { key: "none".into(), version: 1 }, ..good };
    for (submission, expected) in [
        (nobody, Refusal::UnknownClient),
        (elsewhere, Refusal::UnknownClient),
        (nowhere, Refusal::UnknownJourney),
    ] {
        let outcome = fixture.command("olga", "i1", of(submission)).await;
        assert_eq!(outcome, Outcome::Refused { refusal: expected });
    }
}
