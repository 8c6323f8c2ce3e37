//! `POST /v1/absences`
#![allow(clippy::unwrap_used)]

mod common;

use common::{of_problem, ok, problem, submit};
use postern_domain::absence::*;
use postern_domain::{AbsenceId, ClientId, Command, HOUR_MS};
use postern_protocol::{DirectCommand, DirectReply, ErrorCode, Outcome, SaveAbsence, SavedAbsence, paths};
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

#[tokio::test]
async fn a_deputy_who_contributed_to_what_would_be_handed_to_them_is_told_of_before_saving() {
    let portal = TestPortal::start().await;
    let (carla, olga, lea) =
        (portal.sign_in("carla").await, portal.sign_in("olga").await, portal.sign_in("lea").await);
    let item = submit(&carla, "s1", "acme").await;
    let whose = portal.store().item(&item.id).await.unwrap().unwrap();
    assert_eq!(whose.waiting_on().map(|id| id.as_str()).collect::<Vec<_>>(), ["olga"]);
    let rewrite =
        Command::SetFields { fields: Default::default(), title: Some("By lea".into()), description: None };
    let sent = DirectCommand { id: "rewrite".into(), command: rewrite };
    let reply: DirectReply = ok(lea.post(&format!("/v1/items/{}/commands", item.reference), &sent)).await;
    assert!(matches!(reply.outcome.outcome, Outcome::Applied { .. }), "{reply:?}");

    let said = async |to: &str, client: Option<&str>| {
        let mut absence = absence(&portal, "olga", &[to]);
        absence.delegations[0].scope.client = client.map(ClientId::from);
        let check = SaveAbsence { absence, check_only: true };
        let checked: SavedAbsence = ok(olga.post(paths::ABSENCES, &check)).await;
        checked.notices.into_iter().map(|notice| notice.sentence).collect::<Vec<_>>()
    };
    let conflict =
        "lea cannot decide on all of it for olga: lea contributed to this round and may not decide on it.";
    assert!(said("lea", None).await.contains(&conflict.to_owned()), "{:?}", said("lea", None).await);
    assert!(said("lea", Some("acme")).await.contains(&conflict.to_owned()));
    // Nothing of it goes to lea, or nothing of what lea wrote to whom it goes.
    assert!(!said("lea", Some("globex")).await.contains(&conflict.to_owned()));
    assert!(!said("abel", None).await.iter().any(|sentence| sentence.contains("contributed")));
    // It is a warning: olga may know better.
    let saved: SavedAbsence = ok(olga.post(paths::ABSENCES, &save(absence(&portal, "olga", &["lea"])))).await;
    assert!(saved.saved && saved.notices.iter().any(|notice| notice.sentence == conflict), "{saved:?}");
}
