//! One line of a queue: which columns make it up, and how they are read.

use crate::error::Result;
use postern_domain::{
    ClientId, ItemId, JourneyKey, JourneyRef, Kind, PersonId, Phase, Priority, StageKey, Timestamp,
};
use serde::Deserialize;

/// My own commands on an item, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Conflict,
    Refused,
    Pending,
}

/// One line of a queue, without its document.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    pub id: ItemId,
    pub reference: String,
    pub title: String,
    pub kind: Kind,
    pub client: ClientId,
    pub phase: Phase,
    pub journey: JourneyRef,
    pub stage: Option<StageKey>,
    pub owner: Option<PersonId>,
    pub waiting_on: Vec<PersonId>,
    pub priority: Priority,
    pub due_at: Option<Timestamp>,
    pub entered_at: Timestamp,
    pub updated_at: Timestamp,
    pub stuck_from: Option<Timestamp>,
    pub uncovered: bool,
    pub escalated: bool,
    pub mark: Option<Mark>,
    pub comments: u32,
    pub attachments: u32,
}

/// What a line is read from.
pub(crate) const COLUMNS: &str = "id, reference, title, kind, client, phase, journey, journey_version, stage, owner,
    waiting, urgency, due_ms, entered_ms, updated_ms, stuck_from_ms, uncovered, escalated, comments, attachments,
    (SELECT min(CASE outcome_kind WHEN 'conflict' THEN 1 WHEN 'refused' THEN 2 WHEN 'quarantined' THEN 2 ELSE 3 END)
     FROM outbox WHERE outbox.item = items.id
       AND (outcome_kind IS NULL OR outcome_kind IN ('conflict', 'refused', 'quarantined'))) AS own_mark";

/// All lines of a page as one value, in the order of [`Line`]'s fields. The driver hands rows from thread to thread one by
/// one, which takes longer than finding fifty of them.
pub(crate) const LINES: &str = "json_group_array(json_array(id, reference, title, kind, client, phase, journey,
    journey_version, stage, owner, json(waiting), urgency, due_ms, entered_ms, updated_ms, stuck_from_ms, uncovered,
    escalated, comments, attachments, own_mark))";

#[derive(Deserialize)]
struct Line(
    ItemId,
    String,
    String,
    Kind,
    ClientId,
    Phase,
    JourneyKey,
    u32,
    Option<StageKey>,
    Option<PersonId>,
    Vec<PersonId>,
    u8,
    Option<i64>,
    i64,
    i64,
    Option<i64>,
    u8,
    u8,
    u32,
    u32,
    Option<u8>,
);

/// Reads [`LINES`].
pub(crate) fn read(lines: &str) -> Result<Vec<ListRow>> {
    let lines: Vec<Line> = serde_json::from_str(lines)?;
    Ok(lines.into_iter().map(ListRow::from).collect())
}

impl From<Line> for ListRow {
    fn from(line: Line) -> Self {
        let Line(id, reference, title, kind, client, phase, journey, version, stage, owner, waiting_on, ..) =
            line;
        let Line(
            ..,
            urgency,
            due,
            entered,
            updated,
            stuck,
            uncovered,
            escalated,
            comments,
            attachments,
            mark,
        ) = line;
        Self {
            id,
            reference,
            title,
            kind,
            client,
            phase,
            journey: JourneyRef { key: journey, version },
            stage,
            owner,
            waiting_on,
            priority: match urgency {
                0 => Priority::Urgent,
                1 => Priority::High,
                2 => Priority::Normal,
                _ => Priority::Low,
            },
            due_at: due.map(Timestamp::from_ms),
            entered_at: Timestamp::from_ms(entered),
            updated_at: Timestamp::from_ms(updated),
            stuck_from: stuck.map(Timestamp::from_ms),
            uncovered: uncovered != 0,
            escalated: escalated != 0,
            mark: mark.map(|mark| match mark {
                1 => Mark::Conflict,
                2 => Mark::Refused,
                _ => Mark::Pending,
            }),
            comments,
            attachments,
        }
    }
}
