//! Form fields: what an item of a journey says about itself, and what each part of it may be.

mod written;

use crate::item::FieldValue;
use serde::{Deserialize, Serialize};

/// One field of a journey's form. It is read in `written.rs`: serde cannot refuse unknown keys beside a flattened type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Field {
    /// Lower-case letters, digits and `_`, beginning with a letter: conditions call it `fields.<key>`.
    pub key: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub help: Option<String>,
    #[serde(flatten)]
    pub of: FieldType,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether its change leaves approvals as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cosmetic: bool,
    /// Filled in by deciders, not by who hands over; not part of what is decided on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub output: bool,
    /// Staff only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
}

/// What a field's value may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum FieldType {
    Text {
        /// Characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_length: Option<u32>,
    },
    Flag,
    Integer {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "number | null")]
        min: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "number | null")]
        max: Option<i64>,
    },
    /// Minor units (cents) of the currency, an ISO 4217 code.
    Money {
        currency: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "number | null")]
        min: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "number | null")]
        max: Option<i64>,
    },
    /// A day, `2026-04-01`.
    Date,
    Choice {
        options: Vec<String>,
    },
    Email,
    Url,
}

/// What is wrong with a field's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FieldProblem {
    #[error("must be filled in")]
    Missing,
    #[error("must be {expected}")]
    WrongType { expected: String },
    #[error("must be at least {min}")]
    TooSmall { min: i64 },
    #[error("must be at most {max}")]
    TooLarge { max: i64 },
    #[error("must have at most {max} characters")]
    TooLong { max: u32 },
    #[error("must be one of {}", options.join(", "))]
    NotAnOption { options: Vec<String> },
    #[error("is filled in by those who decide")]
    Output,
    #[error("is not asked for at this step")]
    NotAsked,
    #[error("is not part of the form")]
    Unknown,
}

impl Field {
    /// Whether its change outdates approvals.
    pub fn is_material(&self) -> bool {
        !self.cosmetic && !self.output
    }

    /// Whether `value` may stand here. An empty text counts as nothing.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, value: Option<&FieldValue>) -> Result<(), FieldProblem> {
        let value = value.filter(|value| !matches!(value, FieldValue::Text(text) if text.trim().is_empty()));
        match value {
            None if self.required => Err(FieldProblem::Missing),
            None => Ok(()),
            Some(value) => self.of.check(value),
        }
    }
}

impl Field {
    /// Whether `value` is there and may stand here.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check_filled(&self, value: Option<&FieldValue>) -> Result<(), FieldProblem> {
        match value {
            Some(FieldValue::Text(text)) if text.trim().is_empty() => Err(FieldProblem::Missing),
            None => Err(FieldProblem::Missing),
            filled => self.check(filled),
        }
    }
}

impl FieldType {
    fn check(&self, value: &FieldValue) -> Result<(), FieldProblem> {
        match (self, value) {
            (FieldType::Text { max_length: Some(max) }, FieldValue::Text(text))
                if text.chars().count() > *max as usize =>
            {
                Err(FieldProblem::TooLong { max: *max })
            }
            (FieldType::Text { .. }, FieldValue::Text(_)) | (FieldType::Flag, FieldValue::Flag(_)) => Ok(()),
            (
                FieldType::Integer { min, max } | FieldType::Money { min, max, .. },
                FieldValue::Integer(number),
            ) => within(*number, *min, *max),
            (FieldType::Choice { options }, FieldValue::Text(text)) => {
                if options.contains(text) {
                    Ok(())
                } else {
                    Err(FieldProblem::NotAnOption { options: options.clone() })
                }
            }
            (FieldType::Date, FieldValue::Text(text)) if is_date(text) => Ok(()),
            (FieldType::Email, FieldValue::Text(text)) if is_email(text) => Ok(()),
            (FieldType::Url, FieldValue::Text(text)) if is_url(text) => Ok(()),
            _ => Err(FieldProblem::WrongType { expected: self.expected().to_owned() }),
        }
    }

    /// What somebody wrote, as a value of this type. What cannot be read so stays a text, and is refused as one.
    pub fn read(&self, text: &str) -> FieldValue {
        let text = text.trim();
        let read = match self {
            FieldType::Integer { .. } | FieldType::Money { .. } => text.parse().ok().map(FieldValue::Integer),
            FieldType::Flag => match text.to_lowercase().as_str() {
                "yes" | "true" => Some(FieldValue::Flag(true)),
                "no" | "false" => Some(FieldValue::Flag(false)),
                _ => None,
            },
            _ => None,
        };
        read.unwrap_or_else(|| FieldValue::Text(text.to_owned()))
    }

    /// Some value that it takes, to ask whether a filled-in form would do.
    pub fn sample(&self) -> FieldValue {
        let text = |text: &str| FieldValue::Text(text.to_owned());
        match self {
            FieldType::Text { .. } => text("…"),
            FieldType::Flag => FieldValue::Flag(true),
            FieldType::Integer { min, max } | FieldType::Money { min, max, .. } => {
                FieldValue::Integer(min.or(*max).unwrap_or(1))
            }
            FieldType::Date => text("2000-01-01"),
            FieldType::Choice { options } => text(options.first().map_or("", String::as_str)),
            FieldType::Email => text("somebody@example.com"),
            FieldType::Url => text("https://example.com/"),
        }
    }

    /// What it takes, in words.
    pub fn expected(&self) -> &'static str {
        match self {
            FieldType::Text { .. } => "a text",
            FieldType::Flag => "yes or no",
            FieldType::Integer { .. } => "a whole number",
            FieldType::Money { .. } => "an amount in minor units, for example 1250 for 12.50",
            FieldType::Date => "a day such as 2026-04-01",
            FieldType::Choice { .. } => "one of the options",
            FieldType::Email => "an e-mail address",
            FieldType::Url => "an address that begins with https:// or http://",
        }
    }
}

fn within(number: i64, min: Option<i64>, max: Option<i64>) -> Result<(), FieldProblem> {
    match (min, max) {
        (Some(min), _) if number < min => Err(FieldProblem::TooSmall { min }),
        (_, Some(max)) if number > max => Err(FieldProblem::TooLarge { max }),
        _ => Ok(()),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()
}

fn is_email(text: &str) -> bool {
    let mut parts = text.split('@');
    let (Some(local), Some(host), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let plain = !text.chars().any(|character| character.is_whitespace() || character.is_control());
    plain && !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !text.chars().any(char::is_whitespace))
}
