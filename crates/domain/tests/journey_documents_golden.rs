//! Golden cases: those of the shipped journeys, and how a case that comes out otherwise says so.

use postern_domain::golden::{Cases, Difference, run};
use postern_domain::lint::lint;
use postern_domain::*;
use std::collections::BTreeSet;

#[test]
fn the_shipped_journeys_can_be_read() {
    let broken: Vec<String> =
        shipped_documents().iter().filter_map(|shipped| Some(shipped.journey().err()?.to_string())).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let keys: Vec<String> = shipped().into_iter().map(|journey| journey.key.0).collect();
    assert_eq!(
        keys,
        [
            "creative-approval",
            "onboarding-intake",
            "invoice-approval",
            "compliance-documents",
            "support-ticket"
        ]
    );
}

#[test]
fn the_shipped_journeys_have_no_findings() {
    for journey in shipped() {
        let findings: Vec<String> = lint(&journey, &|_| true, None).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}: {findings:#?}", journey.key);
    }
}

#[test]
fn the_shipped_journeys_pass_their_golden_cases() {
    let mut failed = Vec::new();
    for shipped in shipped_documents() {
        let journey = shipped.journey().unwrap();
        let cases = shipped.cases().unwrap_or_else(|error| panic!("{}: {error}", journey.key));
        assert_eq!(cases.journey, journey.key);
        for result in run(&journey, &cases) {
            failed.extend(result.difference.map(|why| format!("{}: {}: {why}", journey.key, result.case)));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn the_golden_cases_open_every_step_and_pass_over_every_one_that_can_be() {
    for shipped in shipped_documents() {
        let (journey, cases) = (shipped.journey().unwrap(), shipped.cases().unwrap());
        let expected = |of: fn(&golden::Expectation) -> &Option<Vec<StepKey>>| -> BTreeSet<StepKey> {
            cases.cases.iter().flat_map(|case| of(&case.expect).iter().flatten().cloned()).collect()
        };
        let opened = expected(|expect| &expect.opened);
        let skipped = expected(|expect| &expect.skipped);
        for stage in &journey.stages {
            for step in &stage.steps {
                assert!(opened.contains(&step.key), "{}: no case opens {}", journey.key, step.key);
                let conditional = stage.when.is_some() || step.when.is_some();
                assert!(
                    !conditional || skipped.contains(&step.key),
                    "{}: no case skips {}",
                    journey.key,
                    step.key
                );
            }
        }
    }
}

fn journey() -> Journey {
    Journey::from_toml(
        r#"
key = "papers"
name = "Papers"
fields = [{ key = "large", name = "Large", type = "flag", required = true }]
stages = [
    { key = "desk", name = "Desk", steps = [{ key = "desk", name = "Desk", deciders = ["owner"] }] },
    { key = "legal", name = "Legal", when = "fields.large", steps = [{ key = "legal", name = "Legal", deciders = [{ group = "legal" }] }] },
]
"#,
    )
    .expect("a journey")
}

/// The first difference of one case.
#[track_caller]
fn difference(acts: &str, expect: &str) -> Option<Difference> {
    let text = format!(
        r#"
journey = "papers"
people = [
    {{ id = "carla", roles = ["client"] }},
    {{ id = "olga", roles = ["internal_owner"] }},
    {{ id = "lars", roles = ["internal_approver"], groups = ["legal"] }},
]

[[cases]]
name = "Large papers"
kind = "request"
submitter = "carla"
owner = "olga"
fields = {{ large = true }}
acts = [{acts}]
expect = {{ {expect} }}
"#
    );
    let cases = Cases::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    run(&journey(), &cases).remove(0).difference
}

#[track_caller]
fn differs(acts: &str, expect: &str, said: &str) {
    let found = difference(acts, expect).map(|difference| difference.to_string());
    assert_eq!(found.as_deref(), Some(said));
}

const APPROVE: &str = "{ does = \"approve\" }";

#[test]
fn a_case_that_comes_out_as_expected_has_no_difference() {
    let expect = "phase = \"approved\", opened = [\"desk\", \"legal\"], skipped = []";
    assert_eq!(difference(&format!("{APPROVE}, {APPROVE}"), expect), None);
}

#[test]
fn the_first_difference_is_told_in_words() {
    differs("", "phase = \"approved\"", "it was to end in approved, and ended in in_review");
    differs(
        APPROVE,
        "phase = \"in_review\", opened = [\"legal\"]",
        "the steps `legal` were to open in this order, and `desk`, `legal` did",
    );
    differs(
        APPROVE,
        "phase = \"in_review\", skipped = [\"legal\"]",
        "the steps `legal` were to be passed over, and none were",
    );
    differs(
        APPROVE,
        "phase = \"in_review\", waiting_on = [\"olga\"]",
        "it was to be the turn of `olga`, and it is that of `lars`",
    );
    differs(
        "",
        "phase = \"in_review\", fields = { large = false }",
        "the field `large` was to be no, and is yes",
    );
    differs(
        "",
        "phase = \"in_review\", exception = \"late\"",
        "it was to end in the exception `late`, and ended in none",
    );
    differs(
        "",
        "phase = \"in_review\", escalated_to = \"lena\"",
        "it was to be escalated to lena, and is escalated to nobody",
    );
}

#[test]
fn an_act_that_ends_otherwise_is_told_with_its_rule() {
    let phase = "phase = \"in_review\"";
    differs(
        "{ who = \"lars\", does = \"approve\" }",
        phase,
        "act 1 was refused by `denied.not_reviewer`: not permitted: NotReviewer",
    );
    differs(
        "{ does = \"approve\", refused = \"denied\" }",
        phase,
        "act 1 was to be refused by `denied`, and was accepted",
    );
    differs(
        "{ who = \"carla\", does = \"approve\", refused = \"denied.contributor\" }",
        phase,
        "act 1 was to be refused by `denied.contributor`, and was refused by `denied.needs_role`",
    );
    differs(
        "{ does = \"approve\", already = true }",
        phase,
        "act 1 was to find it so already, and changed something",
    );
    differs(
        "{ who = \"carla\", does = \"set_fields\", fields = { large = true } }",
        phase,
        "act 1 changed nothing, because it was so already",
    );
    differs("{ does = \"request_changes\" }", phase, "act 1 needs `reason`");
    differs(
        &format!("{APPROVE}, {APPROVE}, {APPROVE}"),
        phase,
        "act 3 has nobody to do it: nobody's turn it is; say `who`",
    );
}

#[test]
fn nobody_is_waited_for_who_may_not_decide_there() {
    let text = r#"
journey = "papers"
people = [
    { id = "carla", roles = ["client"] },
    { id = "adam", roles = ["portal_admin"] },
    { id = "olga", roles = ["internal_owner"], client = "globex" },
    { id = "lena", roles = ["team_lead"] },
]

[[cases]]
name = "Those who are named hold no role that decides on this client: a team lead does"
kind = "request"
submitter = "carla"
expect = { phase = "in_review", waiting_on = ["lena"] }
"#;
    let mut journey = journey();
    journey.fields.clear();
    journey.stages.truncate(1);
    journey.stages[0].steps[0].deciders =
        vec![Deciders::Person("adam".into()), Deciders::Person("olga".into())];
    let results = run(&journey, &Cases::from_toml(text).unwrap());
    assert_eq!(results[0].difference, None);
}

#[test]
fn cases_come_out_the_same_every_time() {
    for shipped in shipped_documents() {
        let (journey, cases) = (shipped.journey().unwrap(), shipped.cases().unwrap());
        assert_eq!(run(&journey, &cases), run(&journey, &cases));
    }
}

#[test]
fn a_mistake_in_a_case_is_named_with_its_line() {
    let error = Cases::from_toml("journey = \"a\"\ncase = []\n").unwrap_err().to_string();
    assert!(
        error.starts_with("line 2, column 1: the key `case` does not belong here; did you mean `cases`?"),
        "{error}"
    );
}
