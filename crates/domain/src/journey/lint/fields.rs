//! The form, and what the steps ask for besides.

use super::structure::{key, name};
use super::{Findings, Named, Problem};
use crate::journey::{Field, FieldType, Journey};
use std::collections::BTreeSet;

/// Words of CEL, which it does not take for names of fields.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

pub(super) fn check(journey: &Journey, findings: &mut Findings) {
    let mut keys = BTreeSet::new();
    for (index, field) in journey.fields.iter().enumerate() {
        let at = format!("fields[{index}]");
        key(Named::Field, &field.key, &format!("{at}.key"), findings);
        name(Named::Field, Some(&field.name), &format!("{at}.name"), findings);
        if RESERVED.contains(&field.key.as_str()) {
            findings.error(format!("{at}.key"), Problem::ReservedKey { key: field.key.clone() });
        }
        if !keys.insert(&field.key) {
            let key = field.key.clone();
            findings.error(format!("{at}.key"), Problem::Duplicate { what: Named::Field, key });
        }
        of(&field.of, &at, findings);
        asked(journey, field, &at, findings);
    }
    outputs(journey, findings);
}

fn of(of: &FieldType, at: &str, findings: &mut Findings) {
    match of {
        FieldType::Text { max_length: Some(0) } => {
            findings.error(format!("{at}.max_length"), Problem::NothingFits);
        }
        FieldType::Integer { min, max } => limits(*min, *max, at, findings),
        FieldType::Money { currency, min, max } => {
            limits(*min, *max, at, findings);
            let is_code = currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase());
            if !is_code {
                let problem = Problem::MalformedCurrency { currency: currency.clone() };
                findings.error(format!("{at}.currency"), problem);
            }
        }
        FieldType::Choice { options } => choice(options, at, findings),
        FieldType::Text { .. } | FieldType::Flag | FieldType::Date | FieldType::Email | FieldType::Url => {}
    }
}

fn limits(min: Option<i64>, max: Option<i64>, at: &str, findings: &mut Findings) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        findings.error(format!("{at}.min"), Problem::MinAboveMax { min, max });
    }
}

fn choice(options: &[String], at: &str, findings: &mut Findings) {
    if options.is_empty() {
        findings.error(format!("{at}.options"), Problem::NoOptions);
    }
    let mut known = BTreeSet::new();
    for (index, option) in options.iter().enumerate() {
        if option.trim().is_empty() || !known.insert(option) {
            let problem = Problem::BadOption { option: option.clone() };
            findings.error(format!("{at}.options[{index}]"), problem);
        }
    }
}

/// An output field must be asked for by a step, or nobody ever fills it in.
fn asked(journey: &Journey, field: &Field, at: &str, findings: &mut Findings) {
    let mut steps = journey.stages.iter().flat_map(|stage| &stage.steps);
    if !field.output || steps.any(|step| step.outputs.contains(&field.key)) {
        return;
    }
    let problem = Problem::OutputNotAsked { key: field.key.clone() };
    if field.required { findings.error(at, problem) } else { findings.warning(at, problem) }
}

fn outputs(journey: &Journey, findings: &mut Findings) {
    for (stage_index, stage) in journey.stages.iter().enumerate() {
        for (step_index, step) in stage.steps.iter().enumerate() {
            let mut known = BTreeSet::new();
            for (index, key) in step.outputs.iter().enumerate() {
                let at = format!("stages[{stage_index}].steps[{step_index}].outputs[{index}]");
                match journey.field(key) {
                    None => findings.error(&at, Problem::UnknownOutput { key: key.clone() }),
                    Some(field) if !field.output => {
                        findings.error(&at, Problem::NotAnOutput { key: key.clone() });
                    }
                    Some(_) => {}
                }
                if !known.insert(key) {
                    findings.error(at, Problem::OutputTwice { key: key.clone() });
                }
            }
        }
    }
}
