//! What is said before an absence is saved, and which of it forbids saving.
#![allow(clippy::unwrap_used, clippy::inconsistent_digit_grouping)]

mod rota;

use postern_domain::absence::*;
use postern_domain::*;
use rota::*;

const BEFORE: &str = "2026-03-01T00:00:00Z";
const LEAVES: &str = "2026-04-01T07:00:00Z";
const BACK: &str = "2026-04-04T07:00:00Z";

fn warned(new: &Absence, others: impl IntoIterator<Item = Absence>) -> Vec<Warning> {
    warnings_before_saving(new, &Absences::new(others), &people(), utc(BEFORE), |_, _| Ok(()))
}

#[track_caller]
fn forbids(new: &Absence, problem: AbsenceProblem) {
    let warnings = warned(new, []);
    assert!(warnings.contains(&Warning::Problem(problem.clone())), "{warnings:?}");
    assert!(!may_be_saved(&warnings));
    assert!(Absences::default().validate(new, &people()).contains(&problem));
}

#[test]
fn a_plain_absence_with_one_deputy_for_everything_needs_no_word() {
    assert_eq!(warned(&away("anna", &["bram"]), [away("cleo", &["bram"])]), []);
}

#[test]
fn what_has_no_sense_must_not_be_saved() {
    use AbsenceProblem::*;
    forbids(&away("nobody", &["bram"]), UnknownPerson);
    forbids(&between("anna", "2026-04-02T09:00", "2026-04-01T09:00", &["bram"]), EndsBeforeItBegins);
    forbids(
        &Absence { zone: "Mars/Olympus".into(), ..away("anna", &["bram"]) },
        UnknownZone { zone: "Mars/Olympus".into() },
    );
    forbids(&away("anna", &["bram", "anna"]), DelegatesToSelf { delegation: 1 });
    forbids(&away("anna", &["nobody"]), DelegateUnknown { delegation: 0, to: "nobody".into() });
    let mut negative = away("anna", &["bram"]);
    negative.delegations[0].scope = up_to(-1);
    forbids(&negative, NegativeAmount { delegation: 0 });
    forbids(&away("anna", &["bram"; 21]), TooManyDelegations { count: 21, limit: 20 });
    forbids(
        &Absence { note: "x".repeat(2_001), ..away("anna", &["bram"]) },
        NoteTooLong { length: 2_001, limit: 2_000 },
    );
}

#[test]
fn an_absence_never_passes_to_another_person() {
    let saved = Absences::new([called("1", away("anna", &["cleo"]))]);
    let problems = saved.validate(&called("1", away("bram", &["cleo"])), &people());
    assert_eq!(problems, [AbsenceProblem::BelongsToAnother { person: "anna".into() }]);
    assert_eq!(saved.validate(&called("1", away("anna", &["bram"])), &people()), []);
}

#[test]
fn who_names_themselves_is_told_so_once() {
    let warnings = warned(&away("anna", &["anna"]), []);
    assert_eq!(warnings, [Warning::Problem(AbsenceProblem::DelegatesToSelf { delegation: 0 })]);
}

#[test]
fn a_circle_names_its_people_and_when() {
    let warnings = warned(
        &away("anna", &["bram"]),
        [
            between("bram", "2026-04-02T09:00", "2026-04-09T09:00", &["cleo"]),
            between("cleo", "2026-04-01T09:00", "2026-04-03T09:00", &["anna"]),
        ],
    );
    let circle = Warning::Loop {
        people: ids(&["anna", "bram", "cleo", "anna"]),
        from: utc("2026-04-02T07:00:00Z"),
        until: utc("2026-04-03T07:00:00Z"),
    };
    assert!(warnings.contains(&circle), "{warnings:?}");
    assert!(may_be_saved(&warnings));
}

#[test]
fn no_circle_is_seen_where_the_scopes_or_the_days_do_not_meet() {
    let has_circle = |others: Absence| {
        let mut new = away("anna", &[]);
        new.delegations =
            vec![to_take("bram", of_kind(Kind::Invoice)), to_take("cleo", DelegationScope::EVERYTHING)];
        warned(&new, [others]).iter().any(|warning| matches!(warning, Warning::Loop { .. }))
    };
    let mut tickets = away("bram", &[]);
    tickets.delegations = vec![to_take("anna", of_kind(Kind::Ticket))];
    assert!(!has_circle(tickets.clone()));
    tickets.delegations.push(to_take("anna", up_to(10_00)));
    assert!(has_circle(tickets), "small invoices go round");
    assert!(!has_circle(between("bram", "2026-04-04T09:00", "2026-04-08T09:00", &["anna"])));
    let mut shadowed = away("bram", &["dirk"]);
    shadowed.delegations.push(to_take("anna", DelegationScope::EVERYTHING));
    assert!(!has_circle(shadowed), "Dirk takes all before it comes back to Anna");
}

#[test]
fn a_chain_that_is_too_long_is_told() {
    let names: Vec<String> = (0..=MAX_CHAIN + 1).map(|number| format!("p{number}")).collect();
    let all: Vec<Absence> = names.windows(2).map(|pair| away(&pair[0], &[pair[1].as_str()])).collect();
    let people = People::new(names.iter().map(|name| person(name, name)));
    let warnings =
        warnings_before_saving(&all[0], &Absences::new(all.clone()), &people, utc(BEFORE), |_, _| Ok(()));
    let chain: Vec<&str> = names.iter().take(MAX_CHAIN + 1).map(String::as_str).collect();
    let too_deep = Warning::TooDeep { people: ids(&chain), from: utc(LEAVES), until: utc(BACK) };
    assert!(warnings.contains(&too_deep), "{warnings:?}");
}

#[test]
fn a_deputy_who_is_away_too_is_told_once_for_each_stretch() {
    let warnings = warned(
        &away("anna", &["bram", "bram"]),
        [
            called("1", between("bram", "2026-03-30T09:00", "2026-04-01T12:00", &["cleo"])),
            called("2", between("bram", "2026-04-01T11:00", "2026-04-01T15:00", &["cleo"])),
            called("3", between("bram", "2026-04-03T09:00", "2026-04-20T09:00", &["cleo"])),
        ],
    );
    let away = |from: &str, until: &str| Warning::DelegateAway {
        to: "bram".into(),
        from: utc(from),
        until: utc(until),
    };
    assert_eq!(
        warnings,
        [
            away(LEAVES, "2026-04-01T13:00:00Z"),
            away("2026-04-03T07:00:00Z", BACK),
            Warning::NeverUsed { delegation: 1, to: "bram".into() },
        ]
    );
}

#[test]
fn a_deputy_who_cannot_take_it_is_told_with_the_rule() {
    let new = away("anna", &["gone", "bram", "cleo"]);
    let warnings =
        warnings_before_saving(&new, &Absences::default(), &people(), utc(BEFORE), |person, _| match person
            .id
            .as_str()
        {
            "bram" => Err(Denial::OutOfScope),
            "cleo" => Err(Denial::Contributor),
            other => panic!("{other} is not asked about"),
        });
    assert_eq!(
        warnings[..3],
        [
            Warning::DelegateDisabled { delegation: 0, to: "gone".into() },
            Warning::LacksPermission { delegation: 1, to: "bram".into(), why: Denial::OutOfScope },
            Warning::DutyConflict { delegation: 2, to: "cleo".into() },
        ]
    );
    assert!(may_be_saved(&warnings));
}

#[test]
fn work_that_nobody_is_named_for_is_told() {
    assert_eq!(
        warned(&away("anna", &[]), []),
        [Warning::NobodyNamed { work: vec![WorkRegion::everything()] }]
    );
    let mut new = away("anna", &[]);
    new.delegations = vec![to_take("bram", of_kind(Kind::Invoice)), to_take("cleo", of_client("acme"))];
    let left = WorkRegion {
        clients: Clients::AllBut(["acme".into()].into()),
        kinds: [Kind::Request, Kind::Deliverable, Kind::Ticket].into(),
        ..WorkRegion::everything()
    };
    assert_eq!(warned(&new, []), [Warning::NobodyNamed { work: vec![left] }]);
}

#[test]
fn what_is_over_changes_nothing_and_what_has_begun_is_looked_at_from_now_on() {
    let new = away("anna", &["bram"]);
    let others = Absences::new([away("bram", &["cleo"])]);
    let at = |now: &str| warnings_before_saving(&new, &others, &people(), utc(now), |_, _| Ok(()));
    assert_eq!(at(BACK), [Warning::AlreadyOver { until: utc(BACK) }]);
    assert!(may_be_saved(&at(BACK)));
    assert_eq!(at(NOON), [Warning::DelegateAway { to: "bram".into(), from: utc(NOON), until: utc(BACK) }]);
}

#[test]
fn a_time_that_the_clocks_skip_or_repeat_is_told() {
    let spring = between("anna", "2026-03-29T02:30", "2026-04-01T09:00", &["bram"]);
    let shifted = Warning::TimeShifted {
        end: WindowEnd::From,
        shift: Shift::Skipped,
        written: local("2026-03-29T02:30"),
        taken: local("2026-03-29T03:00"),
    };
    assert_eq!(warned(&spring, []), [shifted]);
    let autumn = between("anna", "2026-10-20T09:00", "2026-10-25T02:30", &["bram"]);
    let shifted = Warning::TimeShifted {
        end: WindowEnd::Until,
        shift: Shift::Repeated,
        written: local("2026-10-25T02:30"),
        taken: local("2026-10-25T02:30"),
    };
    assert_eq!(warned(&autumn, []), [shifted]);
}

#[test]
fn my_other_absence_in_the_same_days_is_told_and_my_own_older_state_is_not() {
    let other = called("ill", between("anna", "2026-04-03T09:00", "2026-04-09T09:00", &["cleo"]));
    let warnings = warned(
        &away("anna", &["bram"]),
        [other, between("anna", "2026-04-01T00:00", "2026-04-02T00:00", &[])],
    );
    let overlap =
        Warning::OverlapsOwn { absence: "ill".into(), from: utc("2026-04-03T07:00:00Z"), until: utc(BACK) };
    assert_eq!(warnings, [overlap]);
}

#[test]
fn of_a_cancelled_absence_nothing_is_said() {
    let cancelled = Absence { cancelled: true, ..away("anna", &[]) };
    assert_eq!(warned(&cancelled, [away("bram", &["anna"])]), []);
}

#[test]
fn warnings_read_back_as_they_were_written() {
    let warnings = [
        Warning::Problem(AbsenceProblem::EndsBeforeItBegins),
        Warning::LacksPermission {
            delegation: 0,
            to: "bram".into(),
            why: Denial::NeedsRole(vec![Role::TeamLead]),
        },
        Warning::NobodyNamed { work: vec![WorkRegion::everything()] },
    ];
    let json = serde_json::to_value(&warnings).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    let _sorted = settings.bind_to_scope();
    insta::assert_json_snapshot!(json, @r#"
    [
      {
        "problem": "ends_before_it_begins",
        "warning": "problem"
      },
      {
        "delegation": 0,
        "to": "bram",
        "warning": "lacks_permission",
        "why": {
          "needs_role": [
            "team_lead"
          ]
        }
      },
      {
        "warning": "nobody_named",
        "work": [
          {
            "amounts": {
              "known": {},
              "unknown": true
            },
            "clients": {
              "all_but": []
            },
            "kinds": [
              "request",
              "deliverable",
              "ticket",
              "invoice"
            ]
          }
        ]
      }
    ]
    "#);
    assert_eq!(serde_json::from_value::<Vec<Warning>>(json).unwrap(), warnings);
}
