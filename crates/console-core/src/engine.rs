//! The engine: opened once per process and profile, shared by everything that shows or asks.

use crate::alerts::Alert;
use crate::deps::Deps;
use crate::failure::failure;
use crate::files::{self, Transfers};
use crate::queries::Visited;
use crate::session::Session;
use crate::sync::presence::Presence;
use crate::sync::{self, SyncState};
use crate::views::{Connection, EngineEvent, Failure, FailureCode, SyncStatus};
use postern_console_store::{Cache, Lookup, StoreError};
use postern_domain::{ItemId, Timestamp};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, broadcast, watch};

/// The console's engine. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub cache: Cache,
    pub deps: Deps,
    /// Names this process among those that share the profile.
    pub holder: String,
    /// Tells other processes of the profile that this one is alive.
    pub presence: Presence,
    /// Under what the keychain keeps this profile's tokens.
    pub account: String,
    pub session: Mutex<Option<Arc<Session>>>,
    /// Why nobody is signed in, when it was not the person's own doing.
    pub signed_out_because: Mutex<Option<String>>,
    /// The session that had ended when this started, until the portal has been asked about it.
    pub last: Mutex<Option<Arc<Session>>>,
    pub status: Mutex<SyncStatus>,
    pub events: broadcast::Sender<EngineEvent>,
    pub alerts: broadcast::Sender<Alert>,
    /// Wakes the sync loop.
    pub wake: Notify,
    /// Something happened: the next round does not wait out its back-off.
    pub urgent: AtomicBool,
    /// A person asked: it does not wait out what the portal asked for either.
    pub asked: AtomicBool,
    /// The device was asleep: connections that were open then are not any more, whatever they say.
    pub woke: Notify,
    pub stop: watch::Sender<bool>,
    /// Counts how often a round under way was asked to end where it is.
    pub leave_off: watch::Sender<u64>,
    /// One round at a time in this process.
    pub sync: tokio::sync::Mutex<SyncState>,
    /// Content on its way up or down.
    pub transfers: Transfers,
    /// What was looked up at the portal, and is not kept.
    pub visited: Visited,
    /// Over how many milliseconds the portal last asked those who follow it to spread.
    pub spread_ms: AtomicU32,
    /// The portal's clock less this device's, in milliseconds.
    pub clock_offset_ms: AtomicI64,
}

impl Engine {
    /// Opens or makes the profile in `folder`, and signs in again with the tokens of last time, if there are any. Asks
    /// the network for nothing.
    ///
    /// # Errors
    /// [`FailureCode::Cache`], when the folder or the cache cannot be used.
    pub async fn open(folder: &Path, deps: Deps) -> Result<Self, Failure> {
        let engine = Self::open_signed_out(folder, deps).await?;
        engine.restore().await;
        Ok(engine)
    }

    /// Like [`Engine::open`], without asking the keychain: a front end that must show something at once calls
    /// [`Engine::restore`] afterwards.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub async fn open_signed_out(folder: &Path, deps: Deps) -> Result<Self, Failure> {
        prepare(folder).await?;
        let cache = Cache::open(&folder.join("cache.db"), deps.readers).await?;
        let readable = cache.take_over(env!("CARGO_PKG_VERSION")).await?;
        if readable > 0 {
            tracing::info!(readable, "this version reads items that an older one could not");
        }
        let meta = cache.meta().await?;
        let (pending, attention) = cache.outbox_counts(deps.clock.now()).await?;
        let status = SyncStatus {
            connection: Connection::SignedOut,
            syncing: false,
            last_success: meta.last_success,
            next_try: None,
            problem: None,
            request_id: None,
            pending,
            attention,
            bootstrap: None,
            cached_items: cache.item_count().await?,
            newer_items: number_of_newer(&cache).await?,
        };
        let canonical = tokio::fs::canonicalize(folder).await.unwrap_or_else(|_| folder.to_path_buf());
        let profile = hex::encode(Sha256::digest(canonical.to_string_lossy().as_bytes()));
        let (events, _) = broadcast::channel(1024);
        let (alerts, _) = broadcast::channel(64);
        let holder = deps.chance.id();
        let inner = Inner {
            cache,
            presence: Presence::open(folder, &holder),
            holder,
            account: format!("profile-{}", profile.get(..16).unwrap_or(&profile)),
            deps,
            session: Mutex::new(None),
            signed_out_because: Mutex::new(None),
            last: Mutex::new(None),
            status: Mutex::new(status),
            events,
            alerts,
            wake: Notify::new(),
            urgent: AtomicBool::new(false),
            asked: AtomicBool::new(false),
            woke: Notify::new(),
            stop: watch::channel(false).0,
            leave_off: watch::channel(0).0,
            sync: tokio::sync::Mutex::new(SyncState::default()),
            transfers: Transfers::default(),
            visited: Visited::default(),
            spread_ms: AtomicU32::new(0),
            clock_offset_ms: AtomicI64::new(meta.clock_offset_ms),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts syncing by itself, until [`Engine::stop`]. Call it once, inside a tokio runtime.
    pub fn start(&self) {
        tokio::spawn(sync::run(self.clone()));
        tokio::spawn(sync::follow_events(self.clone()));
        tokio::spawn(sync::watch_cache(self.clone()));
        tokio::spawn(files::run(self.clone()));
        tokio::spawn(files::keep_offline(self.clone()));
    }

    /// Stops syncing, and lets another process take over at once.
    pub async fn stop(&self) {
        self.inner.stop.send_replace(true);
        self.inner.wake.notify_one();
        let mut state = self.inner.sync.lock().await;
        if let Some(lease) = state.lease.take() {
            // It would run out by itself.
            let _ = self.inner.cache.release_lease(&lease).await;
        }
        self.inner.presence.end();
    }

    /// As [`Engine::stop`], and lets go of the cache: everything is in its one file then. Nothing can be asked any more.
    pub async fn close(&self) {
        self.stop().await;
        self.inner.cache.close().await;
    }

    /// Somebody asked for it: syncs as soon as possible, also where the portal wants to be left alone for a while.
    pub fn sync_soon(&self) {
        self.inner.asked.store(true, Ordering::SeqCst);
        self.nudge();
    }

    /// Syncs as soon as possible, unless the portal wants to be left alone: the window got the focus, the device woke
    /// up, or the network came back.
    pub fn nudge(&self) {
        self.inner.urgent.store(true, Ordering::SeqCst);
        self.inner.wake.notify_one();
        self.inner.transfers.hurry();
    }

    /// Everything that changes, from now on.
    pub fn events(&self) -> broadcast::Receiver<EngineEvent> {
        self.inner.events.subscribe()
    }

    /// What to tell the person, from now on.
    pub fn alerts(&self) -> broadcast::Receiver<Alert> {
        self.inner.alerts.subscribe()
    }

    /// Asks the front end to show an item: a notification or a link was opened.
    pub fn focus(&self, id: ItemId) {
        self.emit(EngineEvent::Focus { id });
    }

    pub fn status(&self) -> SyncStatus {
        locked(&self.inner.status).clone()
    }

    /// The device's clock.
    pub(crate) fn device_now(&self) -> Timestamp {
        self.inner.deps.clock.now()
    }

    /// The portal's clock, as far as it is known: this one rules due times.
    pub fn now(&self) -> Timestamp {
        self.device_now().plus_ms(self.inner.clock_offset_ms.load(Ordering::Relaxed))
    }

    /// Over how many milliseconds those who follow the portal spread.
    pub(crate) fn spread_ms(&self) -> u32 {
        self.inner.spread_ms.load(Ordering::Relaxed)
    }

    pub(crate) async fn lookup(&self) -> Result<Arc<Lookup>, Failure> {
        Ok(self.inner.cache.lookup().await?)
    }

    pub(crate) fn emit(&self, event: EngineEvent) {
        // Nobody may be listening.
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn changed(&self, ids: Vec<ItemId>) {
        self.emit(EngineEvent::Changed { ids, everything: false });
    }

    pub(crate) fn changed_everything(&self) {
        self.emit(EngineEvent::Changed { ids: Vec::new(), everything: true });
    }

    /// Changes the status and tells who listens, if it is another one now.
    pub(crate) fn set_status(&self, change: impl FnOnce(&mut SyncStatus)) {
        let (status, changed) = {
            let mut status = locked(&self.inner.status);
            let before = status.clone();
            change(&mut status);
            (status.clone(), *status != before)
        };
        if changed {
            self.emit(EngineEvent::Status { status });
        }
    }

    /// Counts the outbox anew and tells who listens.
    pub(crate) async fn recount(&self) {
        if let Ok((pending, attention)) = self.inner.cache.outbox_counts(self.device_now()).await {
            self.set_status(|status| (status.pending, status.attention) = (pending, attention));
        }
    }
}

/// Never held across a wait.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many items only a newer Postern can read.
pub(crate) async fn number_of_newer(cache: &Cache) -> Result<u32, StoreError> {
    Ok(u32::try_from(cache.newer_items().await?.len()).unwrap_or(u32::MAX))
}

/// Makes a folder, and its name durable: a power cut must not take a profile whose cache was on the disk.
fn make_for_good(folder: &Path) -> std::io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.exists()).collect();
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    for above in missing.into_iter().filter_map(Path::parent) {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        // One that may not be read is somebody else's to look after.
        if let Ok(above) = std::fs::File::open(above) {
            above.sync_all()?;
        }
    }
    #[cfg(not(unix))]
    drop(missing);
    Ok(())
}

async fn prepare(folder: &Path) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        failure(
            FailureCode::Cache,
            format!("The profile folder {} cannot be used: {error}.", folder.display()),
        )
    };
    make_for_good(folder).map_err(cannot)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What clients entrusted to the organisation is nobody else's on this machine.
        tokio::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).await.map_err(cannot)?;
    }
    Ok(())
}
