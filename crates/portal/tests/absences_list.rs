//! `GET /v1/absences`
#![allow(clippy::unwrap_used)]

mod common;

use common::{ok, problem};
use postern_domain::absence::{Absence, LocalDateTime};
use postern_domain::{AbsenceId, Actor};
use postern_protocol::{ErrorCode, paths};
use postern_test_support::{Session, TestPortal};

async fn away(portal: &TestPortal, who: &str) {
    let absence = Absence {
        id: AbsenceId(format!("{who}-1")),
        person: who.into(),
        from: LocalDateTime::parse("2026-12-24T09:00").unwrap(),
        until: LocalDateTime::parse("2027-01-04T09:00").unwrap(),
        zone: "Europe/Amsterdam".into(),
        delegations: Vec::new(),
        note: String::new(),
        version: 0,
        cancelled: false,
    };
    let by = Actor::Person(who.into());
    portal.store().save_absence(&absence, &by, portal.environment.now()).await.unwrap();
}

async fn read_by(session: &Session) -> Vec<String> {
    let absences: Vec<Absence> = ok(session.get(paths::ABSENCES)).await;
    absences.into_iter().map(|absence| absence.person.0).collect()
}

#[tokio::test]
async fn everybody_reads_their_own_and_a_lead_those_of_the_team() {
    let portal = TestPortal::start().await;
    away(&portal, "abel").await;
    away(&portal, "olga").await;
    assert_eq!(read_by(&portal.sign_in("abel").await).await, ["abel"]);
    assert_eq!(read_by(&portal.sign_in("gus").await).await, [""; 0]);
    assert_eq!(read_by(&portal.sign_in("lea").await).await, ["abel", "olga"]);
}

#[tokio::test]
async fn clients_do_not_learn_who_is_away() {
    let portal = TestPortal::start().await;
    let carla = portal.sign_in("carla").await;
    assert_eq!(problem(carla.get(paths::ABSENCES)).await, ErrorCode::Forbidden);
}
