//! What a writing transaction adds at its end: rows of the tables that only grow, and the counts of places, many in one
//! statement. A push of a hundred commands costs a few statements instead of a thousand.

use crate::audit::NewLine;
use crate::columns::Value;
use crate::consoles::ConsoleState;
use crate::dialect::Connection;
use crate::error::StoreError;
use crate::places::Counts;
use crate::results::StoredResult;
use crate::{audit, changes, consoles, places, results};
use postern_domain::{CommandId, ConsoleId, Item, PersonId, Timestamp};
use std::collections::BTreeMap;

/// Rows that are written down before a long transaction ends.
const MANY: usize = 1_024;

/// Invariant: whoever asks one of these tables within the transaction asks here first.
#[derive(Default)]
pub(crate) struct Appended {
    lines: Vec<NewLine>,
    changes: Vec<[Value; 5]>,
    results: Vec<(CommandId, StoredResult, Timestamp)>,
    steps: Vec<Step>,
    places: Counts,
    /// Of some commands, what became of them before this transaction.
    earlier: BTreeMap<CommandId, Option<StoredResult>>,
}

/// What stands under a console's sequence number.
pub(crate) struct Step {
    pub console: ConsoleId,
    pub person: PersonId,
    pub seq: i64,
    pub command: CommandId,
    pub payload_hash: String,
    pub at: Timestamp,
}

impl Appended {
    pub fn line(&mut self, line: NewLine) {
        self.lines.push(line);
    }

    /// The item changed with `seq`. `moved`: whoever saw it may not see it any more.
    pub fn change(&mut self, seq: i64, item: &Item, moved: bool, command: Option<&CommandId>) {
        self.changes.push(changes::row(seq, item, moved, command));
    }

    pub fn result(&mut self, id: &CommandId, result: StoredResult, now: Timestamp) {
        self.results.push((id.clone(), result, now));
    }

    pub fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Where items are counted that left one place for another, or another version.
    pub fn places(&mut self) -> &mut Counts {
        &mut self.places
    }

    /// Asks about many commands at once, one of which after the other will be asked about.
    pub async fn read_results(&mut self, db: &mut Connection, ids: &[&CommandId]) -> Result<(), StoreError> {
        self.earlier = results::of(db, ids).await?;
        Ok(())
    }

    pub async fn result_of(
        &self,
        db: &mut Connection,
        id: &CommandId,
    ) -> Result<Option<StoredResult>, StoreError> {
        if let Some((_, result, _)) = self.results.iter().find(|(known, ..)| known == id) {
            return Ok(Some(result.clone()));
        }
        match self.earlier.get(id) {
            Some(result) => Ok(result.clone()),
            None => results::get(db, id).await,
        }
    }

    pub async fn console(
        &self,
        db: &mut Connection,
        id: &ConsoleId,
    ) -> Result<Option<ConsoleState>, StoreError> {
        match self.steps.iter().rev().find(|step| &step.console == id) {
            Some(step) => Ok(Some(ConsoleState { person: step.person.clone(), last_seq: step.seq })),
            None => consoles::get(db, id).await,
        }
    }

    /// The command under a sequence number of a console, and the hash of its payload.
    pub async fn command_at(
        &self,
        db: &mut Connection,
        console: &ConsoleId,
        seq: i64,
    ) -> Result<Option<(CommandId, String)>, StoreError> {
        match self.steps.iter().find(|step| &step.console == console && step.seq == seq) {
            Some(step) => Ok(Some((step.command.clone(), step.payload_hash.clone()))),
            None => consoles::command_at(db, console, seq).await,
        }
    }

    /// Writes everything down if it is much.
    pub async fn thin(&mut self, db: &mut Connection) -> Result<(), StoreError> {
        if self.lines.len().max(self.changes.len()) >= MANY { self.write(db).await } else { Ok(()) }
    }

    pub async fn write(&mut self, db: &mut Connection) -> Result<(), StoreError> {
        let all = std::mem::take(self);
        changes::INSERT.rows(db, all.changes).await?;
        audit::append(db, all.lines).await?;
        results::insert(db, all.results).await?;
        consoles::advance(db, all.steps).await?;
        places::count(db, all.places).await
    }
}
