//! `POST /v1/journeys`
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    LETTERS, last_arranged, letters_with_a_lead, of_problem, ok, only_for_admins, publish_letters,
    submit_letter,
};
use postern_domain::publication::Cohorts;
use postern_domain::{Actor, Arrangement};
use postern_protocol::{
    ErrorCode, JourneyDocument, JourneyPublication, JourneyReplay, Problem, PublishJourney, paths,
};
use postern_test_support::{Session, TestPortal, acme};

async fn refused(session: &Session, request: &PublishJourney) -> Problem {
    of_problem(session.post(paths::JOURNEYS, request).send().await.unwrap()).await
}

#[tokio::test]
async fn an_admin_publishes_and_the_trail_says_who() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let request = PublishJourney { cohorts: Some(vec![acme().cohort]), ..publish_letters(LETTERS) };
    let reply = lea.post(paths::JOURNEYS, &request).send().await.unwrap();
    assert_eq!(reply.status(), 201);
    let published: JourneyPublication = reply.json().await.unwrap();
    assert_eq!(published.published.unwrap().version, 1);
    let arranged = last_arranged(&portal).await;
    assert_eq!(arranged.by, Actor::Person("lea".into()));
    let Arrangement::JourneyPublished { journey, cohorts, cases, rolls_back_to } = arranged.change else {
        panic!("{arranged:?}")
    };
    assert_eq!((journey.key.as_str(), journey.version, rolls_back_to), ("letters", 1, None));
    assert_eq!((cohorts, cases), (Cohorts::Some(vec![acme().cohort]), request.cases));
    let item = submit_letter(&portal.sign_in("carla").await, "s1").await;
    assert_eq!(item.journey.version, 1);
    portal.store().verify_audit(|_| {}).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_the_replay_found_has_to_be_confirmed_by_its_digest() {
    let portal = TestPortal::start().await;
    let (lea, carla) = (portal.sign_in("lea").await, portal.sign_in("carla").await);
    let _: JourneyPublication = ok(lea.post(paths::JOURNEYS, &publish_letters(LETTERS))).await;
    submit_letter(&carla, "s1").await;
    let next = publish_letters(&letters_with_a_lead());
    let unseen = refused(&lea, &next).await;
    assert_eq!(unseen.code, ErrorCode::Refused);
    assert!(unseen.detail.contains("of 1 past items, 1 would have gone another way"), "{}", unseen.detail);
    let document = JourneyDocument { document: next.document.clone(), cases: String::new() };
    let replay: JourneyReplay = ok(lea.post(paths::JOURNEY_REPLAY, &document)).await;
    let of_another = PublishJourney { replayed: Some("0123456789abcdef".into()), ..next.clone() };
    assert!(refused(&lea, &of_another).await.detail.contains("something else than what was confirmed"));
    let seen = PublishJourney { replayed: Some(replay.digest.clone()), ..next };
    let published: JourneyPublication = ok(lea.post(paths::JOURNEYS, &seen)).await;
    assert_eq!((published.published.unwrap().version, published.replay), (2, replay));
    assert_eq!(published.changes, ["`stages[lead]` is new"]);
}

#[tokio::test]
async fn what_is_not_sound_or_not_tested_or_for_nobody_is_not_published_and_the_way_out_is_said() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let letters = publish_letters(LETTERS);
    let nobody = LETTERS.replace("{ role = \"internal_approver\" }", "{ person = \"nobody\" }");
    let failing = letters.cases.replace("in_review", "completed");
    for (request, says) in [
        (PublishJourney { cases: String::new(), ..letters.clone() }, "it has no golden cases: write one"),
        (PublishJourney { cases: failing, ..letters.clone() }, "1 golden cases come out otherwise"),
        (publish_letters(&nobody), "errors: mend them first"),
        (PublishJourney { cohorts: Some(Vec::new()), ..letters.clone() }, "no cohort is listed"),
        (
            PublishJourney { cohorts: Some(vec![acme().cohort, "pilto".into()]), ..letters },
            &format!("no client belongs to the cohort pilto; known are {}.", acme().cohort),
        ),
    ] {
        let refused = refused(&lea, &request).await;
        assert_eq!(refused.code, ErrorCode::Refused);
        assert!(refused.detail.contains(says), "{}", refused.detail);
    }
    assert_eq!(portal.store().directory().await.unwrap().journeys.len(), 1);
}

#[tokio::test]
async fn journeys_are_published_by_admins() {
    let portal = TestPortal::start().await;
    only_for_admins(&portal, paths::JOURNEYS, &publish_letters(LETTERS)).await;
}
