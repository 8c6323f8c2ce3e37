use crate::harness::*;
use futures_util::future::BoxFuture;
use postern_console_core::secrets::{InMemory, SecretStore};
use postern_console_core::{ActOptions, Connection, FailureCode, KeyStorage, Queue, SessionView, Target};
use postern_domain::{DAY_MS, HOUR_MS};
use postern_protocol::{PROTOCOL_HEADER, paths};
use postern_test_support::{Fault, PASSWORD, clerk};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn a_wrong_password_is_said_to_be_one() {
    let world = World::new().await;
    let olga = world.console_signed_out("olga", Arc::new(InMemory::new())).await;
    let failure = olga.engine.sign_in(&olga.url, "olga@example.com", "wrong").await.unwrap_err();
    assert_eq!(failure.code, FailureCode::WrongPassword);
    assert!(matches!(olga.engine.session().await.unwrap(), SessionView::SignedOut { .. }));
}

#[tokio::test]
async fn an_expired_token_is_refreshed_once() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.portal.clock.advance_ms(2 * HOUR_MS);
    olga.give(&item.id, note("with an old token")).await;
    olga.sync().await;
    assert_eq!(world.requests(paths::REFRESH), 1);
    assert!(olga.outbox().await.is_empty());
    olga.sync().await;
    assert_eq!(world.requests(paths::REFRESH), 1);
}

#[tokio::test]
async fn a_session_that_ended_keeps_cache_and_outbox_for_the_same_person() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.portal.clock.advance_ms(400 * DAY_MS);
    olga.give(&item.id, note("kept")).await;
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    let SessionView::SignedOut { email, reason, .. } = olga.engine.session().await.unwrap() else { panic!() };
    assert_eq!(email.as_deref(), Some("olga@example.com"));
    assert!(reason.unwrap().contains("Sign in again"));
    assert_eq!(olga.engine.status().connection, Connection::SignedOut);
    assert_eq!(olga.item(&item.id).await.comments.len(), 1);

    olga.sign_in().await;
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
}

#[tokio::test]
async fn the_next_start_signs_in_from_the_keychain() {
    let world = World::new().await;
    world.item("Annual report").await;
    let olga = world.console("olga").await;
    let again = olga.again().await;
    let SessionView::SignedIn { person, keys, organisation, .. } = again.session().await.unwrap() else {
        panic!()
    };
    assert_eq!((person.id.as_str(), keys, organisation.as_str()), ("olga", KeyStorage::Keychain, "Example"));
}

#[tokio::test]
async fn without_a_keychain_the_tokens_are_in_no_file_and_the_reason_is_said() {
    let world = World::new().await;
    world.item("Annual report").await;
    let refusing: Arc<dyn SecretStore> = Arc::new(InMemory::refusing("the keychain is locked"));
    let olga = world.console_signed_out("olga", refusing).await;
    olga.sign_in().await;
    let SessionView::SignedIn { keys: KeyStorage::SessionOnly { reason }, .. } =
        olga.engine.session().await.unwrap()
    else {
        panic!()
    };
    assert!(reason.contains("the keychain is locked"), "{reason}");
    let again = olga.again().await;
    assert!(matches!(again.session().await.unwrap(), SessionView::SignedOut { .. }));
    // Without a network and without a session, the cache still answers.
    assert_eq!(again.matching_ids(Queue::Open, "").await.unwrap().len(), 1);

    let signed_in = world.portal.sign_in("olga").await.signed_in;
    let shape = signed_in.tokens.access_token.len();
    assert!(shape > 20);
    for file in olga.files() {
        let bytes = std::fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("access_token") && !text.contains("refresh_token"));
    }
}

#[tokio::test]
async fn when_one_process_of_a_profile_signs_out_or_in_as_somebody_else_the_others_are_out() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let again = olga.again().await;
    olga.engine.sign_out(false).await.unwrap();
    let failure = again.sync_now().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::SignedOut, "{}", failure.message);
    assert!(failure.message.contains("Another window"), "{}", failure.message);
    assert_eq!(again.status().connection, Connection::SignedOut);

    olga.sign_in().await;
    let again = olga.again().await;
    olga.engine.sign_out(false).await.unwrap();
    olga.engine.sign_in(&olga.url, "gus@example.com", PASSWORD).await.unwrap();
    olga.engine.sync_now().await.unwrap();
    let target = Target { id: item.id.clone(), seen: None };
    let given = again.act(&[target], &approve(), ActOptions { hold_ms: 0 }).await;
    assert_eq!(given.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!(again.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!(olga.engine.matching_ids(Queue::Open, "").await.unwrap(), [], "Gus's, and nothing of Olga's");
}

#[tokio::test]
async fn signing_out_warns_of_what_would_be_lost_and_then_leaves_nothing() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.network.cut();
    olga.give(&item.id, approve()).await;
    let failure = olga.engine.sign_out(false).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::PendingChanges);
    assert!(failure.message.starts_with("1 change"), "{}", failure.message);
    olga.engine.sign_out(true).await.unwrap();
    assert!(olga.engine.matching_ids(Queue::Open, "").await.unwrap().is_empty());
    assert!(olga.outbox().await.is_empty());
    assert!(matches!(olga.again().await.session().await.unwrap(), SessionView::SignedOut { .. }));
}

#[tokio::test]
async fn signing_out_waits_neither_for_a_round_under_way_nor_for_the_portal() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.network.plan(|_| Fault::Stall);
    let (engine, other) = (olga.engine.clone(), olga.engine.clone());
    let round = tokio::spawn(async move { engine.sync_now().await });
    let stalled = || async { world.requests(paths::CHANGES) > 1 };
    crate::sharing::eventually(stalled).await;
    let leaving = tokio::spawn(async move { other.sign_out(false).await });
    crate::sharing::eventually(|| async { olga.engine.status().connection == Connection::SignedOut }).await;

    let target = Target { id: item.id.clone(), seen: None };
    let given = olga.engine.act(&[target], &approve(), ActOptions { hold_ms: 0 }).await;
    assert_eq!(given.unwrap_err().code, FailureCode::SignedOut, "nothing is said to be saved that goes");
    assert!(round.await.unwrap().is_err());
    world.network.heal();
    leaving.abort();
}

#[tokio::test]
async fn what_came_to_nothing_is_not_forgotten_unread() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, approve()).await;
    world.elsewhere("lea", &item.id, new_title("Corrected")).await;
    olga.sync().await;
    let failure = olga.engine.sign_out(false).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::PendingChanges);
    assert!(failure.message.contains("come to nothing without being looked at"), "{}", failure.message);
    let refused = olga.engine.sign_in(&olga.url, "gus@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::PendingChanges);

    let conflict = olga.outbox().await.remove(0);
    olga.engine.discard(&conflict.command).await.unwrap();
    olga.engine.sign_out(false).await.unwrap();
}

#[tokio::test]
async fn another_person_does_not_inherit_the_cache() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, approve()).await;
    let refused = olga.engine.sign_in(&olga.url, "gus@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::PendingChanges);
    assert!(refused.message.contains("olga@example.com"), "{}", refused.message);
    olga.sync().await;
    olga.engine.sign_in(&olga.url, "gus@example.com", PASSWORD).await.unwrap();
    assert!(olga.engine.matching_ids(Queue::Open, "").await.unwrap().is_empty());
}

#[tokio::test]
async fn without_staff_rights_the_portal_lets_nobody_sync_and_nothing_stays() {
    let world = World::new().await;
    let carla = world.console_signed_out("carla", Arc::new(InMemory::new())).await;
    carla.engine.sign_in(&carla.url, "carla@example.com", PASSWORD).await.unwrap();
    assert_eq!(carla.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    let SessionView::SignedOut { reason, .. } = carla.engine.session().await.unwrap() else { panic!() };
    assert!(reason.unwrap().contains("withdrawn access"));
}

#[tokio::test]
async fn whoever_leaves_the_staff_loses_the_cache_with_the_next_request_also_in_a_running_session() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    assert_eq!(olga.engine.matching_ids(Queue::Open, "").await.unwrap(), [item.id]);
    let change = postern_portal_store::PersonChange { grants: Some(Vec::new()), ..Default::default() };
    let now = olga.deps.clock.now();
    world.portal.store().change_person(&"olga".into(), &change, &clerk(), now).await.unwrap();
    assert!(olga.engine.sync_now().await.is_err());
    assert!(olga.engine.matching_ids(Queue::Open, "").await.unwrap().is_empty());
    let SessionView::SignedOut { reason, .. } = olga.engine.session().await.unwrap() else { panic!() };
    assert!(reason.unwrap().contains("withdrawn access"));
}

#[tokio::test]
async fn a_console_below_the_floor_says_that_it_must_be_upgraded_and_keeps_what_waits() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let network = Tapped::new();
    let olga = world.console_over("olga", Arc::clone(&network)).await;
    olga.sign_in().await;

    // It speaks as a console of long ago did.
    network.tap(|request| {
        let said = request.headers.iter_mut().find(|(name, _)| *name == PROTOCOL_HEADER);
        said.expect("every request says which protocol it speaks").1 = "0".to_owned();
        Box::pin(async {})
    });
    olga.give(&item.id, note("kept")).await;
    let failure = olga.engine.sync_now().await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Upgrade, "{failure:?}");
    assert!(failure.message.contains("Install a newer one"), "{}", failure.message);
    assert_eq!(olga.engine.status().connection, Connection::UpgradeRequired);
    assert_eq!(olga.outbox().await.len(), 1);
    assert_eq!(olga.item(&item.id).await.row.title, "Annual report", "what is here can be read");

    network.untap();
    olga.sync().await;
    assert!(olga.outbox().await.is_empty());
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
}

/// A keychain in which something was kept, and which then answers no prompt but still reads.
struct Locked {
    inner: InMemory,
    is_locked: AtomicBool,
}

impl Locked {
    fn checked(&self) -> Result<(), String> {
        if self.is_locked.load(Ordering::SeqCst) { Err("it is locked".to_owned()) } else { Ok(()) }
    }
}

impl SecretStore for Locked {
    fn probe(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { self.checked() })
    }

    fn read<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<String>, String>> {
        self.inner.read(account)
    }

    fn write<'a>(&'a self, account: &'a str, secret: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.checked()?;
            self.inner.write(account, secret).await
        })
    }

    fn erase<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.checked()?;
            self.inner.erase(account).await
        })
    }
}

#[tokio::test]
async fn tokens_that_were_kept_for_somebody_else_open_nothing() {
    let world = World::new().await;
    world.item("Annual report").await;
    let keychain = Arc::new(Locked { inner: InMemory::new(), is_locked: AtomicBool::new(false) });
    let olga = world.console_signed_out("olga", Arc::clone(&keychain) as Arc<dyn SecretStore>).await;
    olga.sign_in().await;
    keychain.is_locked.store(true, Ordering::SeqCst);
    olga.engine.sign_in(&olga.url, "gus@example.com", PASSWORD).await.unwrap();
    olga.sync().await;
    let again = olga.again().await;
    assert!(matches!(again.session().await.unwrap(), SessionView::SignedOut { .. }), "Olga's, as Gus");
}

#[tokio::test]
async fn whoever_signs_in_for_now_leaves_nobodys_tokens_in_the_keychain() {
    let world = World::new().await;
    let keychain = Arc::new(InMemory::new());
    let olga = world.console_signed_out("olga", Arc::clone(&keychain) as Arc<dyn SecretStore>).await;
    olga.sign_in().await;
    olga.engine.sign_in_for_now(&olga.url, "gus@example.com", PASSWORD).await.unwrap();
    olga.engine.sync_now().await.unwrap();
    assert!(matches!(olga.again().await.session().await.unwrap(), SessionView::SignedOut { .. }));
    olga.engine.sign_out(false).await.unwrap();
    olga.sign_in().await;
    assert!(matches!(olga.again().await.session().await.unwrap(), SessionView::SignedIn { .. }));
}

#[tokio::test]
async fn an_exchange_of_tokens_whose_reply_was_lost_for_a_minute_is_repeated() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    world.portal.clock.advance_ms(2 * HOUR_MS);
    olga.give(&item.id, note("kept")).await;
    world.network.once(paths::REFRESH, Fault::DropReply);
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::Offline);
    world.portal.clock.advance_ms(75_000);
    olga.sync().await;
    assert_eq!(world.now(&item.id).await.comments.len(), 1);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_portal_also_with_a_token_that_has_run_out() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    world.portal.clock.advance_ms(2 * HOUR_MS);
    olga.engine.sign_out(false).await.unwrap();
    let device = world.portal.store().devices(Some(&"olga".into())).await.unwrap().remove(0);
    assert_eq!(device.ended_why.as_deref(), Some("signed_out"));
}
