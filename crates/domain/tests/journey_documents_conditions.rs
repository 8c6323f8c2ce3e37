//! What is said about a condition over all items is so at every single one.

use cel::{Context, Program, Value};
use postern_domain::lint::{Problem, lint};
use postern_domain::*;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("fields.sum".to_owned()),
        Just("fields.count".to_owned()),
        (-3_i64..8).prop_map(|number| number.to_string()),
        Just("(fields.sum + 1)".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    select(vec!["fields.colour", "kind", "priority", "\"red\"", "\"ticket\"", "\"high\"", "client"])
        .prop_map(str::to_owned)
}

fn truth() -> impl Strategy<Value = String> {
    let order = || select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        select(vec![
            "true",
            "false",
            "fields.flag",
            "has(fields.sum)",
            "has(fields.flag)",
            "has(fields.colour)"
        ])
        .prop_map(str::to_owned),
        (number(), order(), number()).prop_map(|(left, order, right)| format!("{left} {order} {right}")),
        (text(), order(), text()).prop_map(|(left, order, right)| format!("{left} {order} {right}")),
        text().prop_map(|text| format!("{text} in [\"red\", \"invoice\", \"low\"]")),
        number().prop_map(|number| format!("{number} in [1, 4]")),
        text().prop_map(|text| format!("{text}.startsWith(\"r\")")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left}) && ({right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left}) || ({right})")),
            inner.clone().prop_map(|of| format!("!({of})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(test, yes, no)| format!("({test}) ? ({yes}) : ({no})")),
        ]
    })
}

fn journey(condition: &str) -> Journey {
    let text = format!(
        r#"
key = "papers"
name = "Papers"
kinds = ["ticket", "invoice"]
fields = [
    {{ key = "sum", name = "Sum", type = "integer", min = 0, max = 5 }},
    {{ key = "count", name = "Count", type = "integer", required = true }},
    {{ key = "colour", name = "Colour", type = "choice", options = ["red", "blue"] }},
    {{ key = "flag", name = "Flag", type = "flag" }},
]
[[stages]]
key = "desk"
name = "Desk"
target = {{ hours = 1 }}
steps = [{{ key = "desk", name = "Desk", deciders = ["owner"], when = '{condition}' }}]
"#
    );
    Journey::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

prop_compose! {
    fn item()(
        kind in select(vec![Kind::Ticket, Kind::Invoice]),
        priority in select(vec![Priority::Low, Priority::Normal, Priority::High, Priority::Urgent]),
        sum in of(0_i64..=5),
        count in -5_i64..10,
        colour in of(select(vec!["red", "blue"])),
        flag in of(any::<bool>()),
    ) -> Item {
        let mut fields = Fields::from([("count".to_owned(), FieldValue::Integer(count))]);
        fields.extend(sum.map(|sum| ("sum".to_owned(), FieldValue::Integer(sum))));
        fields.extend(colour.map(|colour| ("colour".to_owned(), FieldValue::Text(colour.to_owned()))));
        fields.extend(flag.map(|flag| ("flag".to_owned(), FieldValue::Flag(flag))));
        let submission = Submission {
            reference: "A-1".to_owned(),
            kind,
            title: "A".to_owned(),
            description: String::new(),
            client: "red".into(),
            project: None,
            journey: JourneyRef { key: "papers".into(), version: 0 },
            fields,
            priority,
            owner: None,
        };
        let recorded = Recorded {
            event: Event::Submitted { submission: Box::new(submission), immaterial: Immaterial::default() },
            by: Actor::System("import".to_owned()),
            on_behalf_of: None,
            at: Timestamp(0),
            device_at: None,
            command: None,
        };
        apply(None, &ItemId::from("a-1"), &recorded).expect("a first event")
    }
}

/// What the interpreter of CEL says, given everything that a condition may name.
fn interpreted(condition: &str, item: &Item) -> Option<bool> {
    let text = |text: &str| Value::String(text.to_owned().into());
    let value = |value: &FieldValue| match value {
        FieldValue::Flag(flag) => Value::Bool(*flag),
        FieldValue::Integer(number) => Value::Int(*number),
        FieldValue::Text(written) => text(written),
    };
    let fields: std::collections::HashMap<String, Value> =
        item.fields.iter().map(|(key, each)| (key.clone(), value(each))).collect();
    let mut context = Context::default();
    context.add_variable_from_value("fields", fields);
    context.add_variable_from_value("kind", text(item.kind.as_str()));
    context.add_variable_from_value("priority", text(item.priority.as_str()));
    context.add_variable_from_value("client", text(item.client.as_str()));
    context.add_variable_from_value("round", Value::Int(i64::from(item.round)));
    match Program::compile(condition).ok()?.execute(&context) {
        Ok(Value::Bool(holds)) => Some(holds),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_never_or_always_holds_does_so_at_every_item(
        condition in truth(),
        items in proptest::collection::vec(item(), 12),
    ) {
        let journey = journey(&condition);
        let findings = lint(&journey, &|_| true, None);
        let found = |is: fn(&Problem) -> bool| findings.iter().any(|finding| is(&finding.problem));
        let when = Condition::new(condition.as_str());
        for item in &items {
            let value = when.evaluate(item);
            if found(|problem| matches!(problem, Problem::NeverApplies { .. } | Problem::Unreachable { .. })) {
                prop_assert_eq!(value, Some(false), "{}", condition);
            }
            if found(|problem| matches!(problem, Problem::AlwaysHolds)) {
                prop_assert_ne!(value, Some(false), "{}", condition);
            }
        }
    }

    #[test]
    fn a_condition_without_an_unguarded_field_can_always_be_evaluated(
        condition in truth(),
        items in proptest::collection::vec(item(), 12),
    ) {
        let findings = lint(&journey(&condition), &|_| true, None);
        let told = findings.iter().any(|finding| {
            matches!(finding.problem, Problem::NotGuarded { .. } | Problem::Condition { .. })
        });
        for item in items.iter().filter(|_| !told) {
            prop_assert!(Condition::new(condition.as_str()).evaluate(item).is_some(), "{}", condition);
        }
    }

    #[test]
    fn a_condition_means_what_the_interpreter_of_cel_says(
        condition in truth(),
        items in proptest::collection::vec(item(), 12),
    ) {
        let when = Condition::new(condition.as_str());
        for item in &items {
            prop_assert_eq!(when.evaluate(item), interpreted(&condition, item), "{}", condition);
        }
    }
}
