//! `POST /v1/journeys/{key}/roll-back`
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    LETTERS, last_arranged, letters_with_a_lead, of_problem, ok, only_for_admins, publish_letters,
    submit_letter,
};
use postern_domain::{Actor, Arrangement};
use postern_portal_store::PersonChange;
use postern_protocol::{ErrorCode, JourneyPublication, RollBackJourney, paths};
use postern_test_support::{TestPortal, clerk};

const PATH: &str = "/v1/journeys/letters/roll-back";

fn to(version: u32) -> RollBackJourney {
    RollBackJourney { version, cohorts: None, cases: None, replayed: None, check_only: false }
}

/// Two versions of the letters, the second with one look more, and an item on it.
async fn world() -> TestPortal {
    let portal = TestPortal::start().await;
    let (lea, carla) = (portal.sign_in("lea").await, portal.sign_in("carla").await);
    for document in [LETTERS.to_owned(), letters_with_a_lead()] {
        let _: JourneyPublication = ok(lea.post(paths::JOURNEYS, &publish_letters(&document))).await;
    }
    submit_letter(&carla, "s1").await;
    portal
}

#[tokio::test]
async fn an_earlier_version_comes_back_as_the_next_one_once_somebody_saw_what_the_replay_finds() {
    let portal = world().await;
    let lea = portal.sign_in("lea").await;
    let unseen = of_problem(lea.post(PATH, &to(1)).send().await.unwrap()).await;
    assert_eq!(unseen.code, ErrorCode::Refused);
    assert!(unseen.detail.contains("has to be confirmed"), "{}", unseen.detail);
    let look: JourneyPublication = ok(lea.post(PATH, &RollBackJourney { check_only: true, ..to(1) })).await;
    assert_eq!((look.published, look.replay.moved), (None, 1));
    assert_eq!(look.replay.first, ["ACME-1: no longer asks lead"]);
    assert_eq!(look.changes, ["`stages[lead]` is gone"]);
    let seen = RollBackJourney { replayed: Some(look.replay.digest), ..to(1) };
    let back: JourneyPublication = ok(lea.post(PATH, &seen)).await;
    assert_eq!(back.published.unwrap().version, 3);
    let arranged = last_arranged(&portal).await;
    assert_eq!(arranged.by, Actor::Person("lea".into()));
    let Arrangement::JourneyPublished { journey, rolls_back_to, cases, .. } = arranged.change else {
        panic!("{arranged:?}")
    };
    assert_eq!((journey.version, rolls_back_to), (3, Some(1)));
    assert_eq!(cases, publish_letters(LETTERS).cases, "those that it was published with");
}

#[tokio::test]
async fn a_version_that_is_not_sound_any_more_does_not_come_back() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let abels = LETTERS.replace("{ role = \"internal_approver\" }", "{ person = \"abel\" }");
    let request = publish_letters(&abels);
    let cases = request.cases.replace("anna", "abel");
    let request = postern_protocol::PublishJourney { cases, ..request };
    let _: JourneyPublication = ok(lea.post(paths::JOURNEYS, &request)).await;
    let _: JourneyPublication = ok(lea.post(PATH, &to(1))).await;
    let off = PersonChange { disabled: Some(true), ..PersonChange::default() };
    portal.store().change_person(&"abel".into(), &off, &clerk(), portal.environment.now()).await.unwrap();
    let refused = of_problem(lea.post(PATH, &to(1)).send().await.unwrap()).await;
    assert_eq!(refused.code, ErrorCode::Refused);
    assert!(refused.detail.contains("errors: mend them first"), "{}", refused.detail);
}

#[tokio::test]
async fn a_version_that_came_without_golden_cases_needs_some() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let path = "/v1/journeys/standard/roll-back";
    let refused = of_problem(lea.post(path, &to(1)).send().await.unwrap()).await;
    assert!(refused.detail.contains("it has no golden cases"), "{}", refused.detail);
    let cases = "journey = \"standard\"\npeople = [{ id = \"carla\", roles = [\"client\"] }, \
                 { id = \"olga\", roles = [\"internal_owner\"] }]\n[[cases]]\nname = \"The owner looks first\"\n\
                 kind = \"request\"\nsubmitter = \"carla\"\nowner = \"olga\"\nacts = []\n\
                 expect = { phase = \"in_review\", waiting_on = [\"olga\"] }\n";
    let tested = RollBackJourney { cases: Some(cases.to_owned()), ..to(1) };
    let back: JourneyPublication = ok(lea.post(path, &tested)).await;
    assert_eq!(back.published.unwrap().version, 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_only_admins_roll_back() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let missing = of_problem(lea.post(PATH, &to(1)).send().await.unwrap()).await;
    assert_eq!(missing.code, ErrorCode::NotFound);
    only_for_admins(&portal, "/v1/journeys/standard/roll-back", &to(1)).await;
}
