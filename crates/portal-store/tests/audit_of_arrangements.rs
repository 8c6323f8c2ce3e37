//! How the organisation is arranged stands in the trail, and nobody edits it unnoticed: absences, calendars, journeys,
//! clients, what people may do, devices that were shut out.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, START, say};
use postern_domain::absence::{Absence, Delegation, DelegationScope, LocalDateTime};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_domain::publication::Cohorts;
use postern_domain::{
    Actor, Arranged, Arrangement, Grant, Journey, PersonId, Role, Scope, Standing, Timestamp,
};
use postern_portal_store::{AuditFilter, Difference, NewTokens, PersonChange, Publication, StoreError};
use postern_protocol::ExportedLine;
use postern_test_support::{acme, clerk};

fn abel() -> Actor {
    Actor::Person("abel".into())
}

fn away() -> Absence {
    Absence {
        id: "a1".into(),
        person: "abel".into(),
        from: LocalDateTime::parse("2026-12-24T09:00").unwrap(),
        until: LocalDateTime::parse("2027-01-04T09:00").unwrap(),
        zone: "Europe/Amsterdam".into(),
        delegations: vec![Delegation { to: "lea".into(), scope: DelegationScope::EVERYTHING }],
        note: String::new(),
        version: 0,
        cancelled: false,
    }
}

/// An item, an absence saved twice, a calendar published twice and kept by everybody.
async fn world() -> Fixture {
    let fixture = Fixture::new().await;
    let now = Timestamp(START);
    fixture.submit("i1", &acme()).await;
    fixture.store.save_absence(&away(), &abel(), now).await.unwrap();
    let later = Absence { version: 1, note: "Back in the new year.".into(), ..away() };
    fixture.store.save_absence(&later, &abel(), now).await.unwrap();
    let office = Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") };
    fixture.store.publish_calendar(&office, &clerk(), now).await.unwrap();
    fixture.store.publish_calendar(&office, &clerk(), now).await.unwrap();
    let everybody = CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() };
    fixture.store.use_calendar(&everybody, &clerk(), now).await.unwrap();
    fixture.command("olga", "i1", say("c1", "Hello")).await;
    fixture
}

async fn verify(fixture: &Fixture) -> Result<(), Difference> {
    fixture.store.verify_audit(|_| {}).await.unwrap().map(|_| ())
}

async fn lines(fixture: &Fixture, filter: AuditFilter) -> Vec<ExportedLine> {
    let mut lines = Vec::new();
    let take = |line| {
        lines.push(line);
        Ok(())
    };
    fixture.store.export_audit(&filter, take).await.unwrap();
    lines
}

fn arranged(lines: &[ExportedLine]) -> Vec<Arranged> {
    let of_organisation = |line: &ExportedLine| match line {
        ExportedLine::Organisation(line) => Some(line.arranged.clone()),
        ExportedLine::Item(_) => None,
    };
    lines.iter().filter_map(of_organisation).collect()
}

/// What was arranged since, with who did it.
async fn since(fixture: &Fixture, seq: i64) -> Vec<(Arrangement, Actor)> {
    let all = lines(fixture, AuditFilter::default()).await;
    let later = all.into_iter().filter(|line| match line {
        ExportedLine::Organisation(line) => line.seq > seq,
        ExportedLine::Item(_) => false,
    });
    arranged(&later.collect::<Vec<_>>()).into_iter().map(|arranged| (arranged.change, arranged.by)).collect()
}

async fn last_line(fixture: &Fixture) -> i64 {
    fixture.store.head().await.unwrap().audit_seq
}

fn ada() -> Actor {
    Actor::Person("ada".into())
}

#[tokio::test]
async fn every_change_of_an_absence_or_a_calendar_is_a_line_of_the_trail() {
    let fixture = world().await;
    assert_eq!(verify(&fixture).await, Ok(()));
    let all = lines(&fixture, AuditFilter::default()).await;
    let changes: Vec<Arrangement> = arranged(&all).into_iter().map(|arranged| arranged.change).collect();
    let from = changes.iter().position(|change| matches!(change, Arrangement::AbsenceSaved { .. })).unwrap();
    assert!(
        matches!(
            &changes[from..],
            [
                Arrangement::AbsenceSaved { absence: first },
                Arrangement::AbsenceSaved { absence: second },
                Arrangement::CalendarPublished { .. },
                Arrangement::CalendarPublished { .. },
                Arrangement::CalendarKept { .. },
            ] if (first.version, second.version) == (1, 2)
        ),
        "{changes:?}"
    );
    let text = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Vec<ExportedLine>>(&text).unwrap(), all);
}

#[tokio::test]
async fn an_export_of_what_one_person_did_has_their_absences_and_one_of_an_item_has_none() {
    let fixture = world().await;
    let by = lines(&fixture, AuditFilter { by: Some("abel".into()), ..AuditFilter::default() }).await;
    assert!(by.len() == 2 && by.iter().all(|line| matches!(line, ExportedLine::Organisation(_))), "{by:?}");
    let of = lines(&fixture, AuditFilter { item: Some("i1".into()), ..AuditFilter::default() }).await;
    assert!(!of.is_empty() && of.iter().all(|line| matches!(line, ExportedLine::Item(_))), "{of:?}");
}

#[tokio::test]
async fn an_absence_or_a_calendar_that_was_edited_beside_the_trail_is_found() {
    for (edit, said) in [
        ("UPDATE absences SET doc = replace(doc, 'lea', 'gus')", "the absence a1 is another"),
        ("DELETE FROM absences", "the absence a1 was made here"),
        (
            "UPDATE calendars SET doc = replace(doc, '17:00', '18:00') WHERE version = 2",
            "the calendar office 2",
        ),
        ("DELETE FROM calendars WHERE version = 1", "the calendar office 1 was made here"),
        (
            "INSERT INTO calendar_uses (kind, subject, calendar) VALUES ('group', 'legal', 'office')",
            "group legal",
        ),
        ("DELETE FROM calendar_uses", "the calendar of everybody was made here"),
        (
            "UPDATE audit SET recorded = replace(recorded, 'new year', 'spring') WHERE item IS NULL",
            "the hash is",
        ),
    ] {
        let fixture = world().await;
        fixture.tamper(edit).await;
        let found = verify(&fixture).await.unwrap_err();
        assert!(found.what.contains(said), "{edit}: {found}");
    }
}

#[tokio::test]
async fn a_published_journey_and_a_rolled_back_one_are_lines_with_who_when_for_whom_and_the_whole_document() {
    let fixture = Fixture::new().await;
    let before = last_line(&fixture).await;
    let journey = Journey { name: "Shorter".into(), ..Journey::built_in() };
    let pilot = Cohorts::Some(vec!["pilot".into()]);
    let publication = Publication {
        journey: &journey,
        cohorts: &pilot,
        cases: "journey = \"standard\"",
        rolls_back_to: None,
    };
    let second = fixture.store.publish_journey(&publication, &ada(), Timestamp(START)).await.unwrap();
    let first = Journey::built_in();
    let back = Publication { rolls_back_to: Some(1), ..Publication::for_all(&first) };
    let third = fixture.store.publish_journey(&back, &clerk(), Timestamp(START + 1)).await.unwrap();
    let expected = [
        (
            Arrangement::JourneyPublished {
                journey: Box::new(second),
                cohorts: pilot.clone(),
                cases: "journey = \"standard\"".into(),
                rolls_back_to: None,
            },
            ada(),
        ),
        (
            Arrangement::JourneyPublished {
                journey: Box::new(third),
                cohorts: Cohorts::All,
                cases: String::new(),
                rolls_back_to: Some(1),
            },
            clerk(),
        ),
    ];
    assert_eq!(since(&fixture, before).await, expected);
    assert_eq!(verify(&fixture).await, Ok(()));
    let by_ada = lines(&fixture, AuditFilter { by: Some("ada".into()), ..AuditFilter::default() }).await;
    assert_eq!(by_ada.len(), 1);
}

#[tokio::test]
async fn who_gave_somebody_what_right_and_who_took_it_away_stands_in_the_trail() {
    let fixture = Fixture::new().await;
    let before = last_line(&fixture).await;
    let (gus, was) = (PersonId::from("gus"), Standing::from(&fixture.person("gus").await));
    let change = async |change: PersonChange| {
        fixture.store.change_person(&gus, &change, &ada(), Timestamp(START)).await.unwrap();
    };
    let lead = Grant { role: Role::TeamLead, scope: Scope::EVERYTHING };
    change(PersonChange { grants: Some(vec![lead.clone()]), ..PersonChange::default() }).await;
    // What somebody is called is nobody's right.
    change(PersonChange { name: Some("Gus".into()), ..PersonChange::default() }).await;
    change(PersonChange { disabled: Some(true), ..PersonChange::default() }).await;
    fixture.store.set_password(&gus, "hash", &ada(), Timestamp(START)).await.unwrap();
    let granted = Standing { grants: vec![lead], ..was.clone() };
    let off = Standing { disabled: true, ..granted.clone() };
    let changed = |before: &Standing, after: &Standing| Arrangement::PersonChanged {
        person: gus.clone(),
        before: Some(before.clone()),
        after: after.clone(),
    };
    let expected =
        [changed(&was, &granted), changed(&granted, &off), Arrangement::PasswordSet { person: gus.clone() }];
    assert_eq!(since(&fixture, before).await, expected.map(|change| (change, ada())));
    assert_eq!(verify(&fixture).await, Ok(()));
}

#[tokio::test]
async fn a_device_that_was_shut_out_stands_in_the_trail_and_one_that_was_not_cannot_be_made_to() {
    let fixture = Fixture::new().await;
    let (before, now) = (last_line(&fixture).await, Timestamp(START));
    let tokens = |number: u8| NewTokens {
        access_hash: format!("access {number}"),
        access_expires_at: now.plus_ms(1_000),
        refresh_hash: format!("refresh {number}"),
        refresh_expires_at: now.plus_ms(1_000),
    };
    for number in 0..2 {
        let (session, tokens) = (format!("s{number}"), tokens(number));
        fixture.store.begin_session(&session, &"olga".into(), "Olga's laptop", &tokens, now).await.unwrap();
    }
    fixture.store.revoke_device("s0", &ada(), now).await.unwrap();
    let again = fixture.store.revoke_device("s0", &ada(), now).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })), "{again:?}");
    let revoked = Arrangement::DeviceRevoked {
        session: "s0".into(),
        person: "olga".into(),
        device: "Olga's laptop".into(),
    };
    assert_eq!(since(&fixture, before).await, [(revoked, ada())]);
    assert_eq!(verify(&fixture).await, Ok(()));
    fixture.tamper("UPDATE sessions SET ended_ms = 1, ended_why = 'revoked' WHERE id = 's1'").await;
    let found = verify(&fixture).await.unwrap_err();
    assert!(found.what.contains("the shutting out of s1 is there, and nothing"), "{found}");
    fixture.tamper("UPDATE sessions SET ended_ms = NULL, ended_why = NULL").await;
    let found = verify(&fixture).await.unwrap_err();
    assert!(found.what.contains("the shutting out of s0 was made here"), "{found}");
    // A session that was forgotten in time takes nothing from the trail.
    fixture.tamper("DELETE FROM tokens; DELETE FROM sessions").await;
    assert_eq!(verify(&fixture).await, Ok(()));
}

#[tokio::test]
async fn a_journey_a_client_or_somebodys_rights_that_were_edited_beside_the_trail_are_found() {
    for (edit, said) in [
        ("UPDATE journeys SET doc = replace(doc, 'Intake', 'Outtake')", "the journey standard 1 is another"),
        ("UPDATE journeys SET cohorts = '{\"some\":[\"pilot\"]}'", "the journey standard 1 is another"),
        ("UPDATE journeys SET cases = 'none'", "the journey standard 1 is another"),
        ("DELETE FROM journeys", "the journey standard 1 was made here"),
        ("UPDATE clients SET cohort = 'pilot' WHERE id = 'acme'", "the client acme is another"),
        ("UPDATE clients SET owner = 'gus' WHERE id = 'acme'", "the client acme is another"),
        ("DELETE FROM projects", "the project rocket was made here"),
        (
            "UPDATE people SET grants = replace(grants, 'internal_owner', 'portal_admin') WHERE id = 'gus'",
            "the standing of gus is another",
        ),
        ("UPDATE people SET disabled = 1 WHERE id = 'lea'", "the standing of lea is another"),
        ("UPDATE people SET teams = '[\"legal\"]' WHERE id = 'abel'", "the standing of abel is another"),
        (
            "INSERT INTO people SELECT 'eve', name, 'eve@example.com', time_zone, grants, teams, lead, disabled, 1
             FROM people WHERE id = 'lea'",
            "the standing of eve is there, and nothing",
        ),
    ] {
        let fixture = world().await;
        fixture.tamper(edit).await;
        let found = verify(&fixture).await.expect_err(edit);
        assert!(found.what.contains(said), "{edit}: {found}");
    }
}

#[tokio::test]
async fn an_edited_right_is_found_even_when_an_honest_change_came_after_it() {
    let fixture = Fixture::new().await;
    fixture
        .tamper(
            "UPDATE people SET grants = replace(grants, 'internal_owner', 'portal_admin') WHERE id = 'gus'",
        )
        .await;
    let off = PersonChange { disabled: Some(true), ..PersonChange::default() };
    fixture.store.change_person(&"gus".into(), &off, &ada(), Timestamp(START)).await.unwrap();
    let found = verify(&fixture).await.unwrap_err();
    assert!(found.what.contains("what gus might do before is another"), "{found}");
    assert_eq!(found.seq, Some(last_line(&fixture).await));
}
