//! The real approval log through a journey of the invoice approval's kind: which of its transitions the journey admits,
//! and by which rule it refuses the others.
#![allow(clippy::unwrap_used)]

mod route;
mod walk;

use postern_domain::golden::{Cases, run};
use postern_domain::lint::lint;
use postern_domain::{Journey, Timestamp};
use postern_portal::import::{Case, LogEvent, Mapping, Position, each_case};
use route::Route;
use std::collections::BTreeMap;
use std::path::PathBuf;
use walk::{Fate, Walk, organisation};

const MAPPING: &str = include_str!("../../mappings/domestic-declarations.toml");

fn journey() -> Journey {
    Journey::from_toml(include_str!("expense-declaration.toml")).unwrap()
}

#[test]
fn the_journey_has_no_findings_and_passes_its_golden_cases() {
    let journey = journey();
    let findings: Vec<String> = lint(&journey, &|_| true, None).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{findings:#?}");
    let cases = Cases::from_toml(include_str!("expense-declaration.cases.toml")).unwrap();
    let results = run(&journey, &cases).into_iter();
    let failed: Vec<String> =
        results.filter_map(|result| Some(format!("{}: {}", result.case, result.difference?))).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A case of these activities.
fn case(activities: &[&str]) -> Case {
    let event = |(line, activity): (u64, &&str)| LogEvent {
        activity: (*activity).to_owned(),
        at: Timestamp(1_500_000_000_000 + 60_000 * i64::try_from(line).unwrap()),
        resource: None,
        role: None,
        attributes: [("(case)_Amount".to_owned(), "26.85".to_owned())].into(),
        line,
    };
    let events = (1..).zip(activities).map(event).collect();
    Case { id: "declaration 1".into(), attributes: BTreeMap::new(), events }
}

fn fates(activities: &[&str], route: Route) -> Vec<Fate> {
    let (mapping, journey, organisation) = (Mapping::parse(MAPPING).unwrap(), journey(), organisation());
    Walk::new(&mapping, &journey, &organisation, route, &case(activities)).fates()
}

#[test]
fn what_was_sent_back_and_corrected_takes_the_way_that_the_next_round_asks_for() {
    let activities = [
        "Declaration SAVED by EMPLOYEE",
        "Declaration SUBMITTED by EMPLOYEE",
        "Declaration APPROVED by ADMINISTRATION",
        "Declaration REJECTED by SUPERVISOR",
        "Declaration REJECTED by EMPLOYEE",
        "Declaration SUBMITTED by EMPLOYEE",
        "Declaration APPROVED by ADMINISTRATION",
        "Declaration APPROVED by BUDGET OWNER",
        "Declaration FINAL_APPROVED by SUPERVISOR",
        "Request Payment",
        "Payment Handled",
    ];
    let mut expected = vec![Fate::Admitted; 11];
    expected[0] = Fate::Outside;
    expected[9] = Fate::Outside;
    assert_eq!(fates(&activities, Route::EachRound), expected);
    // Had it been booked on a budget from the beginning, its owner would have come before the supervisor, and what the
    // employee took back was not theirs to correct.
    expected[3] = Fate::Refused("review_moved_on while in_review".into());
    let once = fates(&activities, Route::Once);
    assert_eq!(once[..4], expected[..4]);
    assert_eq!(once[5], Fate::Refused("wrong_phase while in_review".into()));
}

#[test]
fn what_the_last_step_approved_nobody_sends_back() {
    let activities = [
        "Declaration SUBMITTED by EMPLOYEE",
        "Declaration FINAL_APPROVED by SUPERVISOR",
        "Declaration REJECTED by MISSING",
        "Declaration SUBMITTED by EMPLOYEE",
    ];
    let refused = |rule: &str| Fate::Refused(rule.to_owned());
    assert_eq!(
        fates(&activities, Route::EachRound),
        [
            Fate::Admitted,
            Fate::Admitted,
            refused("review_moved_on while approved"),
            refused("wrong_phase while approved")
        ]
    );
}

/// The whole log, as one way of reading the route has it.
#[derive(Default)]
struct Tally {
    cases: usize,
    whole_cases: usize,
    admitted: usize,
    refused: usize,
    outside: usize,
    /// Those with a refusal: the activities with what was refused marked, the first rule, and how many cases.
    variants: BTreeMap<(String, String), usize>,
}

impl Tally {
    fn count(&mut self, case: &Case, fates: &[Fate]) {
        self.cases += 1;
        let mut first = None;
        let mut words = Vec::new();
        for (event, fate) in case.events.iter().zip(fates) {
            let activity = event.activity.trim_start_matches("Declaration ");
            match fate {
                Fate::Admitted => self.admitted += 1,
                Fate::Outside => self.outside += 1,
                Fate::Refused(rule) => {
                    self.refused += 1;
                    first.get_or_insert_with(|| format!("{activity}: {rule}"));
                }
            }
            words.push(if matches!(fate, Fate::Refused(_)) {
                format!("[{activity}]")
            } else {
                activity.to_owned()
            });
        }
        match first {
            None => self.whole_cases += 1,
            Some(first) => *self.variants.entry((words.join(" → "), first)).or_default() += 1,
        }
    }

    /// Of the transitions, and of the cases.
    fn shares(&self) -> (f64, f64) {
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        (share(self.admitted, self.admitted + self.refused), share(self.whole_cases, self.cases))
    }

    fn print(&self, title: &str) {
        let (transitions, cases) = self.shares();
        let (admitted, all) = (self.admitted, self.admitted + self.refused);
        println!("\n{title}");
        println!("  transitions admitted: {admitted} of {all}, {:.3} %", transitions * 100.0);
        println!("  cases admitted whole: {} of {}, {:.3} %", self.whole_cases, self.cases, cases * 100.0);
        println!("  no transitions of the journey (drafts, notes of the payment system): {}", self.outside);
        println!("  variants that are not admitted, what is refused in brackets: {}", self.variants.len());
        let mut variants: Vec<_> = self.variants.iter().collect();
        variants.sort_by_key(|(variant, count)| (std::cmp::Reverse(**count), *variant));
        for ((activities, first), count) in variants {
            println!("  {count:>6}  {activities}\n          {first}");
        }
    }
}

#[test]
fn the_real_log_is_admitted_as_far_as_was_measured() {
    let Some(log) = std::env::var_os("POSTERN_EVENT_LOG").map(PathBuf::from) else {
        eprintln!("skipped: POSTERN_EVENT_LOG does not name the approval log");
        return;
    };
    let (mapping, journey, organisation) = (Mapping::parse(MAPPING).unwrap(), journey(), organisation());
    let (mut each_round, mut once) = (Tally::default(), Tally::default());
    let mut events = 0;
    each_case(&log, &mapping, &Position::default(), &mut |mut case| {
        events += case.events.len();
        case.events.sort_by_key(|event| event.at);
        for (tally, route) in [(&mut each_round, Route::EachRound), (&mut once, Route::Once)] {
            let fates = Walk::new(&mapping, &journey, &organisation, route, &case).fates();
            tally.count(&case, &fates);
        }
        true
    })
    .unwrap();
    each_round.print("The steps asked for anew with every hand-over:");
    once.print("The steps asked for once, with the first hand-over:");
    for tally in [&each_round, &once] {
        assert_eq!((tally.cases, tally.admitted + tally.refused + tally.outside), (10_357, events));
    }
    assert_eq!(events, 55_628);
    assert!(each_round.shares() >= (0.994, 0.991), "{:?}", each_round.shares());
    assert!(once.shares() >= (0.990, 0.982), "{:?}", once.shares());
}
