//! What a newer program on the other side may send: read as far as it can be, and kept as it came where it cannot.
//!
//! The quick way is to read the whole at once. Only where that fails is it read part by part, so that one thing that
//! this version does not know takes nothing else down.

use crate::sync::{
    BootstrapPart, Change, ChangePage, CommandOutcome, Directory, Envelope, Outcome, PushReply,
};
use crate::{Cursor, Expected, Problem};
use postern_domain::{Command, CommandId, ConsoleId, ItemId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// An item that uses something which this version does not know. It is kept and named, and nothing is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewerItem {
    pub id: ItemId,
    pub version: u64,
    #[serde(default)]
    pub reference: String,
    #[serde(default)]
    pub title: String,
    /// The item as it came, as JSON.
    #[serde(skip)]
    pub doc: String,
}

impl NewerItem {
    fn read(item: Value) -> Result<Self, serde_json::Error> {
        let doc = item.to_string();
        let named: Self = serde_json::from_value(item)?;
        Ok(Self { doc, ..named })
    }
}

/// A page of changes, and what of it this version does not know.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPage {
    pub page: ChangePage,
    pub newer: Vec<NewerItem>,
}

/// A line of a bootstrap.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadPart {
    Known(BootstrapPart),
    Newer(NewerItem),
}

#[derive(Deserialize)]
struct RawPage {
    changes: Vec<Value>,
    directory: Option<Value>,
    cursor: Cursor,
    more: bool,
    expected: Option<Expected>,
    server_time: Timestamp,
}

#[derive(Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
enum RawPart {
    Begin { cursor: Cursor, items: u64, directory: Option<Value>, server_time: Timestamp },
    Item { item: Value },
}

impl ReadPage {
    /// # Errors
    /// When it is no page of changes at all.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let error = match serde_json::from_slice(bytes) {
            Ok(page) => return Ok(Self { page, newer: Vec::new() }),
            Err(error) => error,
        };
        let Ok(raw) = serde_json::from_slice::<RawPage>(bytes) else { return Err(error) };
        let (mut changes, mut newer) = (Vec::with_capacity(raw.changes.len()), Vec::new());
        for change in raw.changes {
            match serde_json::from_value::<Change>(change.clone()) {
                Ok(change) => changes.push(change),
                Err(error) => {
                    let item = change.get("item").cloned().unwrap_or_default();
                    newer.push(NewerItem::read(item).map_err(|_| error)?);
                }
            }
        }
        let RawPage { directory, cursor, more, expected, server_time, .. } = raw;
        let page = ChangePage {
            changes,
            directory: directory.map(readable_directory),
            cursor,
            more,
            expected,
            server_time,
        };
        Ok(Self { page, newer })
    }
}

impl ReadPart {
    /// # Errors
    /// When it is no line of a bootstrap at all.
    pub fn read(line: &[u8]) -> Result<Self, serde_json::Error> {
        let error = match serde_json::from_slice(line) {
            Ok(part) => return Ok(Self::Known(part)),
            Err(error) => error,
        };
        match serde_json::from_slice::<RawPart>(line) {
            Ok(RawPart::Item { item }) => NewerItem::read(item).map(Self::Newer).map_err(|_| error),
            Ok(RawPart::Begin { cursor, items, directory, server_time }) => {
                let directory = directory.map(|directory| Box::new(readable_directory(directory)));
                Ok(Self::Known(BootstrapPart::Begin { cursor, items, directory, server_time }))
            }
            Err(_) => Err(error),
        }
    }
}

/// What of a directory can be read. An item of a journey that cannot be is shown, and decided by the portal alone.
fn readable_directory(mut directory: Value) -> Directory {
    fn part<T: DeserializeOwned>(directory: &mut Value, name: &str) -> Vec<T> {
        let entries = directory.get_mut(name).map(Value::take);
        let entries = entries.and_then(|entries| entries.as_array().cloned()).unwrap_or_default();
        entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect()
    }
    Directory {
        people: part(&mut directory, "people"),
        clients: part(&mut directory, "clients"),
        projects: part(&mut directory, "projects"),
        journeys: part(&mut directory, "journeys"),
        norms: part(&mut directory, "norms"),
        calendars: part(&mut directory, "calendars"),
        calendar_uses: part(&mut directory, "calendar_uses"),
        absences: part(&mut directory, "absences"),
    }
}

#[derive(Deserialize)]
struct RawReply {
    outcomes: Vec<RawOutcome>,
}

#[derive(Deserialize)]
struct RawOutcome {
    id: CommandId,
    seq: u64,
    at_seq: i64,
    outcome: Value,
}

impl PushReply {
    /// Reads a reply; an outcome that this version does not know is one all the same, and final.
    ///
    /// # Errors
    /// When it is no reply to a push at all.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let raw: RawReply = serde_json::from_slice(bytes)?;
        let outcomes = raw.outcomes.into_iter().map(|raw| {
            let outcome = serde_json::from_value(raw.outcome.clone())
                .unwrap_or_else(|_| Outcome::NotUnderstood { said: raw.outcome.to_string() });
            CommandOutcome { id: raw.id, seq: raw.seq, at_seq: raw.at_seq, outcome }
        });
        Ok(Self { outcomes: outcomes.collect() })
    }
}

/// Why a portal refused something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadProblem {
    Known(Problem),
    /// Its code is not known here, only what it says to a person.
    Newer(NewerProblem),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NewerProblem {
    pub code: String,
    pub detail: String,
    #[serde(default)]
    pub request_id: String,
}

impl ReadProblem {
    /// # Errors
    /// When it is no problem at all.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
            .map(Self::Known)
            .or_else(|_| serde_json::from_slice(bytes).map(Self::Newer))
    }
}

/// A push as a portal reads it: a command of a newer console takes no other down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivedPush {
    pub console: ConsoleId,
    pub commands: Vec<ReceivedEnvelope>,
}

/// An envelope as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivedEnvelope {
    pub id: CommandId,
    pub seq: u64,
    pub item: ItemId,
    pub command: Value,
    pub made_at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_known: bool,
}

impl ReceivedEnvelope {
    /// The command, if this version knows it.
    pub fn command(&self) -> Option<Command> {
        serde_json::from_value(self.command.clone()).ok()
    }

    /// SHA-256 over what a repetition must repeat exactly: what the author said, and when; 64 hexadecimal digits.
    pub fn payload_hash(&self) -> String {
        let payload =
            serde_json::to_vec(&(&self.id, &self.item, &self.command, self.made_at)).unwrap_or_default();
        hex::encode(Sha256::digest(payload))
    }
}

impl From<&Envelope> for ReceivedEnvelope {
    fn from(envelope: &Envelope) -> Self {
        Self {
            id: envelope.id.clone(),
            seq: envelope.seq,
            item: envelope.item.clone(),
            command: serde_json::to_value(&envelope.command).unwrap_or_default(),
            made_at: envelope.made_at,
            only_if_known: envelope.only_if_known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(changes: Value) -> Vec<u8> {
        let page = json!({
            "changes": changes, "directory": null, "cursor": "e.1.1.1", "more": false, "expected": null,
            "server_time": 5,
        });
        page.to_string().into_bytes()
    }

    #[test]
    fn an_item_from_the_future_is_named_and_kept_and_the_rest_of_the_page_is_read() {
        let item = json!({ "id": "i1", "version": 4, "reference": "ACME-1", "title": "Tele", "phase": "teleported" });
        let changes = json!([{ "change": "leave", "id": "i2" }, { "change": "upsert", "item": item }]);
        let read = ReadPage::read(&page(changes)).expect("a page");
        assert_eq!(read.page.changes, [Change::Leave { id: "i2".into() }]);
        let newer = &read.newer[0];
        assert_eq!((newer.id.as_str(), newer.version, newer.reference.as_str()), ("i1", 4, "ACME-1"));
        assert_eq!(serde_json::from_str::<Value>(&newer.doc).expect("JSON"), item);
        let line = json!({ "part": "item", "item": item }).to_string();
        assert!(matches!(ReadPart::read(line.as_bytes()), Ok(ReadPart::Newer(_))));
    }

    #[test]
    fn what_is_no_page_no_line_and_no_reply_is_an_error() {
        assert!(ReadPage::read(b"{}").is_err());
        assert!(ReadPage::read(&page(json!([{ "change": "explode" }]))).is_err());
        assert!(ReadPart::read(br#"{"part":"finale"}"#).is_err());
        assert!(PushReply::read(b"[]").is_err());
        assert!(ReadProblem::read(b"{}").is_err());
    }

    #[test]
    fn a_problem_of_a_code_from_the_future_still_says_what_it_says() {
        let problem = json!({
            "type": "about:blank#embargoed", "title": "Embargoed", "status": 409, "detail": "Not before noon.",
            "code": "embargoed", "request_id": "r1",
        });
        let read = ReadProblem::read(problem.to_string().as_bytes()).expect("a problem");
        let said = NewerProblem {
            code: "embargoed".to_owned(),
            detail: "Not before noon.".to_owned(),
            request_id: "r1".to_owned(),
        };
        assert_eq!(read, ReadProblem::Newer(said));
    }

    #[test]
    fn an_outcome_from_the_future_is_final_and_says_what_came() {
        let reply = json!({ "outcomes": [{ "id": "c1", "seq": 1, "at_seq": 9, "outcome": { "outcome": "postponed" } }] });
        let read = PushReply::read(reply.to_string().as_bytes()).expect("a reply");
        assert_eq!(
            read.outcomes[0].outcome,
            Outcome::NotUnderstood { said: r#"{"outcome":"postponed"}"#.to_owned() }
        );
    }
}
