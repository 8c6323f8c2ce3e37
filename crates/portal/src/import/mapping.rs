//! The mapping file: what the activities, roles and resources of somebody's log are here.
//!
//! TOML. `mappings/` holds examples, and `docs/import.md` explains each key.

use postern_domain::calendar::Target;
use postern_domain::{Deciders, Grant, Journey, Kind, Priority, Role, Scope, Stage};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("cannot read the mapping file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the mapping file {path} is not what an import needs: {message}")]
    Malformed { path: PathBuf, message: String },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Names the source; part of the items' ids, so that the same case imported twice is noticed.
    pub name: String,
    pub item: ItemMapping,
    pub client: ClientMapping,
    pub journey: JourneyMapping,
    pub people: PeopleMapping,
    /// From the activity's name to what it does here.
    pub activities: BTreeMap<String, Does>,
    /// Which columns a CSV log has.
    #[serde(default)]
    pub csv: Option<CsvMapping>,
    /// Which attributes a log carries things in.
    #[serde(default)]
    pub attributes: AttributeNames,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemMapping {
    pub kind: Kind,
    /// With `{attribute}` places; `{case}` is the case's id.
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub priority: Priority,
    /// Field key → attribute, kept as text.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Field key → attribute holding a decimal number, kept in hundredths.
    #[serde(default)]
    pub money: BTreeMap<String, String>,
}

/// Each with `{attribute}` places; every different name becomes a client.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientMapping {
    pub name: String,
    /// Two to eight letters or digits; the prefix of references.
    pub code: String,
    pub cohort: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyMapping {
    pub key: String,
    pub name: String,
    #[serde(default = "default_completion_hours")]
    pub completion_hours: u32,
    #[serde(default = "default_client_hours")]
    pub client_hours: u32,
    pub stages: Vec<StageMapping>,
}

fn default_completion_hours() -> u32 {
    72
}

fn default_client_hours() -> u32 {
    120
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageMapping {
    pub key: String,
    pub name: String,
    /// Deciders belong to this group; absent: every approver.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default = "default_target_hours")]
    pub target_hours: u32,
    /// Passed by where the log does not show it.
    #[serde(default)]
    pub optional: bool,
}

fn default_target_hours() -> u32 {
    72
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleMapping {
    /// With `{resource}` and `{role}`; every different name becomes a person.
    pub name: String,
    /// Where their e-mail addresses end, for example `import.example`.
    pub email_domain: String,
    #[serde(default = "default_zone")]
    pub time_zone: String,
    /// Resources that are machines: what they did is done by `system:<resource>`.
    #[serde(default)]
    pub systems: Vec<String>,
    /// What people of a role in the log may do here. A role that is not listed gets an account without grants.
    #[serde(default)]
    pub roles: BTreeMap<String, RoleMapping>,
    /// Further people who are not in the log, for example a lead for everything.
    #[serde(default)]
    pub also: Vec<ExtraPerson>,
}

fn default_zone() -> String {
    "UTC".to_owned()
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleMapping {
    #[serde(default)]
    pub grants: Vec<Role>,
    #[serde(default)]
    pub groups: Vec<String>,
    /// People of this role own the items that they have to complete.
    #[serde(default)]
    pub owner: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraPerson {
    pub name: String,
    pub grants: Vec<Role>,
    #[serde(default)]
    pub groups: Vec<String>,
    /// Owns every imported item that has no owner of its own.
    #[serde(default)]
    pub owner: bool,
    /// Offered first for signing in.
    #[serde(default)]
    pub suggested: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case", deny_unknown_fields)]
pub enum Does {
    /// Saved, not handed over.
    Draft,
    /// Handed over, or handed over again.
    Submit,
    Approve {
        stage: String,
        /// The journey's last approval.
        #[serde(default)]
        last: bool,
    },
    RequestChanges {
        /// Absent: sent back outside any step.
        #[serde(default)]
        stage: Option<String>,
    },
    Complete,
    Withdraw,
    Escalate,
    /// Kept in the history in its own words.
    Note,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvMapping {
    #[serde(default = "default_delimiter")]
    pub delimiter: char,
    pub case: String,
    pub activity: String,
    pub instant: String,
    #[serde(default)]
    pub resource: Option<String>,
    #[serde(default)]
    pub role: Option<String>,
    /// How instants are written (strftime); absent: RFC 3339 with its offset.
    #[serde(default)]
    pub format: Option<String>,
    /// The zone of instants that are written without one.
    #[serde(default)]
    pub time_zone: Option<String>,
}

fn default_delimiter() -> char {
    ','
}

/// The attributes of an XES log that carry the standard things.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeNames {
    pub case: String,
    pub activity: String,
    pub instant: String,
    pub resource: String,
    pub role: String,
}

impl Default for AttributeNames {
    fn default() -> Self {
        let name = |text: &str| text.to_owned();
        Self {
            case: name("concept:name"),
            activity: name("concept:name"),
            instant: name("time:timestamp"),
            resource: name("org:resource"),
            role: name("org:role"),
        }
    }
}

impl Mapping {
    /// Reads and checks a mapping file.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML of this shape, or speaks of stages that it does not define.
    pub fn read(path: &Path) -> Result<Self, MappingError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| MappingError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|message| MappingError::Malformed { path: path.to_owned(), message })
    }

    /// # Errors
    /// One sentence, with the line where the TOML parser knows it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mapping: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<(), String> {
        let mut stages = BTreeSet::new();
        for stage in &self.journey.stages {
            if !stages.insert(stage.key.as_str()) {
                return Err(format!("journey.stages: the key “{}” stands there twice", stage.key));
            }
        }
        for (activity, does) in &self.activities {
            let stage = match does {
                Does::Approve { stage, .. } => Some(stage),
                Does::RequestChanges { stage } => stage.as_ref(),
                _ => None,
            };
            if let Some(stage) = stage.filter(|stage| !stages.contains(stage.as_str())) {
                return Err(format!(
                    "activities.\"{activity}\": there is no stage “{stage}” in journey.stages (known: {})",
                    stages.iter().copied().collect::<Vec<_>>().join(", ")
                ));
            }
        }
        if !self.activities.values().any(|does| matches!(does, Does::Submit)) {
            return Err("activities: at least one activity must be does = \"submit\"".to_owned());
        }
        if self.people.time_zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(format!("people.time_zone: “{}” is no IANA time zone", self.people.time_zone));
        }
        if let Some(zone) = self.csv.as_ref().and_then(|csv| csv.time_zone.as_ref())
            && zone.parse::<chrono_tz::Tz>().is_err()
        {
            return Err(format!("csv.time_zone: “{zone}” is no IANA time zone"));
        }
        Ok(())
    }

    pub fn journey(&self) -> Journey {
        let stages = self.journey.stages.iter().map(|stage| {
            let deciders = match &stage.group {
                Some(group) => Deciders::Group(group.clone()),
                None => Deciders::Role(Role::InternalApprover),
            };
            let target = Some(Target::Hours(stage.target_hours));
            let optional = stage.optional;
            Stage { optional, ..Stage::of_one(&stage.key, &stage.name, vec![deciders], target) }
        });
        Journey {
            completion: Some(Target::Hours(self.journey.completion_hours)),
            client_answer: Some(Target::Hours(self.journey.client_hours)),
            ..Journey::of_stages(&self.journey.key, &self.journey.name, stages.collect())
        }
    }
}

pub(super) fn grants(roles: &[Role]) -> Vec<Grant> {
    roles.iter().map(|role| Grant { role: *role, scope: Scope::EVERYTHING }).collect()
}
