//! The bottleneck page: where open work waits.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum GroupBy {
    Stage,
    /// Whose turn it is.
    Holder,
    Owner,
    Cohort,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct BottleneckView {
    pub group_by: GroupBy,
    /// One sentence for what the table shows first.
    pub sentence: String,
    pub open: BottleneckCell,
    pub groups: Vec<BottleneckGroup>,
    /// How `stuck` is defined, in words.
    pub stuck_definition: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct BottleneckGroup {
    pub key: String,
    pub name: String,
    pub cell: BottleneckCell,
    /// Share of all waiting time, 0 to 1.
    pub share_of_waiting: f64,
}

/// Numbers of one group of open items. Ages are milliseconds of wall time since the item came to where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct BottleneckCell {
    pub open: u32,
    pub overdue: u32,
    pub stuck: u32,
    pub unassigned: u32,
    #[ts(type = "number | null")]
    pub median_age_ms: Option<i64>,
    #[ts(type = "number | null")]
    pub p85_age_ms: Option<i64>,
    #[ts(type = "number | null")]
    pub oldest_age_ms: Option<i64>,
    /// Filter texts that open exactly the items behind the numbers, in the queue `open`.
    pub filter: String,
}
