//! One line of a queue: which columns make it up, and how they are read.

use crate::error::{Result, StoreError};
use postern_domain::{
    ClientId, ItemId, JourneyKey, JourneyRef, Kind, PersonId, Phase, Priority, StageKey, Timestamp,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

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

/// What a line is read from, in the order in which [`read`] takes it.
pub(crate) const COLUMNS: &str = "id, reference, title, kind, client, phase, journey, journey_version, stage, owner,
    waiting, urgency, due_ms, entered_ms, updated_ms, stuck_from_ms, uncovered, escalated, comments, attachments,
    (SELECT min(CASE outcome_kind WHEN 'conflict' THEN 1 WHEN 'refused' THEN 2 WHEN 'quarantined' THEN 2 ELSE 3 END)
     FROM outbox WHERE outbox.item = items.id
       AND (outcome_kind IS NULL OR outcome_kind IN ('conflict', 'refused', 'quarantined')))";

/// The columns of a row, one after the other: looking each up by its name takes longer than reading it.
struct Columns<'r> {
    row: &'r SqliteRow,
    at: usize,
}

impl<'r> Columns<'r> {
    fn next<T: Decode<'r, Sqlite> + Type<Sqlite>>(&mut self) -> Result<T> {
        self.at += 1;
        Ok(self.row.try_get(self.at - 1)?)
    }

    fn count(&mut self) -> Result<u32> {
        Ok(u32::try_from(self.next::<i64>()?).unwrap_or(u32::MAX))
    }

    fn time(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.next::<Option<i64>>()?.map(Timestamp::from_ms))
    }
}

pub(crate) fn read(row: &SqliteRow) -> Result<ListRow> {
    let mut columns = Columns { row, at: 0 };
    Ok(ListRow {
        id: ItemId(columns.next()?),
        reference: columns.next()?,
        title: columns.next()?,
        kind: kind(columns.next()?)?,
        client: ClientId(columns.next()?),
        phase: phase(columns.next()?)?,
        journey: JourneyRef { key: JourneyKey(columns.next()?), version: columns.count()? },
        stage: columns.next::<Option<String>>()?.map(StageKey),
        owner: columns.next::<Option<String>>()?.map(PersonId),
        waiting_on: serde_json::from_str(columns.next()?)?,
        priority: match columns.next::<i64>()? {
            0 => Priority::Urgent,
            1 => Priority::High,
            2 => Priority::Normal,
            _ => Priority::Low,
        },
        due_at: columns.time()?,
        entered_at: Timestamp::from_ms(columns.next()?),
        updated_at: Timestamp::from_ms(columns.next()?),
        stuck_from: columns.time()?,
        uncovered: columns.next()?,
        escalated: columns.next()?,
        comments: columns.count()?,
        attachments: columns.count()?,
        mark: match columns.next::<Option<i64>>()? {
            Some(1) => Some(Mark::Conflict),
            Some(2) => Some(Mark::Refused),
            Some(_) => Some(Mark::Pending),
            None => None,
        },
    })
}

fn kind(text: &str) -> Result<Kind> {
    Kind::ALL
        .into_iter()
        .find(|each| each.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent(format!("a kind reads {text:?}")))
}

pub(crate) fn phase(text: &str) -> Result<Phase> {
    Phase::ALL
        .into_iter()
        .find(|each| each.as_str() == text)
        .ok_or_else(|| StoreError::inconsistent(format!("a phase reads {text:?}")))
}
