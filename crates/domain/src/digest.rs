//! The content digest: names exactly what a decider looked at.

use crate::item::Item;
use crate::journey::{Journey, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;

/// SHA-256 over what of an item is decided on: title, description, fields and current attachment versions, without
/// what is [`Immaterial`]; 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, as = "String")]
pub struct ContentDigest(pub String);

/// What of an item is not decided on under its journey: a change of it leaves approvals as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Immaterial {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub parts: BTreeSet<Part>,
    /// By key. A field that is not named here counts, whether the journey knows it or not.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fields: BTreeSet<String>,
}

impl Immaterial {
    pub fn under(journey: &Journey) -> Self {
        let fields = journey.fields.iter().filter(|field| !field.is_material());
        Self { parts: journey.cosmetic.clone(), fields: fields.map(|field| field.key.clone()).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.fields.is_empty()
    }
}

impl ContentDigest {
    /// Of the item as it would be decided on without what is `immaterial`. What it is under its own journey stands in
    /// the item, kept by `apply`.
    pub fn of(item: &Item, immaterial: &Immaterial) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part("postern content 2");
        if !immaterial.parts.contains(&Part::Title) {
            part("title");
            part(&item.title);
        }
        if !immaterial.parts.contains(&Part::Description) {
            part("description");
            part(&item.description);
        }
        for (key, value) in item.fields.iter().filter(|(key, _)| !immaterial.fields.contains(*key)) {
            part("field");
            part(key);
            part(value.type_name());
            part(&value.to_string());
        }
        for attachment in &item.attachments {
            if let Some(current) = attachment.versions.last() {
                part("attachment");
                part(attachment.id.as_str());
                part(&attachment.name);
                part(&current.sha256);
            }
        }
        Self(hex::encode(hash.finalize()))
    }

    /// Of nothing yet: what an item has before its first event is applied.
    pub(crate) fn none() -> Self {
        Self(String::new())
    }

    /// The first eight digits, for people to compare.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
