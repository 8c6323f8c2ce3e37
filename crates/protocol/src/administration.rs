//! What portal admins do to journeys and calendars: documents are checked, replayed, published, rolled back; items in
//! flight move to another version.

use postern_domain::calendar::{Calendar, CalendarUse, Due, Holiday};
use postern_domain::{JourneyRef, StageKey, StepKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A journey as it is written, and the golden cases beside it (`POST /v1/journeys/check` and `/v1/journeys/replay`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyDocument {
    pub document: Written,
    /// TOML; empty without any.
    #[serde(default)]
    pub cases: String,
}

/// A document in either of its languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// As text.
    Toml(String),
    /// As it is.
    Json(serde_json::Value),
}

/// What a check says of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyCheck {
    /// No errors, and all cases as expected. Whether there are any cases is asked when it is published.
    pub sound: bool,
    pub findings: Vec<JourneyFinding>,
    pub cases: Vec<PlayedCase>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyFinding {
    /// Forbids publication.
    pub is_error: bool,
    /// The key in the document.
    pub at: String,
    /// What is wrong, and the way out.
    pub problem: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PlayedCase {
    pub case: String,
    /// The first difference from what was expected; none: it is as expected.
    pub difference: Option<String>,
}

/// What past items would have done differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyReplay {
    /// Items of this journey, whichever version they are on.
    pub looked_at: u64,
    /// Those that would have gone another way.
    pub moved: u64,
    /// The first of them, in one sentence each.
    pub first: Vec<String>,
    /// Names the document and the ways that items would go instead. Publishing asks for it, where there were items to look
    /// at: whoever publishes has seen this.
    pub digest: String,
}

/// `POST /v1/journeys`: check, test, and publish as the next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishJourney {
    pub document: Written,
    /// TOML; at least one case is asked for.
    pub cases: String,
    /// Only for new items of clients of these cohorts; absent: of all clients.
    #[serde(default)]
    pub cohorts: Option<Vec<String>>,
    /// The digest of the replay that was seen.
    #[serde(default)]
    pub replayed: Option<String>,
}

/// `POST /v1/journeys/{key}/roll-back`: check, test and publish an earlier version again, as the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollBackJourney {
    pub version: u32,
    /// Absent: those that the version was published for.
    #[serde(default)]
    pub cohorts: Option<Vec<String>>,
    /// Golden cases in TOML, in the place of those that the version was published with.
    #[serde(default)]
    pub cases: Option<String>,
    /// The digest of the replay that was seen.
    #[serde(default)]
    pub replayed: Option<String>,
    /// Only say what would be published, and what past items would have done differently.
    #[serde(default)]
    pub check_only: bool,
}

/// What was published, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyPublication {
    pub check: JourneyCheck,
    pub replay: JourneyReplay,
    /// From the newest version to this one, in one sentence each.
    pub changes: Vec<String>,
    /// None where it was only looked at.
    pub published: Option<JourneyRef>,
}

/// `POST /v1/journeys/{key}/migrate`: items in flight move from one version to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrateJourney {
    pub from: u32,
    pub to: u32,
    /// A stage of the old version, and the one that takes its place. Others stay themselves.
    #[serde(default)]
    pub stages: BTreeMap<StageKey, StageKey>,
    /// Only say what would move, and what stands in the way.
    #[serde(default)]
    pub check_only: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyMigration {
    pub stages: Vec<StageMove>,
    /// Items at no stage now, which are only pinned anew.
    pub elsewhere: u64,
    /// References of exceptions: they stay until they are resolved.
    pub set_aside: Vec<String>,
    /// References of those that have nothing left to decide, and become approved.
    pub approved: Vec<String>,
    /// What stands in the way. With any, nothing moves.
    pub problems: Vec<String>,
    /// None where it was only looked at.
    pub moved: Option<u64>,
    /// Those that a rule kept where they are.
    pub stayed: Vec<Stayed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageMove {
    pub stage: StageKey,
    /// None: they have no place to go.
    pub to: Option<StageKey>,
    pub items: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Stayed {
    pub reference: String,
    /// One sentence.
    pub why: String,
}

/// What is to be changed, for a preview (`POST /v1/calendar-preview`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarChange {
    /// Published as the next version of its key.
    Publish(Box<Calendar>),
    Keep(CalendarUse),
}

/// A file whose holidays are to be brought into a calendar (`POST /v1/calendar-holidays`). Nothing is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayFile {
    pub calendar: Box<Calendar>,
    /// iCalendar (RFC 5545), of which the all-day events are taken.
    pub text: String,
    /// What to call them where neither `name` nor the file says it: the file's name without its ending.
    pub file: String,
    /// Another file under the same name takes the place of the one before.
    pub name: Option<String>,
    /// So many years from this one on, at most 30.
    pub years: u32,
}

/// A calendar with the holidays of a file, and what that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtIn {
    pub calendar: Calendar,
    /// What they are called.
    pub name: String,
    pub new: Vec<Holiday>,
    /// Came under this name before, and are not in the file any more.
    pub gone: Vec<Holiday>,
    /// As they are called now.
    pub renamed: Vec<Holiday>,
    /// Events that are no holidays, and why, one sentence each.
    pub left_out: Vec<String>,
}

/// What becomes due at another time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPreview {
    /// Due times that business time has a say in, of open items.
    pub looked_at: u64,
    pub moving: u64,
    /// The first of them.
    pub first: Vec<DueMove>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueMove {
    pub reference: String,
    pub of: DueOf,
    pub before: Due,
    pub after: Due,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueOf {
    Step(StepKey),
    /// A rung of the escalation ladder, from 1.
    Rung(u8),
    /// The whole way.
    Whole,
    ClientAnswer,
    Completion,
}
