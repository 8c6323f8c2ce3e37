//! Sessions: rotation, reuse, lost replies, and everything that ends them.
#![allow(clippy::unwrap_used)]

mod common;

use common::Fixture;
use postern_domain::{PersonId, Timestamp};
use postern_portal_store::{NewTokens, PersonChange, RefreshRefused};
use postern_test_support::clerk;

const T0: Timestamp = Timestamp(common::START);

fn pair(name: &str) -> NewTokens {
    NewTokens {
        access_hash: format!("{name}-access"),
        access_expires_at: T0.plus_ms(900_000),
        refresh_hash: format!("{name}-refresh"),
        refresh_expires_at: T0.plus_ms(86_400_000),
    }
}

async fn signed_in() -> Fixture {
    let fixture = Fixture::new().await;
    fixture.store.begin_session("s1", &"olga".into(), "laptop", &pair("1"), T0).await.unwrap();
    fixture
}

async fn refresh(fixture: &Fixture, from: &str, to: &str, after_ms: i64) -> Result<PersonId, RefreshRefused> {
    fixture.store.refresh_session(&format!("{from}-refresh"), &pair(to), T0.plus_ms(after_ms)).await.unwrap()
}

async fn is_in(fixture: &Fixture, name: &str, after_ms: i64) -> bool {
    let hash = format!("{name}-access");
    fixture.store.authenticate(&hash, T0.plus_ms(after_ms)).await.unwrap().is_some()
}

#[tokio::test]
async fn an_access_token_is_good_until_it_runs_out() {
    let fixture = signed_in().await;
    assert!(is_in(&fixture, "1", 0).await);
    assert!(is_in(&fixture, "1", 899_999).await);
    assert!(!is_in(&fixture, "1", 900_000).await);
    assert!(!is_in(&fixture, "2", 0).await);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token() {
    let fixture = signed_in().await;
    assert!(fixture.store.authenticate("1-refresh", T0).await.unwrap().is_none());
    let refreshed = fixture.store.refresh_session("1-access", &pair("2"), T0).await.unwrap();
    assert_eq!(refreshed, Err(RefreshRefused::Unknown));
}

#[tokio::test]
async fn a_refresh_gives_the_next_pair_and_the_old_access_token_lives_out_its_time() {
    let fixture = signed_in().await;
    assert_eq!(refresh(&fixture, "1", "2", 60_000).await, Ok("olga".into()));
    assert!(is_in(&fixture, "2", 60_000).await && is_in(&fixture, "1", 60_000).await);
    assert_eq!(refresh(&fixture, "2", "3", 120_000).await, Ok("olga".into()));
}

#[tokio::test]
async fn a_used_refresh_token_that_comes_again_ends_the_whole_family() {
    let fixture = signed_in().await;
    refresh(&fixture, "1", "2", 0).await.unwrap();
    assert_eq!(refresh(&fixture, "1", "thief", 120_001).await, Err(RefreshRefused::Reused));
    assert!(!is_in(&fixture, "2", 120_001).await);
    assert_eq!(refresh(&fixture, "2", "3", 120_002).await, Err(RefreshRefused::Ended));
}

#[tokio::test]
async fn a_refresh_that_lost_its_reply_may_be_repeated_for_two_minutes() {
    let fixture = signed_in().await;
    refresh(&fixture, "1", "lost", 0).await.unwrap();
    assert_eq!(refresh(&fixture, "1", "2", 120_000).await, Ok("olga".into()));
    assert!(is_in(&fixture, "2", 120_000).await);
    assert!(!is_in(&fixture, "lost", 120_000).await, "there is one live successor");
    assert_eq!(refresh(&fixture, "2", "3", 130_000).await, Ok("olga".into()));
}

#[tokio::test]
async fn a_thief_who_repeats_a_refresh_in_time_is_found_out_by_the_owners_next_one() {
    let fixture = signed_in().await;
    refresh(&fixture, "1", "owner", 0).await.unwrap();
    refresh(&fixture, "1", "thief", 5_000).await.unwrap();
    assert_eq!(refresh(&fixture, "owner", "3", 60_000).await, Err(RefreshRefused::Reused));
    assert!(!is_in(&fixture, "thief", 60_000).await);
}

#[tokio::test]
async fn a_token_whose_successor_was_used_is_not_taken_for_a_lost_reply() {
    let fixture = signed_in().await;
    refresh(&fixture, "1", "2", 0).await.unwrap();
    refresh(&fixture, "2", "3", 1_000).await.unwrap();
    assert_eq!(refresh(&fixture, "1", "thief", 2_000).await, Err(RefreshRefused::Reused));
    assert!(!is_in(&fixture, "3", 2_000).await);
}

#[tokio::test]
async fn a_refresh_token_runs_out_without_ending_anything() {
    let fixture = signed_in().await;
    assert_eq!(refresh(&fixture, "1", "2", 86_400_000).await, Err(RefreshRefused::Expired));
}

#[tokio::test]
async fn signing_out_being_disabled_and_a_new_password_end_sessions_at_once() {
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    for way in 0..3 {
        let fixture = signed_in().await;
        match way {
            0 => fixture.store.end_session("s1", T0).await.unwrap(),
            1 => drop(fixture.store.change_person(&"olga".into(), &disable, &clerk(), T0).await.unwrap()),
            _ => fixture.store.set_password(&"olga".into(), "hash", &clerk(), T0).await.unwrap(),
        }
        assert!(!is_in(&fixture, "1", 0).await, "{way}");
        let why = if way == 1 { RefreshRefused::ShutOut } else { RefreshRefused::Ended };
        assert_eq!(refresh(&fixture, "1", "2", 0).await, Err(why), "{way}");
    }
}

#[tokio::test]
async fn a_person_disabled_by_another_process_is_refused_at_once() {
    let fixture = signed_in().await;
    assert!(is_in(&fixture, "1", 0).await);
    let other = postern_portal_store::Store::open(fixture.data.path()).await.unwrap();
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    other.change_person(&"olga".into(), &disable, &clerk(), T0).await.unwrap();
    assert!(!is_in(&fixture, "1", 0).await);
}

const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn tokens_that_ran_out_are_forgotten_but_for_the_last_ones_which_open_nothing() {
    let fixture = signed_in().await;
    for (from, to) in [("1", "2"), ("2", "3"), ("3", "4")] {
        refresh(&fixture, from, to, 0).await.unwrap();
    }
    let forget = async |after_ms| fixture.store.forget_sessions(T0.plus_ms(after_ms)).await.unwrap();
    assert_eq!(forget(1_000_000).await, 2, "access tokens of the first two");
    assert_eq!(forget(2 * DAY_MS).await, 2, "and the refresh tokens with which they were followed");
    assert!(!is_in(&fixture, "4", 2 * DAY_MS).await);
    assert_eq!(refresh(&fixture, "4", "5", 2 * DAY_MS).await, Err(RefreshRefused::Expired));
    assert_eq!(refresh(&fixture, "1", "5", 2 * DAY_MS).await, Err(RefreshRefused::Unknown));
    assert_eq!(forget(400 * DAY_MS + 1_000_000).await, 2, "access tokens ran out a day before the others");
    assert_eq!(forget(402 * DAY_MS).await, 2);
    assert_eq!(fixture.store.devices(None).await.unwrap(), []);
}

#[tokio::test]
async fn a_session_that_was_signed_out_is_forgotten_with_its_tokens() {
    let fixture = signed_in().await;
    fixture.store.end_session("s1", T0).await.unwrap();
    assert_eq!(fixture.store.forget_sessions(T0.plus_ms(2 * DAY_MS)).await.unwrap(), 2);
    assert_eq!(fixture.store.devices(None).await.unwrap(), []);
}

#[tokio::test]
async fn who_is_switched_off_or_revoked_long_after_the_token_ran_out_is_told_so_for_as_long_as_others() {
    let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
    for is_revoked in [false, true] {
        let fixture = signed_in().await;
        refresh(&fixture, "1", "2", 0).await.unwrap();
        fixture.store.forget_sessions(T0.plus_ms(34 * DAY_MS)).await.unwrap();
        let on_day_35 = T0.plus_ms(35 * DAY_MS);
        match is_revoked {
            true => fixture.store.revoke_device("s1", &clerk(), on_day_35).await.unwrap(),
            false => drop(
                fixture.store.change_person(&"olga".into(), &disable, &clerk(), on_day_35).await.unwrap(),
            ),
        }
        for day in [40, 430] {
            fixture.store.forget_sessions(T0.plus_ms((day - 1) * DAY_MS)).await.unwrap();
            // The device may have heard the last refresh, or not.
            for held in ["1", "2"] {
                let refused = refresh(&fixture, held, "3", day * DAY_MS).await;
                assert_eq!(refused, Err(RefreshRefused::ShutOut), "{is_revoked}, day {day}, {held}");
                for token in [format!("{held}-access"), format!("{held}-refresh")] {
                    let known = fixture.store.shut_out(&token).await.unwrap();
                    assert!(known.is_some_and(|person| person.id.as_str() == "olga"), "{token}");
                }
            }
        }
        fixture.store.forget_sessions(T0.plus_ms(437 * DAY_MS)).await.unwrap();
        assert_eq!(refresh(&fixture, "2", "3", 437 * DAY_MS).await, Err(RefreshRefused::Unknown));
    }
}
