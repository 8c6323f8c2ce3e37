//! Commands as they come in, and why one may get no outcome.

use crate::error::StoreError;
use postern_domain::{Actor, Command, CommandId, ConsoleId, ItemId, PersonId, Timestamp};

/// A command as it came in.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: CommandId,
    pub item: ItemId,
    /// None when it is not one that this portal knows.
    pub command: Option<Command>,
    pub by: Actor,
    /// The device's clock.
    pub made_at: Option<Timestamp>,
    pub source: Source,
}

impl Order {
    pub(crate) fn is_only_if_known(&self) -> bool {
        matches!(self.source, Source::Console { only_if_known: true, .. })
    }

    /// Under whose name the outcome is kept: a person's id, or `system:<name>` of automation.
    pub(crate) fn author(&self) -> PersonId {
        match &self.by {
            Actor::Person(id) => id.clone(),
            Actor::System(name) => PersonId(format!("system:{name}")),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Source {
    /// From a console's outbox, under its next sequence number.
    Console {
        console: ConsoleId,
        seq: u64,
        payload_hash: String,
        /// It is not to be applied any more if it was not.
        only_if_known: bool,
    },
    /// Through the API or by automation, outside any sequence.
    Direct,
}

/// Why a command got no outcome.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("the next sequence number of this console is {expected}")]
    SequenceGap { expected: i64 },
    /// Another payload stands under this sequence number, or the console is another person's.
    #[error("another console uses this console's id")]
    ClientForked,
    /// Another person's command has this id.
    #[error("this command id was used for something else")]
    IdTaken,
    /// The rules crashed; counted, and to be tried again.
    #[error("the rules crashed on this command {times} times: {report}")]
    Crashed { times: i64, report: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CommandError {
    fn from(error: sqlx::Error) -> Self {
        CommandError::Store(error.into())
    }
}
