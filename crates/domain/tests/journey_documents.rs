//! Journeys as documents: read with the place of every mistake, written back, described by a schema.

mod journey_shapes;

use journey_shapes::any_journey;
use postern_domain::*;
use proptest::prelude::*;

#[track_caller]
fn mistake(text: &str) -> String {
    Journey::from_toml(text).expect_err("it is broken").to_string()
}

const GOOD: &str = r#"
key = "letters"
name = "Letters"
stages = [{ key = "desk", name = "Desk", target = { hours = 4 }, steps = [
    { key = "desk", name = "Desk", deciders = ["owner"] },
] }]
"#;

#[test]
fn a_document_without_a_version_is_a_draft() {
    let journey = Journey::from_toml(GOOD).unwrap();
    assert_eq!(journey.version, 0);
    assert!(!journey.to_toml().contains("version"));
    assert_eq!(journey.numbered(0).version, 1);
    assert!(journey.numbered(6).to_toml().contains("version = 7\n"));
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_what_was_probably_meant() {
    let said = mistake("key = \"a\"\nname = \"A\"\nstagges = []\n");
    assert!(
        said.starts_with("line 3, column 1: the key `stagges` does not belong here; did you mean `stages`?"),
        "{said}"
    );
    let said = mistake(&GOOD.replace("deciders =", "quorom = \"any\", deciders ="));
    assert!(
        said.starts_with("line 5, column 36: the key `quorom` does not belong here; did you mean `quorum`?"),
        "{said}"
    );
}

#[test]
fn an_unknown_value_is_named_with_those_that_are_possible() {
    let said = mistake(&GOOD.replace("[\"owner\"]", "[{ rolle = \"team_lead\" }]"));
    assert!(said.contains("line 5") && said.contains("did you mean `role`?"), "{said}");
    let said = mistake(&GOOD.replace("[\"owner\"]", "[{ role = \"boss\" }]"));
    assert!(said.contains("`boss` is none of the possible values; possible are: client"), "{said}");
}

#[test]
fn a_missing_key_is_named_with_the_table_that_lacks_it() {
    assert_eq!(
        mistake("key = \"a\"\nname = \"A\"\n"),
        "line 1, column 1: the key `stages` is missing; add `stages = …`"
    );
    let said = mistake("key = \"a\"\nname = \"A\"\n[[stages]]\nname = \"B\"\nsteps = []\n");
    assert!(said.starts_with("line 3, column 1: the key `key` is missing"), "{said}");
}

#[test]
fn broken_toml_says_where() {
    let said = mistake("key = \"a\"\nname = A\n");
    assert!(said.starts_with("line 2, column 8:"), "{said}");
}

#[test]
fn keys_of_another_type_of_field_are_mistakes() {
    let field = |rest: &str| {
        format!("key = \"a\"\nname = \"A\"\nstages = []\n\n[[fields]]\nkey = \"f\"\nname = \"F\"\n{rest}\n")
    };
    assert!(Journey::from_toml(&field("type = \"money\"\ncurrency = \"EUR\"\nmin = 1")).is_ok());
    assert!(
        mistake(&field("type = \"flag\"\nmax_length = 3"))
            .contains("`max_length` does not belong to the flag field `f`")
    );
    assert!(mistake(&field("type = \"money\"")).contains("the money field `f` needs `currency`"));
    assert!(mistake(&field("type = \"choice\"")).contains("the choice field `f` needs `options`"));
    assert!(mistake(&field("type = \"text\"\nmaxlength = 3")).contains("did you mean `max_length`?"));
    assert!(mistake(&field("type = \"text\"\nmaxlength = 3")).starts_with("line 9, column 1"));
}

#[test]
fn json_has_the_same_keys_and_the_same_mistakes() {
    let journey = Journey::from_toml(GOOD).unwrap();
    let text = serde_json::to_string_pretty(&journey).unwrap();
    assert_eq!(Journey::from_json(&text).unwrap(), journey);
    let error = Journey::from_json(&text.replace("\"deciders\"", "\"decider\"")).unwrap_err();
    assert!(error.line > 5, "{error}");
    assert!(error.to_string().contains("did you mean `deciders`?"), "{error}");
    assert!(!error.message.contains("at line"), "{error}");
}

#[test]
fn a_document_that_is_too_long_is_not_read() {
    let long = format!("# {}\n{GOOD}", "x".repeat(document::MAX_DOCUMENT));
    assert!(mistake(&long).contains("at most 1000000 are read"));
}

#[test]
fn a_condition_of_many_brackets_is_read_or_refused_and_nothing_worse() {
    for source in
        ["(".repeat(2_000), "!".repeat(2_000), format!("{}true{}", "(".repeat(900), ")".repeat(900))]
    {
        let condition = Condition::new(source);
        let _ = condition.check(&[]);
    }
    assert!(Condition::new("x".repeat(MAX_SOURCE + 1)).check(&[]).is_err());
}

#[test]
fn what_need_not_be_said_is_not_written() {
    let text = Journey::from_toml(GOOD).unwrap().to_toml();
    for key in ["assignment", "quorum", "veto", "no_decider", "overrides", "exceptions", "version"] {
        assert!(!text.contains(key), "{text}");
    }
}

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/journey.schema.json");
    let schema = schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some_and(|value| value == "1") {
        std::fs::write(path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let committed: serde_json::Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(
        committed == schema,
        "docs/journey.schema.json differs from the types. Look at the difference after\n    UPDATE_SCHEMA=1 cargo \
         nextest run -p postern-domain --test journey_documents the_committed_schema\nand commit it.",
    );
}

const GUIDE: &str = include_str!("../../../docs/journeys.md");

#[test]
fn the_guide_explains_every_key_and_every_value() {
    let mut missing = Vec::new();
    words_of(&schema(), &mut |word| {
        let written = [format!("`{word}`"), format!("`\"{word}\"`"), format!("{{ {word} = ")];
        if !written.iter().any(|written| GUIDE.contains(written)) {
            missing.push(word.to_owned());
        }
    });
    assert!(missing.is_empty(), "docs/journeys.md does not mention {missing:?}");
}

/// The keys of every table, and the values that are words.
fn words_of(schema: &serde_json::Value, found: &mut impl FnMut(&str)) {
    match schema {
        serde_json::Value::Object(table) => {
            let keys = table.get("properties").and_then(|properties| properties.as_object());
            keys.into_iter().flat_map(|keys| keys.keys()).for_each(|key| found(key));
            table.get("const").and_then(|value| value.as_str()).into_iter().for_each(&mut *found);
            table.values().for_each(|value| words_of(value, found));
        }
        serde_json::Value::Array(all) => all.iter().for_each(|value| words_of(value, found)),
        _ => {}
    }
}

#[test]
fn the_examples_of_the_guide_can_be_read() {
    let mut read = 0;
    for block in GUIDE.split("```toml\n").skip(1) {
        let text = block.split("```").next().unwrap_or_default();
        if text.contains("[[cases]]") {
            golden::Cases::from_toml(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        } else if text.starts_with("key = ") {
            let journey = Journey::from_toml(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(lint::lint(&journey, &|_| true, None), vec![], "{text}");
        } else {
            // A part of a stage's step or of a journey: at least TOML.
            toml::from_str::<toml::Table>(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
        read += 1;
    }
    assert!(read >= 4, "{read}");
}

#[test]
fn the_schema_says_what_it_is_and_refuses_unknown_keys() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "Postern journey");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["$defs"]["Field"]["unevaluatedProperties"], false);
    assert_eq!(schema["required"], serde_json::json!(["key", "name", "stages"]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journey_that_is_written_and_read_is_the_same(journey in any_journey()) {
        let text = journey.to_toml();
        let read = Journey::from_toml(&text);
        prop_assert_eq!(read.map_err(|error| format!("{error}\n{text}")), Ok(journey.clone()));
        let json = serde_json::to_string(&journey).unwrap();
        prop_assert_eq!(Journey::from_json(&json), Ok(journey));
    }

    #[test]
    fn whatever_is_read_never_panics(text in "[a-z\\[\\]{}=\"., \n0-9_-]{0,200}") {
        let _ = Journey::from_toml(&text);
        let _ = Journey::from_json(&text);
        let _ = golden::Cases::from_toml(&text);
    }

    #[test]
    fn findings_never_panic_and_name_keys_of_the_document(journey in any_journey()) {
        for finding in lint::lint(&journey, &|_| false, None) {
            prop_assert!(!finding.to_string().is_empty());
            prop_assert!(finding.at.chars().next().is_some_and(|first| first.is_ascii_lowercase()));
        }
    }
}

#[test]
fn every_type_of_field_takes_its_own_sample() {
    let types = [
        r#""type": "text""#,
        r#""type": "flag""#,
        r#""type": "integer", "min": 5"#,
        r#""type": "integer", "max": -5"#,
        r#""type": "money", "currency": "EUR", "min": 100, "max": 200"#,
        r#""type": "date""#,
        r#""type": "choice", "options": ["low", "high"]"#,
        r#""type": "email""#,
        r#""type": "url""#,
    ];
    for of in types {
        let text = format!(r#"{{ "key": "field", "name": "Field", "required": true, {of} }}"#);
        let field: Field = serde_json::from_str(&text).unwrap();
        assert_eq!(field.check(Some(&field.of.sample())), Ok(()), "{of}");
    }
}
