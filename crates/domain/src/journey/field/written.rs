//! How a field stands in a document: all keys side by side, `type` saying which of them belong to it.

use super::{Field, FieldType};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    name: String,
    help: Option<String>,
    #[serde(rename = "type")]
    of: Type,
    max_length: Option<u32>,
    min: Option<i64>,
    max: Option<i64>,
    currency: Option<String>,
    options: Option<Vec<String>>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    cosmetic: bool,
    #[serde(default)]
    output: bool,
    #[serde(default)]
    internal: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Text,
    Flag,
    Integer,
    Money,
    Date,
    Choice,
    Email,
    Url,
}

impl Type {
    /// Its name, and which of the keys that not every field has belong to it.
    fn keys(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Type::Text => ("text", &["max_length"]),
            Type::Flag => ("flag", &[]),
            Type::Integer => ("integer", &["min", "max"]),
            Type::Money => ("money", &["currency", "min", "max"]),
            Type::Date => ("date", &[]),
            Type::Choice => ("choice", &["options"]),
            Type::Email => ("email", &[]),
            Type::Url => ("url", &[]),
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        written.check().map_err(D::Error::custom)?;
        let needs = |what: &str| {
            let (of, _) = written.of.keys();
            D::Error::custom(format!("the {of} field `{}` needs `{what}`", written.key))
        };
        let of = match written.of {
            Type::Text => FieldType::Text { max_length: written.max_length },
            Type::Flag => FieldType::Flag,
            Type::Integer => FieldType::Integer { min: written.min, max: written.max },
            Type::Money => FieldType::Money {
                currency: written.currency.clone().ok_or_else(|| needs("currency"))?,
                min: written.min,
                max: written.max,
            },
            Type::Date => FieldType::Date,
            Type::Choice => {
                FieldType::Choice { options: written.options.clone().ok_or_else(|| needs("options"))? }
            }
            Type::Email => FieldType::Email,
            Type::Url => FieldType::Url,
        };
        Ok(Self {
            key: written.key,
            name: written.name,
            help: written.help,
            of,
            required: written.required,
            cosmetic: written.cosmetic,
            output: written.output,
            internal: written.internal,
        })
    }
}

impl Written {
    /// No key of another type stands here.
    fn check(&self) -> Result<(), String> {
        let given = [
            ("max_length", self.max_length.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("currency", self.currency.is_some()),
            ("options", self.options.is_some()),
        ];
        let (of, own) = self.of.keys();
        match given.iter().find(|(key, given)| *given && !own.contains(key)) {
            None => Ok(()),
            Some((key, _)) => {
                Err(format!("`{key}` does not belong to the {of} field `{}`: leave it out", self.key))
            }
        }
    }
}
