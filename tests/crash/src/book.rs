//! What was asked for, and what was said to be saved.

use std::collections::{BTreeMap, BTreeSet};

/// Everything that was given in one world. What was never acknowledged may be there or not, but not twice.
#[derive(Default)]
pub struct Book {
    /// Comments: the text, which no other has, and the items that it was given for.
    pub comments: BTreeMap<String, BTreeSet<String>>,
    /// Commands that a console said were saved, by their ids, with the item's reference.
    pub acknowledged: BTreeMap<String, String>,
    /// Comments that the portal itself confirmed over its API: text and reference.
    pub confirmed: BTreeSet<(String, String)>,
    /// Files that were attached on the console, by their names, which no other has.
    pub attached: BTreeMap<String, Attached>,
    /// Content that the portal said it has, by its hash.
    pub uploads: BTreeSet<String>,
    number: u64,
}

/// A file that somebody attached to an item.
pub struct Attached {
    pub reference: String,
    pub sha256: String,
}

impl Book {
    /// A name that no file has.
    pub fn file_name(&mut self) -> String {
        self.number += 1;
        format!("proof-{}.bin", self.number)
    }

    /// A text that nobody has written before.
    pub fn text(&mut self) -> String {
        self.number += 1;
        format!("said at a bad moment, number {}", self.number)
    }

    /// Takes down what a console printed: one object for each item. Of a process that was killed before it printed
    /// there is nothing to take down.
    pub fn acknowledge(&mut self, printed: &str) -> usize {
        let Ok(serde_json::Value::Array(lines)) = serde_json::from_str(printed) else { return 0 };
        let before = self.acknowledged.len();
        for line in lines {
            if let (Some(command), Some(reference)) = (line["command"].as_str(), line["reference"].as_str()) {
                self.acknowledged.insert(command.to_owned(), reference.to_owned());
            }
        }
        self.acknowledged.len() - before
    }
}
