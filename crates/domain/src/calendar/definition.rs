//! A calendar as people write it.

use super::week::{Interval, TimeOfDay, Week};
use crate::ids::CalendarKey;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When an organisation, a team or a person works. Unchecked: see [`Calendar::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Calendar {
    pub key: CalendarKey,
    /// Given when it is published.
    #[serde(default)]
    pub version: u32,
    pub name: String,
    /// The IANA name of the zone in which all its times and dates are meant, for example `Europe/Amsterdam`.
    pub zone: String,
    pub week: Week,
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    #[serde(default)]
    pub special_days: Vec<SpecialDay>,
    /// The dates of those holidays that came from a file, by the name that it was brought in under: brought in again, it
    /// takes back what is gone from it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(as = "Option<BTreeMap<String, Vec<String>>>", optional)]
    pub imports: BTreeMap<String, Vec<NaiveDate>>,
}

/// A date on which nobody works, from its first local instant to its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Holiday {
    #[ts(as = "String")]
    pub date: NaiveDate,
    pub name: String,
}

/// A date with its own intervals in place of its weekday's: a half day, or a Saturday on which people work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SpecialDay {
    #[ts(as = "String")]
    pub date: NaiveDate,
    pub name: String,
    pub intervals: Vec<Interval>,
}

impl Calendar {
    /// Monday to Friday from 09:00 to 17:00 in `zone`, without holidays.
    pub fn standard(zone: &str) -> Self {
        let day = || vec![Interval { from: TimeOfDay::on_the_hour(9), until: TimeOfDay::on_the_hour(17) }];
        let week = Week {
            monday: day(),
            tuesday: day(),
            wednesday: day(),
            thursday: day(),
            friday: day(),
            ..Week::default()
        };
        Self::named("standard", "Monday to Friday, 09:00–17:00", zone, week)
    }

    /// Every instant of every day.
    pub fn always(zone: &str) -> Self {
        let day = || vec![Interval { from: TimeOfDay::MIDNIGHT, until: TimeOfDay::END_OF_DAY }];
        let week = Week {
            monday: day(),
            tuesday: day(),
            wednesday: day(),
            thursday: day(),
            friday: day(),
            saturday: day(),
            sunday: day(),
        };
        Self::named("always", "Around the clock", zone, week)
    }

    fn named(key: &str, name: &str, zone: &str, week: Week) -> Self {
        Self {
            key: CalendarKey::from(key),
            version: 1,
            name: name.to_owned(),
            zone: zone.to_owned(),
            week,
            holidays: Vec::new(),
            special_days: Vec::new(),
            imports: BTreeMap::new(),
        }
    }
}
