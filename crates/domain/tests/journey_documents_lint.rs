//! What the check of a journey finds, where, and in which words.

use postern_domain::lint::{DEFAULT_CALENDAR, Finding, lint};
use postern_domain::*;

const HEAD: &str = "key = \"papers\"\nname = \"Papers\"\n";
const STAGE: &str = "[[stages]]\nkey = \"desk\"\nname = \"Desk\"\ntarget = { hours = 4 }\n";
const STEP: &str = "[[stages.steps]]\nkey = \"desk\"\nname = \"Desk\"\n";
const ROLE: &str = "deciders = [{ role = \"internal_approver\" }]\n";

/// A journey of one stage of one step, with more of each.
fn journey(of_journey: &str, of_stage: &str, of_step: &str) -> Journey {
    let deciders = if of_step.contains("deciders") { "" } else { ROLE };
    let text = format!("{HEAD}{of_journey}\n{STAGE}{of_stage}\n{STEP}{deciders}{of_step}\n");
    Journey::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn field(of: &str) -> String {
    format!("[[fields]]\nkey = \"amount\"\nname = \"Amount\"\n{of}\n")
}

fn said(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{}{finding}", if finding.is_error() { "error " } else { "warning " }))
        .collect()
}

#[track_caller]
fn finds(journey: &Journey, expected: &[&str]) {
    finds_among(journey, None, expected);
}

#[track_caller]
fn finds_among(journey: &Journey, organisation: Option<&Organisation>, expected: &[&str]) {
    let found = said(&lint(journey, &|_| true, organisation));
    let matches = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| found.contains(expected));
    assert!(matches, "found {found:#?}, expected {expected:#?}");
}

fn person(id: &str, role: Role, groups: &[&str]) -> Person {
    Person {
        id: id.into(),
        name: id.to_owned(),
        email: String::new(),
        time_zone: "UTC".to_owned(),
        grants: vec![Grant { role, scope: Scope::EVERYTHING }],
        disabled: false,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        lead: None,
    }
}

#[allow(clippy::needless_update)]
fn organisation(people: impl IntoIterator<Item = Person>) -> Organisation {
    Organisation { people: People::new(people), ..Organisation::default() }
}

#[test]
fn a_plain_journey_has_no_findings() {
    finds(&journey("", "", ""), &[]);
}

#[test]
fn keys_are_well_formed_and_unique() {
    let mut twice = journey("", "", "");
    twice.stages.push(twice.stages[0].clone());
    finds(
        &twice,
        &[
            "error stages[1].key: the stage `desk` is there twice",
            "error stages[1].steps[0].key: the step `desk` is there twice",
        ],
    );
    let mut odd = journey("", "", "");
    odd.key = "Papers of all".into();
    odd.stages[0].key = "2nd".into();
    odd.stages[0].steps[0].key = "".into();
    finds(
        &odd,
        &[
            "error key: the journey's key `Papers of all` must begin with a lower-case letter",
            "error stages[0].key: the stage's key `2nd`",
            "error stages[0].steps[0].key: the step's key ``",
        ],
    );
    let fields = format!("{}{}", field("type = \"flag\""), field("type = \"flag\""));
    finds(&journey(&fields, "", ""), &["error fields[1].key: the field `amount` is there twice"]);
    let dashed = field("type = \"flag\"").replace("amount", "a-b");
    finds(&journey(&dashed, "", ""), &["error fields[0].key: the field's key `a-b` must begin"]);
    let reserved = field("type = \"flag\"").replace("amount", "in");
    finds(
        &journey(&reserved, "", ""),
        &["error fields[0].key: conditions cannot ask for a field called `in`"],
    );
}

#[test]
fn names_are_not_empty_and_lists_name_nothing_twice() {
    let mut nameless = journey(
        "kinds = [\"ticket\", \"ticket\"]\nexceptions = { categories = [\"late\", \"late\"] }",
        "",
        "",
    );
    nameless.name = " ".to_owned();
    nameless.stages[0].client_name = Some(String::new());
    nameless.stages[0].steps[0].name = String::new();
    finds(
        &nameless,
        &[
            "error name: the journey has an empty name",
            "error kinds[1]: the kind Ticket is listed twice",
            "error exceptions.categories[1]: the category `late` is there twice",
            "error stages[0].client_name: the stage has an empty name",
            "error stages[0].steps[0].name: the step has an empty name",
        ],
    );
}

#[test]
fn a_journey_decides_something() {
    let mut empty = journey("", "", "");
    empty.stages.clear();
    finds(&empty, &["warning stages: the journey has no stages"]);
    finds(&journey("", "optional = true", ""), &["error stages: all stages are optional"]);
    let mut without_steps = journey("", "", "");
    without_steps.stages[0].steps.clear();
    finds(&without_steps, &["error stages[0].steps: the stage `desk` has no steps"]);
}

#[test]
fn a_stage_that_no_item_can_reach_is_an_error() {
    let unreachable = "error stages[0].when: no item can reach the stage `desk`";
    let nothing_left = "warning stages: an item can pass without anybody's decision";
    for never in [
        "false",
        "1 > 2",
        "true && false",
        "kind == \"memo\"",
        "priority in [\"low\", \"high\"] && priority == \"urgent\"",
    ] {
        finds(&journey("", &format!("when = '{never}'"), ""), &[nothing_left, unreachable]);
    }
    let amount = field("type = \"money\"\ncurrency = \"EUR\"\nmax = 500\nrequired = true");
    for never in
        ["fields.amount > 500", "fields.amount > 10 && fields.amount < 5", "fields.amount in [501, 502]"]
    {
        finds(&journey(&amount, &format!("when = '{never}'"), ""), &[nothing_left, unreachable]);
    }
    let choice = field("type = \"choice\"\noptions = [\"a\", \"b\"]\nrequired = true");
    finds(&journey(&choice, "when = 'fields.amount == \"c\"'", ""), &[nothing_left, unreachable]);
    finds(&journey("kinds = [\"invoice\"]", "when = 'kind == \"ticket\"'", ""), &[nothing_left, unreachable]);
}

#[test]
fn the_conditions_of_stage_and_step_must_be_able_to_hold_together() {
    let amount = field("type = \"integer\"\nrequired = true");
    finds(
        &journey(&amount, "when = 'fields.amount > 10'", "when = 'fields.amount < 5'"),
        &["warning stages: an item can pass", "error stages[0].when: no item can reach"],
    );
}

#[test]
fn a_step_whose_condition_never_holds_is_an_error_and_one_that_always_does_a_warning() {
    let mut two = journey("", "", "");
    let mut other = two.stages[0].steps[0].clone();
    other.key = "other".into();
    other.when = Some(Condition::new("kind == \"memo\""));
    two.stages[0].steps.push(other.clone());
    finds(&two, &["error stages[0].steps[1].when: the step `other` never applies"]);
    two.stages[0].steps[1].when = Some(Condition::new("kind != \"memo\""));
    finds(&two, &["warning stages[0].steps[1].when: the condition always holds"]);
}

#[test]
fn conditions_that_may_all_fail_to_hold_let_items_pass_undecided() {
    let flag = field("type = \"flag\"\nrequired = true");
    finds(&journey(&flag, "", "when = 'fields.amount'"), &["warning stages: an item can pass without"]);
    let mut both = journey(&flag, "when = 'fields.amount'", "");
    let mut other = both.stages[0].clone();
    other.key = "other".into();
    other.steps[0].key = "other".into();
    other.when = Some(Condition::new("!fields.amount"));
    both.stages.push(other);
    finds(&both, &[]);
}

#[test]
fn an_optional_field_is_asked_for_before_it_is_read() {
    let amount = field("type = \"integer\"");
    let unguarded = "warning stages[0].when: `amount` may be empty, and the condition then counts as holding";
    let undecided = "warning stages: an item can pass";
    finds(&journey(&amount, "when = 'fields.amount > 5'", ""), &[undecided, unguarded]);
    // It fails where the field is empty, and holds wherever it is not.
    let always = "warning stages[0].when: the condition always holds";
    finds(&journey(&amount, "when = 'has(fields.amount) || fields.amount > 5'", ""), &[unguarded, always]);
    for guarded in [
        "has(fields.amount) && fields.amount > 5",
        "fields.amount > 5 && has(fields.amount)",
        "has(fields.amount) ? fields.amount > 5 : false",
    ] {
        finds(&journey(&amount, &format!("when = '{guarded}'"), ""), &[undecided]);
    }
    finds(&journey(&amount, "when = '!has(fields.amount) || fields.amount > 5'", ""), &[undecided]);
}

#[test]
fn a_condition_that_is_none_says_why() {
    let amount = field("type = \"integer\"\ncosmetic = true\nrequired = true");
    for (condition, why) in [
        ("fields.amount >", "it cannot be read"),
        ("fields.sum > 5", "the form has no field `sum`"),
        ("fields.amount > 5", "`amount` is cosmetic or an output"),
        ("colour == \"red\"", "there is no `colour` here"),
        ("kind > 5", "`>` takes a text, not a number"),
        ("\"yes\"", "it must be true or false, and is a text"),
        ("[1, 2].all(x, x > 0)", "is not available in conditions"),
    ] {
        let journey = journey(&amount, &format!("when = '{condition}'"), "");
        let found = said(&lint(&journey, &|_| true, None));
        let named = found.iter().any(|one| {
            one.starts_with("error stages[0].when: the condition is not usable") && one.contains(why)
        });
        assert!(named, "{condition}: {found:#?}");
    }
}

#[test]
fn business_time_needs_a_calendar_that_exists() {
    let none = |_: &CalendarKey| false;
    let only_default = |key: &CalendarKey| key.as_str() == DEFAULT_CALENDAR;
    let mut business = journey(
        "completion = { business_days = 1 }\nescalation = [{ after = { overdue = { business_minutes = 5 } }, to = \"lead\" }]",
        "",
        "",
    );
    let found = said(&lint(&business, &none, None));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("error completion: business time needs a calendar"), "{found:#?}");
    assert!(found[1].starts_with("error escalation[0].after: business time needs a calendar"), "{found:#?}");
    assert_eq!(lint(&business, &only_default, None), vec![]);
    business.calendar = Some("amsterdam".into());
    let found = said(&lint(&business, &only_default, None));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("error calendar: there is no calendar `amsterdam`"), "{found:#?}");
}

#[test]
fn a_stage_has_a_target_of_some_length() {
    let mut journey = journey("", "", "");
    journey.stages[0].target = None;
    finds(&journey, &["warning stages[0].target: the stage `desk` has no target"]);
    journey.stages[0].target = Some(calendar::Target::Hours(0));
    finds(&journey, &["warning stages[0].target: the target is over as soon as it begins"]);
}

#[test]
fn a_quorum_can_be_reached() {
    finds(&journey("", "", "quorum = { at_least = 0 }"), &["error stages[0].steps[0].quorum: `at_least` 0"]);
    finds(
        &journey("", "", "quorum = \"all\"\nassignment = \"pool\""),
        &["error stages[0].steps[0].quorum: `all` needs to know"],
    );
    finds(
        &journey("", "", "deciders = []\nquorum = { one_per_group = [] }"),
        &["error stages[0].steps[0].quorum.one_per_group: `one_per_group` lists no group"],
    );
    finds(
        &journey("", "", "deciders = []\nquorum = { one_per_group = [\"a\", \"b\", \"a\"] }"),
        &["error stages[0].steps[0].quorum.one_per_group[2]: the group `a` is there twice"],
    );
    finds(
        &journey("", "", "quorum = { one_per_group = [\"a\"] }"),
        &["warning stages[0].steps[0].deciders[0]: `one_per_group` counts only its groups"],
    );
    finds(
        &journey("", "", "deciders = []"),
        &["error stages[0].steps[0].deciders: the step `desk` names nobody"],
    );
}

#[test]
fn a_veto_names_somebody_who_decides() {
    finds(
        &journey("", "", "veto = { only = [] }"),
        &["error stages[0].steps[0].veto.only: `only` lists nobody"],
    );
    finds(
        &journey("", "", "deciders = [{ group = \"a\" }]\nveto = { only = [{ group = \"b\" }] }"),
        &["warning stages[0].steps[0].veto.only[0]: the group `b` may veto but does not decide here"],
    );
    finds(&journey("", "", "veto = { only = [{ group = \"b\" }] }"), &[]);
}

#[test]
fn outputs_are_output_fields_and_each_is_asked_for() {
    let input = field("type = \"flag\"");
    finds(
        &journey(&input, "", "outputs = [\"amount\"]"),
        &[
            "error stages[0].steps[0].outputs[0]: the step asks for `amount`, which is filled in at submission",
        ],
    );
    finds(
        &journey("", "", "outputs = [\"sum\"]"),
        &["error stages[0].steps[0].outputs[0]: the step asks for `sum`, which is not a field"],
    );
    let output = field("type = \"flag\"\noutput = true");
    finds(
        &journey(&output, "", "outputs = [\"amount\", \"amount\"]"),
        &["error stages[0].steps[0].outputs[1]: the step asks for `amount` twice"],
    );
    finds(&journey(&output, "", ""), &["warning fields[0]: no step asks for the output field `amount`"]);
    let required = field("type = \"flag\"\noutput = true\nrequired = true");
    finds(&journey(&required, "", ""), &["error fields[0]: no step asks for the output field `amount`"]);
}

#[test]
fn a_field_admits_something() {
    for (of, expected) in [
        (
            "type = \"integer\"\nmin = 3\nmax = 2",
            "error fields[0].min: no item has this as long as `min` 3 is above `max` 2",
        ),
        ("type = \"text\"\nmax_length = 0", "error fields[0].max_length: nothing fits"),
        ("type = \"choice\"\noptions = []", "error fields[0].options: the choice has no options"),
        (
            "type = \"choice\"\noptions = [\"a\", \"a\"]",
            "error fields[0].options[1]: the option \"a\" is there twice",
        ),
        (
            "type = \"choice\"\noptions = [\"a\", \" \"]",
            "error fields[0].options[1]: the option \" \" is empty",
        ),
        ("type = \"money\"\ncurrency = \"euro\"", "error fields[0].currency: `euro` is no currency code"),
    ] {
        finds(&journey(&field(of), "", ""), &[expected]);
    }
}

#[test]
fn ladders_are_climbed_in_their_order() {
    let rungs = |rungs: &str| journey(&format!("escalation = [{rungs}]"), "", "");
    let opened = |hours: u32| format!("{{ after = {{ opened = {{ hours = {hours} }} }}, to = \"lead\" }}");
    let overdue = |hours: u32| format!("{{ after = {{ overdue = {{ hours = {hours} }} }}, to = \"lead\" }}");
    let early = "error escalation[1].after: the rung comes before the one above it";
    finds(&rungs(&format!("{}, {}", opened(4), opened(4))), &[]);
    finds(&rungs(&format!("{}, {}", opened(4), opened(3))), &[early]);
    finds(&rungs(&format!("{}, {}", overdue(4), overdue(3))), &[early]);
    // The stage is due after 4 hours.
    finds(&rungs(&format!("{}, {}", overdue(2), opened(5))), &[early]);
    finds(&rungs(&format!("{}, {}", overdue(2), opened(6))), &[]);
    finds(&rungs(&format!("{}, {}", opened(6), overdue(1))), &[early]);
    let many = vec![opened(1); 21].join(", ");
    finds(&rungs(&many), &["error escalation: the ladder has 21 rungs: at most 20"]);
    let mut without_target = rungs(&overdue(1));
    without_target.stages[0].target = None;
    finds(
        &without_target,
        &["warning escalation[0].after: the rung waits for an overdue stage", "warning stages[0].target"],
    );
}

#[test]
fn roles_do_what_their_permission_allows() {
    finds(
        &journey("", "", "deciders = [{ role = \"client\" }]"),
        &["error stages[0].steps[0].deciders[0]: the role Client cannot decide"],
    );
    finds(
        &journey("", "", "deciders = [{ role = \"portal_admin\" }]"),
        &["error stages[0].steps[0].deciders[0]: the role PortalAdmin cannot decide"],
    );
    finds(
        &journey("overrides = { roles = [\"client_admin\"] }", "", ""),
        &["error overrides.roles[0]: the role ClientAdmin belongs to clients"],
    );
    finds(
        &journey("overrides = { roles = [\"internal_owner\"] }", "", ""),
        &["warning overrides.roles[0]: the role InternalOwner may not override anyway"],
    );
    finds(
        &journey("exceptions = { handlers = [{ role = \"internal_approver\" }] }", "", ""),
        &["error exceptions.handlers[0]: the role InternalApprover cannot resolve"],
    );
}

#[test]
fn people_and_groups_exist_in_the_organisation() {
    let mut gone = person("gone", Role::InternalApprover, &[]);
    gone.disabled = true;
    let here = organisation([
        person("anna", Role::InternalApprover, &["legal"]),
        gone,
        person("carl", Role::Client, &["brand"]),
    ]);
    let named = |who: &str| {
        journey("", "", &format!("deciders = [{{ group = \"legal\" }}, {{ person = \"{who}\" }}]"))
    };
    finds_among(&named("anna"), Some(&here), &[]);
    finds_among(
        &named("nobody"),
        Some(&here),
        &["error stages[0].steps[0].deciders[1]: `nobody` is nobody here"],
    );
    finds_among(&named("gone"), Some(&here), &["error stages[0].steps[0].deciders[1]: `gone` is disabled"]);
    finds_among(&named("carl"), Some(&here), &["error stages[0].steps[0].deciders[1]: `carl` holds no role"]);
    let group = journey("", "", "deciders = [{ group = \"legal\" }, { group = \"brand\" }]");
    finds_among(
        &group,
        Some(&here),
        &["warning stages[0].steps[0].deciders[1]: nobody who may approve belongs to the group `brand`"],
    );
    let rung =
        journey("escalation = [{ after = { opened = { hours = 1 } }, to = { person = \"gone\" } }]", "", "");
    finds_among(&rung, Some(&here), &["error escalation[0].to: `gone` is disabled"]);
}

#[test]
fn a_step_that_nobody_can_ever_decide_is_a_dead_end() {
    let nobody = organisation([person("olga", Role::InternalOwner, &[])]);
    let with_lead = organisation([person("lena", Role::TeamLead, &[])]);
    let approvers = |no_decider: &str| journey("", "", &format!("no_decider = \"{no_decider}\""));
    finds_among(
        &approvers("refuse"),
        Some(&nobody),
        &[
            "error stages[0].steps[0].deciders: nobody may decide at `desk`, so that every item is refused before it gets there",
        ],
    );
    finds_among(
        &approvers("exception"),
        Some(&with_lead),
        &[
            "error stages[0].steps[0].deciders: nobody may decide at `desk`, so that every item becomes an exception there",
        ],
    );
    finds_among(&approvers("lead"), Some(&nobody), &["error stages[0].steps[0].deciders: nobody may decide"]);
    finds_among(
        &approvers("lead"),
        Some(&with_lead),
        &[
            "warning stages[0].steps[0].deciders: nobody whom `desk` names is there, so that a team lead decides",
        ],
    );
}

#[test]
fn a_quorum_needs_no_more_people_than_there_are() {
    let two = organisation([
        person("anna", Role::InternalApprover, &["legal", "brand"]),
        person("lena", Role::TeamLead, &[]),
    ]);
    finds_among(&journey("", "", "quorum = { at_least = 2 }"), Some(&two), &[]);
    finds_among(
        &journey("", "", "quorum = { at_least = 3 }"),
        Some(&two),
        &["error stages[0].steps[0].quorum: `desk` needs 3 people and only 2 may decide"],
    );
    finds_among(
        &journey("", "", "quorum = { at_least = 2 }\nno_decider = \"exception\""),
        Some(&two),
        &["error stages[0].steps[0].quorum: `desk` needs 2 people and only 1"],
    );
    finds_among(
        &journey("", "", "deciders = []\nquorum = { one_per_group = [\"legal\", \"brand\"] }"),
        Some(&two),
        &["error stages[0].steps[0].quorum: not every group of `desk` can have a person of its own"],
    );
}
