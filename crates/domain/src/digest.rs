//! The content digest: names exactly what a decider looked at.

use crate::item::Item;
use crate::journey::{Journey, Part};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// SHA-256 over what of an item is material under its journey: title, description, fields and current attachment
/// versions; 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[ts(export, as = "String")]
pub struct ContentDigest(pub String);

impl ContentDigest {
    pub fn of(item: &Item, journey: &Journey) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part("postern content 2");
        if !journey.cosmetic.contains(&Part::Title) {
            part("title");
            part(&item.title);
        }
        if !journey.cosmetic.contains(&Part::Description) {
            part("description");
            part(&item.description);
        }
        for (key, value) in item.fields.iter().filter(|(key, _)| journey.is_material(key)) {
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
