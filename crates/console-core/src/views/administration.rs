//! What portal admins arrange: journeys and calendars, and what a change of them would do.

use postern_domain::calendar::{CalendarOf, Holiday};
use postern_domain::{CalendarKey, JourneyKey, Kind, StageKey, Timestamp};
use postern_protocol::{JourneyFinding, PlayedCase, Stayed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every journey that was published, and what is needed to publish another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneysView {
    /// By name.
    pub journeys: Vec<JourneySummary>,
    /// The segments of clients that a version can be published for.
    pub cohorts: Vec<String>,
    /// Documents that come with Postern, to start from.
    pub examples: Vec<ExampleJourney>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneySummary {
    pub key: JourneyKey,
    /// As its newest version has it.
    pub name: String,
    /// Empty: every kind.
    pub kinds: Vec<Kind>,
    /// The newest first.
    pub versions: Vec<JourneyVersion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyVersion {
    pub version: u32,
    pub name: String,
    /// In words, for example `published for all`.
    pub state: String,
    /// Nothing new starts on it any more.
    pub superseded: bool,
    /// How many items are on it and not finished; none for those who do not arrange journeys.
    #[ts(type = "number | null")]
    pub in_flight: Option<u64>,
}

/// One that comes with Postern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ExampleJourney {
    pub name: String,
    pub draft: JourneyDraft,
}

/// A journey as somebody writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyDraft {
    /// TOML, or JSON with the same keys.
    pub document: String,
    /// The golden cases, in TOML; empty without any.
    #[serde(default)]
    pub cases: String,
}

/// One version of a journey, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PublishedJourneyView {
    pub key: JourneyKey,
    pub version: u32,
    pub name: String,
    pub state: String,
    pub superseded: bool,
    /// In the order in which items pass them.
    pub stages: Vec<StageName>,
    pub draft: JourneyDraft,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StageName {
    pub key: StageKey,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyCheckView {
    /// No errors, and all cases as expected.
    pub sound: bool,
    /// How many golden cases are as expected, in one sentence.
    pub summary: String,
    pub findings: Vec<JourneyFinding>,
    pub cases: Vec<PlayedCase>,
}

/// What past items would have done differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct JourneyReplayView {
    pub summary: String,
    #[ts(type = "number")]
    pub looked_at: u64,
    #[ts(type = "number")]
    pub moved: u64,
    /// The first of them, in one sentence each.
    pub first: Vec<String>,
    /// Says, where it is published, that this was seen.
    pub digest: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PublishJourneyDraft {
    #[serde(flatten)]
    pub draft: JourneyDraft,
    /// Only for new items of clients of these; none: of all clients.
    pub cohorts: Option<Vec<String>>,
    /// The digest of the replay that was seen.
    pub replayed: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RollBackDraft {
    pub key: JourneyKey,
    /// The version that is published again.
    pub version: u32,
    /// None: those that it was published for.
    #[serde(default)]
    pub cohorts: Option<Vec<String>>,
    /// Golden cases in the place of those that it was published with.
    #[serde(default)]
    pub cases: Option<String>,
    /// The digest of the replay that was seen.
    #[serde(default)]
    pub replayed: Option<String>,
}

/// What was published, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PublicationView {
    pub check: JourneyCheckView,
    pub replay: JourneyReplayView,
    /// From the newest version to this one, in one sentence each.
    pub changes: Vec<String>,
    pub key: Option<JourneyKey>,
    /// None where it was only looked at.
    pub version: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct MigrationDraft {
    pub key: JourneyKey,
    pub from: u32,
    pub to: u32,
    /// A stage of the old version and the one that takes its place. Others stay themselves.
    #[serde(default)]
    pub stages: BTreeMap<StageKey, StageKey>,
}

/// What items in flight do when they move to another version, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct MigrationView {
    /// One sentence each.
    pub sentences: Vec<String>,
    /// What stands in the way, one sentence each. With any, nothing moves.
    pub problems: Vec<String>,
    /// References of those that it approves, because nothing is left to decide.
    pub approved: Vec<String>,
    /// What came of it; none where it was only looked at.
    pub outcome: Option<String>,
    /// Those that a rule kept where they are.
    pub stayed: Vec<Stayed>,
}

/// A calendar in the version that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarSummary {
    pub key: CalendarKey,
    pub version: u32,
    pub name: String,
    pub zone: String,
    /// In words: `everybody`, `group legal`, or a name.
    pub kept_by: Vec<String>,
    pub uses: Vec<CalendarOf>,
}

/// A calendar, to read and to edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarView {
    /// 0: not published yet.
    pub version: u32,
    pub form: CalendarForm,
    /// The same as TOML.
    pub document: String,
}

/// A calendar as a form has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarForm {
    pub key: String,
    pub name: String,
    /// An IANA name, for example `Europe/Amsterdam`.
    pub zone: String,
    /// From Monday to Sunday.
    pub week: Vec<CalendarDay>,
    pub holidays: Vec<HolidayLine>,
    pub special_days: Vec<SpecialDayLine>,
    /// Which holidays came from which file; it goes along as it is.
    #[serde(default)]
    pub imports: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarDay {
    pub day: String,
    /// For example `09:00–12:30, 13:30–17:00`, or `closed`.
    pub hours: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HolidayLine {
    /// For example `2026-12-25`.
    pub date: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SpecialDayLine {
    pub date: String,
    pub name: String,
    pub hours: String,
}

/// A calendar as somebody writes it, in either of two ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CalendarDraft {
    /// As TOML.
    Document(String),
    Form(CalendarForm),
}

/// A calendar with the holidays of a file, not published yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct BroughtInView {
    pub calendar: CalendarView,
    pub summary: String,
    /// What is new, gone, renamed or left out, one line each.
    pub days: Vec<String>,
    /// False where the calendar had them already.
    pub changed: bool,
}

/// What becomes due at another time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CalendarPreviewView {
    pub summary: String,
    #[ts(type = "number")]
    pub looked_at: u64,
    #[ts(type = "number")]
    pub moving: u64,
    /// The first of them.
    pub first: Vec<DueMoveView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DueMoveView {
    pub reference: String,
    /// What is due, in words.
    pub what: String,
    /// None: not set.
    pub before: Option<Timestamp>,
    pub after: Option<Timestamp>,
}

impl From<&Holiday> for HolidayLine {
    fn from(holiday: &Holiday) -> Self {
        Self { date: holiday.date.to_string(), name: holiday.name.clone() }
    }
}
