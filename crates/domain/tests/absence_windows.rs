//! When somebody is away: local times, half-open windows, clocks put forward and back, overlapping absences.
#![allow(clippy::unwrap_used, clippy::inconsistent_digit_grouping)]

mod rota;

use postern_domain::absence::*;
use postern_domain::*;
use rota::*;

fn window(zone: &str, from: &str, until: &str) -> Result<(String, String), AbsenceProblem> {
    let absence = Absence { zone: zone.to_owned(), ..between("anna", from, until, &[]) };
    absence.window().map(|(from, until)| (from.to_rfc3339(), until.to_rfc3339()))
}

fn pair(from: &str, until: &str) -> Result<(String, String), AbsenceProblem> {
    Ok((from.to_owned(), until.to_owned()))
}

#[test]
fn a_window_is_read_in_the_absentees_own_zone() {
    assert_eq!(
        window("Europe/Amsterdam", "2026-04-01T09:00", "2026-04-04T09:00"),
        pair("2026-04-01T07:00:00Z", "2026-04-04T07:00:00Z")
    );
    assert_eq!(
        window("America/New_York", "2026-04-01T09:00", "2026-04-04T09:00"),
        pair("2026-04-01T13:00:00Z", "2026-04-04T13:00:00Z")
    );
}

#[test]
fn across_the_spring_change_the_window_is_an_hour_shorter() {
    assert_eq!(
        window("Europe/Amsterdam", "2026-03-28T09:00", "2026-03-30T09:00"),
        pair("2026-03-28T08:00:00Z", "2026-03-30T07:00:00Z")
    );
}

#[test]
fn a_skipped_time_is_the_first_instant_after_the_gap() {
    let expected = pair("2026-03-29T01:00:00Z", "2026-03-29T10:00:00Z");
    for skipped in ["2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59", "2026-03-29T03:00"] {
        assert_eq!(window("Europe/Amsterdam", skipped, "2026-03-29T12:00"), expected, "{skipped}");
    }
}

#[test]
fn a_whole_skipped_day_ends_when_the_next_begins() {
    // Samoa went over the date line and had no 30 December 2011.
    assert_eq!(
        window("Pacific/Apia", "2011-12-30T12:00", "2011-12-31T12:00"),
        pair("2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z")
    );
}

#[test]
fn a_repeated_time_is_the_earlier_one() {
    assert_eq!(
        window("Europe/Amsterdam", "2026-10-25T02:30", "2026-10-25T03:00"),
        pair("2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z")
    );
}

#[test]
fn a_window_without_an_instant_in_it_is_none() {
    use AbsenceProblem::EndsBeforeItBegins;
    let same = window("Europe/Amsterdam", "2026-04-01T09:00", "2026-04-01T09:00");
    assert_eq!(same, Err(EndsBeforeItBegins));
    let backwards = window("Europe/Amsterdam", "2026-04-02T09:00", "2026-04-01T09:00");
    assert_eq!(backwards, Err(EndsBeforeItBegins));
    let inside_the_gap = window("Europe/Amsterdam", "2026-03-29T02:10", "2026-03-29T02:50");
    assert_eq!(inside_the_gap, Err(EndsBeforeItBegins));
}

#[test]
fn a_zone_that_is_not_known_is_a_problem() {
    let zone = "Mars/Olympus".to_owned();
    let read = window(&zone, "2026-04-01T09:00", "2026-04-04T09:00");
    assert_eq!(read, Err(AbsenceProblem::UnknownZone { zone }));
}

#[test]
fn a_local_time_has_one_form() {
    assert_eq!(local("2026-04-01T09:00").to_string(), "2026-04-01T09:00");
    assert_eq!(local("2026-04-01T09:00:00"), local("2026-04-01T09:00"));
    for text in [
        "",
        "2026-04-01",
        "2026-4-1T9:00",
        "2026-04-01 09:00",
        "2026-04-01T09:00:30",
        "2026-04-01T09:00Z",
        "2026-02-30T09:00",
        "2026-04-01T24:00",
        "+12026-04-01T09:00",
        "2026-04-01T09:00:00:00",
    ] {
        assert_eq!(LocalDateTime::parse(text), Err(NotLocalDateTime), "{text}");
    }
}

#[test]
fn an_absence_is_stored_with_local_times_and_without_what_it_does_not_say() {
    let mut absence = away("anna", &["bram"]);
    absence.delegations[0].scope = up_to(500_00);
    let json = serde_json::to_value(&absence).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    let _sorted = settings.bind_to_scope();
    insta::assert_json_snapshot!(json, @r#"
    {
      "cancelled": false,
      "delegations": [
        {
          "scope": {
            "amount_up_to": 50000
          },
          "to": "bram"
        }
      ],
      "from": "2026-04-01T09:00",
      "id": "anna-1",
      "note": "",
      "person": "anna",
      "until": "2026-04-04T09:00",
      "version": 1,
      "zone": "Europe/Amsterdam"
    }
    "#);
    assert_eq!(serde_json::from_value::<Absence>(json).unwrap(), absence);
}

#[test]
fn away_from_the_first_instant_and_back_at_the_last() {
    let absences = Absences::new([away("anna", &[])]);
    let anna = "anna".into();
    let (from, until) = away("anna", &[]).window().unwrap();
    assert!(absences.absent_at(&anna, from.plus_ms(-1)).is_none());
    assert!(absences.absent_at(&anna, from).is_some());
    assert!(absences.absent_at(&anna, until.plus_ms(-1)).is_some());
    assert!(absences.absent_at(&anna, until).is_none());
}

#[test]
fn of_overlapping_absences_the_one_that_began_last_holds() {
    let long = called("long", between("anna", "2026-04-01T09:00", "2026-04-30T09:00", &[]));
    let ill = called("ill", between("anna", "2026-04-10T09:00", "2026-04-12T09:00", &[]));
    let absences = Absences::new([ill, long]);
    let holds = |at: &str| absences.absent_at(&"anna".into(), utc(at)).map(|absence| absence.id.to_string());
    assert_eq!(holds("2026-04-09T12:00:00Z").as_deref(), Some("long"));
    assert_eq!(holds("2026-04-11T12:00:00Z").as_deref(), Some("ill"));
    assert_eq!(holds("2026-04-12T12:00:00Z").as_deref(), Some("long"));
    assert_eq!(holds("2026-04-30T12:00:00Z"), None);
}

#[test]
fn of_absences_that_began_together_the_greatest_id_holds() {
    let absences = Absences::new(["b", "c", "a"].map(|id| called(id, away("anna", &[]))));
    assert_eq!(absences.absent_at(&"anna".into(), utc(NOON)).unwrap().id, "c".into());
}

#[test]
fn a_cancelled_absence_never_counts() {
    let cancelled = Absence { cancelled: true, ..away("anna", &["bram"]) };
    let absences = Absences::new([cancelled.clone()]);
    assert!(absences.absent_at(&"anna".into(), utc(NOON)).is_none());
    assert_eq!(absences.next_boundary_after(Timestamp(0)), None);
    assert_eq!(absences.get(&"anna-1".into()), Some(&cancelled));
}

#[test]
fn an_absence_without_a_window_is_told_and_does_not_count() {
    let lost = Absence { zone: "Nowhere".into(), ..away("anna", &[]) };
    let absences = Absences::new([lost]);
    assert!(absences.absent_at(&"anna".into(), utc(NOON)).is_none());
    let problem = AbsenceProblem::UnknownZone { zone: "Nowhere".into() };
    assert_eq!(absences.unreadable(), [("anna-1".into(), problem)]);
}

#[test]
fn the_next_boundary_is_when_anybody_leaves_or_comes_back() {
    let absences =
        Absences::new([away("anna", &[]), between("bram", "2026-04-02T09:00", "2026-04-04T09:00", &[])]);
    let mut boundaries = Vec::new();
    let mut at = Timestamp(0);
    while let Some(next) = absences.next_boundary_after(at) {
        boundaries.push(next.to_rfc3339());
        at = next;
    }
    assert_eq!(boundaries, ["2026-04-01T07:00:00Z", "2026-04-02T07:00:00Z", "2026-04-04T07:00:00Z"]);
    let anna_next = absences.next_boundary_of(&"anna".into(), utc("2026-04-01T07:00:00Z"));
    assert_eq!(anna_next, Some(utc("2026-04-04T07:00:00Z")));
}

#[test]
fn somebody_is_back_when_the_last_of_the_absences_that_touch_is_over() {
    let absences = Absences::new([
        called("1", away("anna", &[])),
        called("2", between("anna", "2026-04-03T09:00", "2026-04-06T09:00", &[])),
        called("3", between("anna", "2026-04-06T09:00", "2026-04-07T09:00", &[])),
        called("4", between("anna", "2026-04-08T09:00", "2026-04-09T09:00", &[])),
    ]);
    let back = absences.back_at(&"anna".into(), utc(NOON));
    let back = back.map(|(at, last)| (at.to_rfc3339(), last.id.to_string()));
    assert_eq!(back, Some(("2026-04-07T07:00:00Z".to_owned(), "3".to_owned())));
    assert!(absences.back_at(&"anna".into(), utc("2026-04-07T07:00:00Z")).is_none());
}

#[test]
fn a_newer_state_takes_the_place_of_the_older() {
    let absences = Absences::new([away("anna", &[]), away("bram", &[])]);
    let shorter = between("anna", "2026-04-01T09:00", "2026-04-01T10:00", &[]);
    let absences = absences.with(&shorter);
    assert_eq!(absences.iter().count(), 2);
    assert!(absences.absent_at(&"anna".into(), utc(NOON)).is_none());
    assert!(absences.absent_at(&"bram".into(), utc(NOON)).is_some());
}
