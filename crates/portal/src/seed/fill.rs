//! Writing the sample into a store, as fast as it takes it.

use super::documents::Document;
use super::generate::{Items, Order};
use super::life::Lived;
use super::organisation::Organisation;
use super::report::{Report, Tally};
use postern_domain::{Actor, Norms};
use postern_portal_store::{Store, StoreError, StoredFile};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;

/// Up to so many items are one transaction; of more, so many at a time are committed.
pub const CHECKPOINT: u64 = 20_000;
/// Items that are made ahead of the writer, in batches.
const BATCH: usize = 64;
const BATCHES: usize = 8;

#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("this portal has clients or items already; sample data goes into an empty one only")]
    NotEmpty,
    #[error("interrupted")]
    Interrupted,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{0}")]
    Password(String),
    #[error("the sample broke a rule of its own: {0}")]
    Refused(String),
}

/// A run that failed, and how many items it leaves behind.
#[derive(Debug)]
pub struct Failed {
    pub why: SeedError,
    /// 0: the database is as it was.
    pub kept: u64,
}

/// Told from outside that the run should end.
#[derive(Clone, Debug, Default)]
pub struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// One that Ctrl-C brings about. Needs a Tokio runtime.
    pub fn by_ctrl_c() -> Self {
        let interruption = Self::default();
        let told = interruption.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                told.interrupt();
            }
        });
        interruption
    }

    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn look(&self) -> Result<(), SeedError> {
        if self.0.load(Ordering::Relaxed) { Err(SeedError::Interrupted) } else { Ok(()) }
    }
}

/// Fills an empty portal. `password_hash` becomes every account's. `progress` hears how many items are written.
///
/// # Errors
/// Says how many items stay behind: none unless the sample is larger than [`CHECKPOINT`].
pub async fn fill(
    store: &Store,
    order: Order,
    password_hash: &str,
    interruption: &Interruption,
    progress: impl FnMut(u64),
) -> Result<Report, Failed> {
    let mut writer =
        Writer { store, order, interruption, tally: Tally::default(), kept: 0, documents: Vec::new() };
    match writer.run(password_hash, progress).await {
        Ok(report) => Ok(report),
        Err(why) => Err(Failed { why, kept: writer.kept }),
    }
}

struct Writer<'a> {
    store: &'a Store,
    order: Order,
    interruption: &'a Interruption,
    tally: Tally,
    /// Items that are committed.
    kept: u64,
    documents: Vec<Document>,
}

impl Writer<'_> {
    async fn run(&mut self, password_hash: &str, progress: impl FnMut(u64)) -> Result<Report, SeedError> {
        let begun = Instant::now();
        let directory = self.store.directory().await?;
        if self.store.head().await?.seq != 0 || !directory.clients.is_empty() {
            return Err(SeedError::NotEmpty);
        }
        let organisation = Arc::new(self.order.organisation());
        self.write(&organisation, password_hash, progress).await?;
        for document in std::mem::take(&mut self.documents) {
            self.keep(&document).await?;
        }
        // Learnt on the way: to read a million items again takes minutes.
        let norms = Norms::new(self.store.keep_norms(self.tally.take_norms()).await?);
        Ok(self.tally.report(&organisation, &norms, self.order.now, begun.elapsed().as_secs_f64()))
    }

    async fn write(
        &mut self,
        organisation: &Arc<Organisation>,
        password_hash: &str,
        mut progress: impl FnMut(u64),
    ) -> Result<(), SeedError> {
        let mut bulk = self.store.bulk(&Actor::System("seed".to_owned()), self.order.now).await?;
        for journey in organisation.journeys.further() {
            bulk.add_journey(journey).await?;
        }
        for person in organisation.people() {
            bulk.add_person(person, Some(password_hash)).await?;
        }
        for account in &organisation.clients {
            bulk.add_client(&account.client).await?;
            for project in &account.projects {
                bulk.add_project(project).await?;
            }
        }
        let mut batches = in_background(self.order, Arc::clone(organisation));
        while let Some(batch) = batches.recv().await {
            for lived in batch {
                self.interruption.look()?;
                if let Some(why) = lived.refused {
                    return Err(SeedError::Refused(why));
                }
                bulk.add_item(&lived.item, &lived.log).await?;
                self.tally.add(&lived.item, lived.log.len());
                self.documents.extend(lived.documents);
                if self.tally.items.is_multiple_of(CHECKPOINT) && (self.order.items as u64) > CHECKPOINT {
                    bulk.checkpoint().await?;
                    self.kept = self.tally.items;
                }
            }
            progress(self.tally.items);
        }
        self.interruption.look()?;
        bulk.commit().await?;
        self.kept = self.tally.items;
        Ok(())
    }

    /// Puts a document's bytes in place, then writes it down: the other way round, a crash would leave a name for
    /// nothing.
    async fn keep(&self, document: &Document) -> Result<(), SeedError> {
        let path = self.store.file_path(&document.sha256).ok_or_else(|| {
            SeedError::Refused(format!("a document has a hash that is none: {}", document.sha256))
        })?;
        let io = |source| SeedError::Io { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        std::fs::write(&path, &document.bytes).map_err(io)?;
        let file = StoredFile {
            sha256: document.sha256.clone(),
            size: document.bytes.len() as u64,
            media_type: document.media_type.to_owned(),
        };
        Ok(self.store.add_file(&file, &document.by, self.order.now).await?)
    }
}

/// Makes items on a thread of its own, a few batches ahead. It ends when nobody takes them any more.
fn in_background(order: Order, organisation: Arc<Organisation>) -> mpsc::Receiver<Vec<Lived>> {
    let (send, receive) = mpsc::channel(BATCHES);
    tokio::task::spawn_blocking(move || {
        let mut items = Items::new(order, organisation);
        loop {
            let batch: Vec<Lived> = items.by_ref().take(BATCH).collect();
            if batch.is_empty() || send.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    receive
}
