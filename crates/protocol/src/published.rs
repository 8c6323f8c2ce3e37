//! What an organisation has published: journeys and calendars, listed, and one document each.

use postern_domain::calendar::CalendarOf;
use postern_domain::publication::Lifecycle;
use postern_domain::{CalendarKey, Journey, JourneyKey, Kind};
use serde::{Deserialize, Serialize};

/// One version of a journey (`GET /v1/journeys`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyLine {
    pub key: JourneyKey,
    pub version: u32,
    pub name: String,
    /// Empty: every kind.
    pub kinds: Vec<Kind>,
    pub state: Lifecycle,
    /// How many items are on it and not finished, for those who arrange journeys.
    #[serde(default)]
    pub in_flight: Option<u64>,
}

/// `GET /v1/journeys/{key}/{version}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedJourney {
    pub state: Lifecycle,
    pub journey: Journey,
    /// The golden cases that it was published with, in TOML; empty without any.
    #[serde(default)]
    pub cases: String,
}

/// The version of a calendar that is in force (`GET /v1/calendars`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarLine {
    pub key: CalendarKey,
    pub version: u32,
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    pub kept_by: Vec<CalendarOf>,
}
