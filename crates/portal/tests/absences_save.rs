//! `POST /v1/absences`
#![allow(clippy::unwrap_used)]

mod common;

use common::{of_problem, ok, problem};
use postern_domain::absence::*;
use postern_domain::{AbsenceId, HOUR_MS};
use postern_protocol::{ErrorCode, SaveAbsence, SavedAbsence, paths};
use postern_test_support::TestPortal;

fn absence(portal: &TestPortal, who: &str, to: &[&str]) -> Absence {
    let at = |hours: i64| {
        LocalDateTime::shown_at(portal.environment.now().plus_ms(hours * HOUR_MS), chrono_tz::UTC).unwrap()
    };
    Absence {
        id: AbsenceId(format!("{who}-1")),
        person: who.into(),
        from: at(24),
        until: at(48),
        zone: portal_zone(),
        delegations: to
            .iter()
            .map(|to| Delegation { to: (*to).into(), scope: DelegationScope::EVERYTHING })
            .collect(),
        note: String::new(),
        version: 0,
        cancelled: false,
    }
}

fn portal_zone() -> String {
    "UTC".into()
}

fn save(absence: Absence) -> SaveAbsence {
    SaveAbsence { absence, check_only: false }
}

#[tokio::test]
async fn somebody_says_that_they_are_away_and_everybody_on_the_staff_learns_it() {
    let portal = TestPortal::start().await;
    let abel = portal.sign_in("abel").await;
    let saved: SavedAbsence = ok(abel.post(paths::ABSENCES, &save(absence(&portal, "abel", &["lea"])))).await;
    assert!(saved.saved && saved.absence.version == 1, "{saved:?}");
    let directory = portal.store().directory().await.unwrap();
    let seen = directory.for_person(directory.people().get(&"olga".into()).unwrap());
    assert_eq!(seen.absences, [saved.absence]);
}

#[tokio::test]
async fn what_is_only_checked_is_not_saved_and_what_to_think_of_is_said() {
    let portal = TestPortal::start().await;
    let abel = portal.sign_in("abel").await;
    let check = SaveAbsence { absence: absence(&portal, "abel", &[]), check_only: true };
    let checked: SavedAbsence = ok(abel.post(paths::ABSENCES, &check)).await;
    assert!(!checked.saved);
    assert!(checked.notices.iter().any(|notice| notice.severity == Severity::Warning), "{checked:?}");
    assert_eq!(portal.store().directory().await.unwrap().organisation.absences.iter().count(), 0);
}

#[tokio::test]
async fn an_absence_that_cannot_be_is_refused_in_words_and_nothing_is_saved() {
    let portal = TestPortal::start().await;
    let abel = portal.sign_in("abel").await;
    let mut wrong = absence(&portal, "abel", &["abel"]);
    std::mem::swap(&mut wrong.from, &mut wrong.until);
    let refused = of_problem(abel.post(paths::ABSENCES, &save(wrong)).send().await.unwrap()).await;
    assert_eq!(refused.code, ErrorCode::Refused);
    assert!(refused.detail.len() > 20, "{}", refused.detail);
    assert_eq!(portal.store().directory().await.unwrap().organisation.absences.iter().count(), 0);
}

#[tokio::test]
async fn nobody_but_a_lead_speaks_for_others() {
    let portal = TestPortal::start().await;
    let (olga, lea) = (portal.sign_in("olga").await, portal.sign_in("lea").await);
    let abels = save(absence(&portal, "abel", &["lea"]));
    assert_eq!(problem(olga.post(paths::ABSENCES, &abels)).await, ErrorCode::Forbidden);
    let saved: SavedAbsence = ok(lea.post(paths::ABSENCES, &abels)).await;
    assert!(saved.saved);
    // Changed by abel meanwhile: what lea saw is not what is there.
    let abel = portal.sign_in("abel").await;
    let _: SavedAbsence = ok(abel.post(paths::ABSENCES, &save(saved.absence))).await;
    assert_eq!(problem(lea.post(paths::ABSENCES, &abels)).await, ErrorCode::Refused);
}

#[tokio::test]
async fn a_contact_has_no_place_here() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    let theirs = save(absence(&portal, "carla", &[]));
    assert_eq!(problem(carla.post(paths::ABSENCES, &theirs)).await, ErrorCode::Forbidden);
}
