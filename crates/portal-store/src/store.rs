//! The store itself: one data directory, its connections and its caches.

use crate::commands::Rules;
use crate::dialect::{self, Database, Pools, Tx};
use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use crate::head::{self, HeadRow, NO_HASH, Writing};
use crate::journeys::{self, Publication};
use crate::signing;
use ed25519_dalek::SigningKey;
use postern_domain::{Actor, Journey, Timestamp};
use postern_protocol::Head;
use sqlx::pool::PoolConnection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use tokio::sync::watch;

/// Cheap to clone: all clones are one store.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    data: PathBuf,
    pools: Pools,
    key: SigningKey,
    rules: Rules,
    load_page: u32,
    directory: RwLock<Option<Arc<DirectorySnapshot>>>,
    heads: watch::Sender<Head>,
}

#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub rules: Rules,
    /// How many requests may read at once; further ones wait.
    pub readers: u32,
    /// Snapshots that may be read at the same time. They last as long as their readers take, so they have connections
    /// of their own.
    pub snapshots: u32,
    /// The database may have so many pages of 4 KiB and no more; beyond them it says that the disk is full.
    pub most_pages: Option<u32>,
    /// So many items are looked at for one page of a full load.
    pub load_page: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { rules: Rules::default(), readers: 4, snapshots: 8, most_pages: None, load_page: 250 }
    }
}

/// What a new portal starts from. Randomness comes from the caller.
#[derive(Clone, Debug)]
pub struct Founding {
    pub organisation: String,
    /// Letters and digits.
    pub epoch: String,
    /// 32 random bytes for the key that signs the audit trail.
    pub key_seed: [u8; 32],
    /// When; the trail begins then.
    pub at: Timestamp,
}

impl Store {
    /// Makes a portal in `data`, with the built-in journey. A portal is there once its head row is: what an
    /// interrupted attempt left behind is taken over.
    pub async fn create(data: &Path, founding: Founding) -> Result<Self, StoreError> {
        let file = database_file(data);
        for directory in [data.to_owned(), data.join("files")] {
            std::fs::create_dir_all(&directory).map_err(StoreError::io(&directory))?;
        }
        let pools = dialect::open(&file, true, &StoreOptions::default()).await?;
        let mut tx = dialect::begin_write(&pools.writer).await?;
        let at = founding.at;
        if head::is_there(&mut tx).await? {
            return Err(StoreError::AlreadyInitialised { path: data.to_owned() });
        }
        let key = signing::make(data, &founding.key_seed)?;
        let head = HeadRow {
            organisation: founding.organisation,
            epoch: founding.epoch,
            seq: 0,
            audit_seq: 0,
            audit_hash: NO_HASH.to_owned(),
            directory_version: 1,
        };
        head::found(&mut tx, &head, &key).await?;
        let store = Self::assemble(data, pools, key, head.clone(), StoreOptions::default());
        let mut writing = Writing::of(tx, head);
        let founder = Actor::System("init".to_owned());
        journeys::add(&mut writing, &Publication::for_all(&Journey::built_in()), &founder, at).await?;
        writing.commit(&store).await?;
        Ok(store)
    }

    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        Self::open_with(data, StoreOptions::default()).await
    }

    pub async fn open_with(data: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let file = database_file(data);
        if !file.exists() {
            return Err(StoreError::NotInitialised { path: data.to_owned() });
        }
        let pools = dialect::open(&file, false, &options).await?;
        if !head::is_there(&mut *pools.readers.acquire().await?).await? {
            return Err(StoreError::NotInitialised { path: data.to_owned() });
        }
        let key = signing::load(data)?;
        let head = head::read(&mut *pools.readers.acquire().await?).await?;
        Ok(Self::assemble(data, pools, key, head, options))
    }

    fn assemble(data: &Path, pools: Pools, key: SigningKey, head: HeadRow, options: StoreOptions) -> Self {
        let (heads, _) = watch::channel(head.told());
        let directory = RwLock::new(None);
        Self(Arc::new(Inner {
            data: data.to_owned(),
            pools,
            key,
            rules: options.rules,
            load_page: options.load_page,
            directory,
            heads,
        }))
    }

    /// Whether anything can be changed at all.
    ///
    /// # Errors
    /// Where the data directory can only be read, or its disk is full.
    pub async fn assert_writable(&self) -> Result<(), StoreError> {
        dialect::assert_writable(&self.0.pools.writer).await
    }

    /// Ends all connections. What was committed is on the disk already.
    pub async fn close(&self) {
        self.0.pools.snapshots.close().await;
        self.0.pools.readers.close().await;
        self.0.pools.writer.close().await;
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        &self.0.data
    }

    pub(crate) async fn begin_write(&self) -> Result<Tx, StoreError> {
        dialect::begin_write(&self.0.pools.writer).await
    }

    pub(crate) async fn begin_read(&self) -> Result<Tx, StoreError> {
        dialect::begin_read(&self.0.pools.readers).await
    }

    /// As [`Store::begin_read`], for a transaction that may last.
    pub(crate) async fn begin_snapshot(&self) -> Result<Tx, StoreError> {
        dialect::begin_read(&self.0.pools.snapshots).await
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<Database>, StoreError> {
        Ok(self.0.pools.readers.acquire().await?)
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.0.key
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.0.rules
    }

    pub(crate) fn load_page(&self) -> u32 {
        self.0.load_page
    }

    pub(crate) fn heads(&self) -> &watch::Sender<Head> {
        &self.0.heads
    }

    pub(crate) fn directory_cache(&self) -> &RwLock<Option<Arc<DirectorySnapshot>>> {
        &self.0.directory
    }
}

pub(crate) fn database_file(data: &Path) -> PathBuf {
    data.join("portal.db")
}
