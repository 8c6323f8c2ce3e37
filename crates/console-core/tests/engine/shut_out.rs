//! People and devices that were shut out: nothing stays on the device, and what was not sent is kept by the portal.

use crate::harness::*;
use postern_console_core::secrets::{InMemory, SecretStore};
use postern_console_core::{Engine, FailureCode, Queue, SessionView};
use postern_domain::{DAY_MS, ItemId, PersonId};
use postern_portal_store::PersonChange;
use postern_protocol::{Envelope, paths};
use postern_test_support::{Fault, PASSWORD, clerk};
use std::sync::Arc;

async fn switch(world: &World, on: bool) {
    let change = PersonChange { disabled: Some(!on), ..Default::default() };
    let now = postern_portal::Clock::now(world.portal.clock.as_ref());
    world.portal.store().change_person(&"olga".into(), &change, &clerk(), now).await.unwrap();
}

async fn evidence(world: &World) -> Vec<Envelope> {
    let kept = world.portal.store().evidence_of(&PersonId::from("olga")).await.unwrap();
    kept.iter().map(|evidence| serde_json::from_str(&evidence.envelope).unwrap()).collect()
}

async fn reason(console: &Console) -> String {
    reason_of(&console.engine).await
}

async fn reason_of(engine: &Engine) -> String {
    match engine.session().await.unwrap() {
        SessionView::SignedOut { reason, .. } => reason.unwrap_or_default(),
        SessionView::SignedIn { .. } => "still signed in".to_owned(),
    }
}

async fn shown(console: &Console) -> Vec<ItemId> {
    console.engine.matching_ids(Queue::Open, "").await.unwrap()
}

#[tokio::test]
async fn a_switched_off_person_loses_the_cache_and_the_portal_keeps_what_was_not_sent() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, note("written on the train")).await;
    olga.engine
        .act(
            &[postern_console_core::Target { id: item.id.clone(), seen: None }],
            &note("still held, to be undone"),
            Default::default(),
        )
        .await
        .unwrap();
    switch(&world, false).await;

    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!(shown(&olga).await, []);
    assert_eq!(olga.outbox().await, []);
    assert!(reason(&olga).await.contains("withdrawn access"), "{}", reason(&olga).await);
    let kept = evidence(&world).await;
    assert_eq!(kept.iter().map(|envelope| &envelope.item).collect::<Vec<_>>(), [&item.id, &item.id]);
    assert_eq!(world.now(&item.id).await.comments, [], "nothing of it took effect");

    // Let in again, she starts afresh, as another console.
    switch(&world, true).await;
    olga.sign_in().await;
    assert_eq!(shown(&olga).await, std::slice::from_ref(&item.id));
    let note_id = olga.give(&item.id, note("back again")).await;
    olga.sync().await;
    assert!(matches!(olga.settlement(&note_id).await, postern_console_core::Settlement::Applied));
}

#[tokio::test]
async fn a_lost_device_is_shut_out_alone_and_long_after_its_token_has_run_out() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let lost = world.console("olga").await;
    lost.give(&item.id, note("on the lost one")).await;
    let kept = world.console("olga").await;
    let devices = world.portal.store().devices(Some(&"olga".into())).await.unwrap();
    let mut sessions: Vec<_> = devices.into_iter().map(|device| device.session).collect();
    assert_eq!(sessions.len(), 2);
    let now = lost.deps.clock.now();
    // Sessions are listed with the newest first; of two of the same instant, ids tell.
    let of_lost = {
        let both = sessions.clone();
        sessions.clear();
        let mut found = None;
        for session in both {
            world.portal.store().revoke_device(&session, &clerk(), now).await.unwrap();
            let is_out = kept.engine.sync_now().await.is_err();
            if is_out {
                kept.sign_in().await;
            } else {
                found = Some(session);
                break;
            }
        }
        found.unwrap()
    };
    assert!(world.portal.store().revoke_device(&of_lost, &clerk(), now).await.is_err(), "it is out already");
    world.portal.clock.advance_ms(20 * postern_domain::DAY_MS);
    world.portal.store().forget_sessions(lost.deps.clock.now()).await.unwrap();

    assert_eq!(lost.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!((shown(&lost).await, lost.outbox().await.len()), (Vec::new(), 0));
    assert_eq!(evidence(&world).await.len(), 1);
    kept.sync().await;
    assert_eq!(shown(&kept).await, [item.id]);
}

/// Days go by; each night the portal forgets what ran out.
async fn until_day(world: &World, from: i64, to: i64) {
    for _ in from..to {
        world.portal.clock.advance_ms(DAY_MS);
        let now = world.portal.environment.now();
        world.portal.store().forget_sessions(now.plus_ms(-DAY_MS)).await.unwrap();
    }
}

#[tokio::test]
async fn a_device_that_was_away_for_longer_than_its_token_lasts_is_emptied_all_the_same() {
    for is_revoked in [false, true] {
        let world = World::new().await;
        let item = world.item("Annual report").await;
        let olga = world.console("olga").await;
        olga.give(&item.id, note("written on the island")).await;
        until_day(&world, 0, 35).await;
        let store = world.portal.store();
        if is_revoked {
            let devices = store.devices(Some(&"olga".into())).await.unwrap();
            assert_eq!(devices.len(), 1);
            store.revoke_device(&devices[0].session, &clerk(), world.portal.environment.now()).await.unwrap();
        } else {
            switch(&world, false).await;
        }
        until_day(&world, 35, 40).await;

        assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut, "{is_revoked}");
        assert_eq!((shown(&olga).await, olga.outbox().await), (Vec::new(), Vec::new()), "{is_revoked}");
        assert!(reason(&olga).await.contains("withdrawn access"), "{}", reason(&olga).await);
        let kept = evidence(&world).await;
        assert_eq!(kept.iter().map(|envelope| &envelope.item).collect::<Vec<_>>(), [&item.id]);
    }
}

#[tokio::test]
async fn a_device_that_was_away_for_longer_than_its_token_lasts_and_may_still_come_in_keeps_everything() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let given = olga.give(&item.id, note("written on the island")).await;
    until_day(&world, 0, 40).await;
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert!(reason(&olga).await.contains("all changes are kept"), "{}", reason(&olga).await);
    assert_eq!(shown(&olga).await, std::slice::from_ref(&item.id));
    olga.sign_in().await;
    assert!(matches!(olga.settlement(&given).await, postern_console_core::Settlement::Applied));
}

#[tokio::test]
async fn where_the_portal_is_lost_meanwhile_bare_commands_wait_to_be_handed_over_and_nothing_else_does() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let target = postern_console_core::Target { id: item.id.clone(), seen: None };
    olga.engine.act(&[target], &note("still held"), Default::default()).await.unwrap();
    switch(&world, false).await;
    world.network.once(paths::COMMANDS, Fault::DropRequest);
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::Offline);
    assert_eq!(shown(&olga).await, []);
    assert_eq!(olga.outbox().await.len(), 1);
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!((olga.outbox().await.len(), evidence(&world).await.len()), (0, 1));
}

#[tokio::test]
async fn what_was_handed_over_without_an_answer_cannot_be_taken_back() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    let command = olga.give(&item.id, note("written on the train")).await;
    switch(&world, false).await;
    world.network.once(paths::COMMANDS, Fault::DropReply);
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::Offline);
    assert_eq!(evidence(&world).await.len(), 1);
    assert_eq!(olga.engine.discard(&command).await.unwrap_err().code, FailureCode::Refused);
    assert_eq!(olga.outbox().await.len(), 1);
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!((olga.outbox().await.len(), evidence(&world).await.len()), (0, 1));
}

#[tokio::test]
async fn a_switched_off_person_who_signs_in_finds_the_cache_removed() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, note("not sent")).await;
    // The process ends, and its keychain with it.
    let (deps, profile) = (world.deps("olga", Arc::new(InMemory::new()) as Arc<dyn SecretStore>), olga.die());
    switch(&world, false).await;
    let engine = postern_console_core::Engine::open(profile.path(), deps).await.unwrap();
    assert_eq!(engine.matching_ids(Queue::Open, "").await.unwrap(), [item.id]);
    let refused = engine.sign_in(&world.network.url(), "olga@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::SignedOut);
    assert_eq!(engine.matching_ids(Queue::Open, "").await.unwrap(), []);
    assert_eq!(engine.outbox().await.unwrap().len(), 1);
}

async fn new_password(world: &World) {
    let now = world.portal.environment.now();
    world.portal.store().set_password(&"olga".into(), "another", &clerk(), now).await.unwrap();
}

#[tokio::test]
async fn a_new_password_before_the_switch_off_takes_no_evidence_away() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, note("written on the train")).await;
    new_password(&world).await;
    switch(&world, false).await;
    assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
    assert_eq!((evidence(&world).await.len(), olga.outbox().await.len()), (1, 0));
}

#[tokio::test]
async fn a_device_whose_session_had_ended_is_emptied_with_the_next_start_once_it_is_shut_out() {
    for is_revoked in [false, true] {
        let world = World::new().await;
        let item = world.item("Annual report").await;
        let olga = world.console("olga").await;
        olga.give(&item.id, note("written on the train")).await;
        new_password(&world).await;
        assert_eq!(olga.engine.sync_now().await.unwrap_err().code, FailureCode::SignedOut);
        assert_eq!(shown(&olga).await.len(), 1, "the same person may come back");

        // Nothing has changed: the next start asks, and leaves all as it is.
        let again = olga.again().await;
        let asked = world.requests(paths::REFRESH);
        again.start();
        crate::sharing::eventually(|| async { world.requests(paths::REFRESH) > asked }).await;
        again.stop().await;
        assert!(reason_of(&again).await.contains("all changes are kept"));
        assert_eq!((shown(&olga).await.len(), olga.outbox().await.len()), (1, 1));

        if is_revoked {
            let store = world.portal.store();
            let device = store.devices(Some(&"olga".into())).await.unwrap().remove(0);
            store.revoke_device(&device.session, &clerk(), world.portal.environment.now()).await.unwrap();
        } else {
            switch(&world, false).await;
        }
        let again = olga.again().await;
        again.start();
        crate::sharing::eventually(|| async { shown(&olga).await.is_empty() }).await;
        crate::sharing::eventually(|| async { evidence(&world).await.len() == 1 }).await;
        crate::sharing::eventually(|| async { reason_of(&again).await.contains("withdrawn access") }).await;
        again.stop().await;
    }
}
