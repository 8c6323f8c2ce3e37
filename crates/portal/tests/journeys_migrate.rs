//! `POST /v1/journeys/{key}/migrate`
#![allow(clippy::unwrap_used)]

mod common;

use common::{last_arranged, of_problem, ok, only_for_admins, submit};
use postern_domain::{Actor, Arrangement, Journey, StageKey};
use postern_protocol::{ErrorCode, JourneyMigration, MigrateJourney, StageMove};
use postern_test_support::TestPortal;

const PATH: &str = "/v1/journeys/standard/migrate";

/// Two items at the owner's look, and a second version that calls it otherwise.
async fn world() -> TestPortal {
    let portal = TestPortal::start_without_chores().await;
    let carla = portal.sign_in("carla").await;
    for command in ["s1", "s2"] {
        submit(&carla, command, "acme").await;
    }
    let mut journey = Journey::built_in();
    journey.stages[0].key = "account".into();
    journey.stages[0].steps[0].key = "account".into();
    portal.publish(&journey).await;
    portal
}

fn plan(stages: &[(&str, &str)], check_only: bool) -> MigrateJourney {
    let stages = stages.iter().map(|(old, new)| (StageKey::from(*old), StageKey::from(*new))).collect();
    MigrateJourney { from: 1, to: 2, stages, check_only }
}

#[tokio::test]
async fn it_is_told_what_would_move_and_what_stands_in_the_way() {
    let portal = world().await;
    let lea = portal.sign_in("lea").await;
    let before = portal.store().head().await.unwrap();
    let looked: JourneyMigration = ok(lea.post(PATH, &plan(&[], true))).await;
    assert!(looked.problems[0].contains("`intake`") && looked.moved.is_none(), "{looked:?}");
    let looked: JourneyMigration = ok(lea.post(PATH, &plan(&[("intake", "account")], true))).await;
    let moves = StageMove { stage: "intake".into(), to: Some("account".into()), items: 2 };
    assert_eq!((looked.stages, looked.problems), (vec![moves], Vec::<String>::new()));
    assert_eq!(portal.store().head().await.unwrap(), before);
    let refused = of_problem(lea.post(PATH, &plan(&[], false)).send().await.unwrap()).await;
    assert_eq!(refused.code, ErrorCode::Refused);
    assert!(refused.detail.starts_with("Nothing was moved: 2 items stand at `intake`"), "{}", refused.detail);
    assert_eq!(portal.store().head().await.unwrap(), before);
}

#[tokio::test]
async fn items_move_and_the_trail_says_who_had_them_moved_and_by_which_plan() {
    let portal = world().await;
    let lea = portal.sign_in("lea").await;
    let request = plan(&[("intake", "account")], false);
    let moved: JourneyMigration = ok(lea.post(PATH, &request)).await;
    assert_eq!((moved.moved, moved.stayed), (Some(2), Vec::new()));
    let item = portal.store().item_by_reference("ACME-2").await.unwrap().unwrap();
    assert_eq!((item.journey.version, item.stage().map(StageKey::as_str)), (2, Some("account")));
    assert_eq!(item.history.last().unwrap().by, Actor::System("migration".into()));
    let arranged = last_arranged(&portal).await;
    assert_eq!(arranged.by, Actor::Person("lea".into()));
    let Arrangement::ItemsMigrated { journey, plan, items } = arranged.change else { panic!("{arranged:?}") };
    assert_eq!((journey.as_str(), plan.from, plan.to, items), ("standard", 1, 2, 2));
    assert_eq!(plan.stages, request.stages);
    let seq = portal.store().head().await.unwrap().audit_seq;
    let again: JourneyMigration = ok(lea.post(PATH, &request)).await;
    assert_eq!(again.moved, Some(0));
    assert_eq!(portal.store().head().await.unwrap().audit_seq, seq, "nothing happened");
    portal.store().verify_audit(|_| {}).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_version_that_is_not_there_is_not_found_and_only_admins_migrate() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let missing = of_problem(lea.post(PATH, &plan(&[], true)).send().await.unwrap()).await;
    assert_eq!(missing.code, ErrorCode::NotFound);
    only_for_admins(&portal, PATH, &plan(&[], true)).await;
}
