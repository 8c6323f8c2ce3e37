//! Absences and calendars stand in the trail, and nobody edits them unnoticed.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Fixture, START, say};
use postern_domain::absence::{Absence, Delegation, DelegationScope, LocalDateTime};
use postern_domain::calendar::{Calendar, CalendarOf, CalendarUse};
use postern_domain::{Actor, Arrangement, Timestamp};
use postern_portal_store::{AuditFilter, Difference};
use postern_protocol::ExportedLine;
use postern_test_support::acme;

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
    let clerk = Actor::System("command-line".into());
    fixture.submit("i1", &acme()).await;
    fixture.store.save_absence(&away(), &abel(), now).await.unwrap();
    let later = Absence { version: 1, note: "Back in the new year.".into(), ..away() };
    fixture.store.save_absence(&later, &abel(), now).await.unwrap();
    let office = Calendar { key: "office".into(), ..Calendar::standard("Europe/Amsterdam") };
    fixture.store.publish_calendar(&office, &clerk, now).await.unwrap();
    fixture.store.publish_calendar(&office, &clerk, now).await.unwrap();
    let everybody = CalendarUse { of: CalendarOf::Everybody, calendar: "office".into() };
    fixture.store.use_calendar(&everybody, &clerk, now).await.unwrap();
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

#[tokio::test]
async fn every_change_of_an_absence_or_a_calendar_is_a_line_of_the_trail() {
    let fixture = world().await;
    assert_eq!(verify(&fixture).await, Ok(()));
    let all = lines(&fixture, AuditFilter::default()).await;
    let changes: Vec<&Arrangement> = all
        .iter()
        .filter_map(|line| match line {
            ExportedLine::Organisation(line) => Some(&line.arranged.change),
            ExportedLine::Item(_) => None,
        })
        .collect();
    assert!(
        matches!(
            changes.as_slice(),
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
