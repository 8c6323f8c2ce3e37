//! `import`: an event log of somewhere else becomes items here, with their history.
//!
//! Reading and translating run on a thread of their own (`read.rs`); this writes what comes, all in one transaction: a
//! broken log, a full disk or Ctrl-C leaves the database as it was.

pub mod args;
mod command;
mod csv_log;
mod log;
mod mapping;
mod people;
mod read;
mod report;
mod source;
mod translate;
mod xes;

pub use command::run;
pub use log::{BrokenLog, Case, LogEvent};
pub use mapping::{Does, Mapping, MappingError};
pub use read::{Finished, ReadError, Reading, Taken, each_case, last_instant, read};
pub use report::{Figures, Irregular, Report, Spread};
pub use source::Position;
pub use translate::Ready;

use postern_domain::{Actor, Timestamp};
use postern_portal_store::{Store, StoreError};
use tokio::sync::mpsc;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the import was stopped")]
    Stopped,
    #[error("the reading thread failed")]
    Reader,
}

/// How many items may be ready before they are written.
const AHEAD: usize = 512;

/// Imports a whole log in one transaction. Every account that may do anything gets `password_hash`. `at` is
/// when people, clients and the journey were added.
/// Dropping the future leaves the database as it was.
///
/// # Errors
/// Where the log is broken, the mapping does not fit or the store fails; then nothing was written.
pub async fn import(
    store: &Store,
    reading: Reading,
    position: Position,
    password_hash: Option<&str>,
    at: Timestamp,
) -> Result<Finished, ImportError> {
    let (give, mut take) = mpsc::channel(AHEAD);
    let journey = reading.mapping.journey();
    let reader = tokio::task::spawn_blocking(move || {
        read(reading, &position, |ready| give.blocking_send(ready).is_ok())
    });
    let mut bulk = store.bulk(&Actor::System("import".to_owned()), at).await?;
    bulk.add_journey(&journey).await?;
    while let Some(ready) = take.recv().await {
        match ready {
            Ready::Client(client) => bulk.add_client(&client).await?,
            Ready::Item(item, log) => bulk.add_item(&item, &log).await?,
        }
    }
    let finished = reader.await.map_err(|_| ImportError::Reader)??;
    for person in &finished.people {
        bulk.add_person(person, password_hash.filter(|_| !person.grants.is_empty())).await?;
    }
    bulk.commit().await?;
    Ok(finished)
}
