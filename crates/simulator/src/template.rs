//! The world that every seed begins with, made once per process: a founded portal, and loaded profiles of its people.

use crate::calls::PORTAL;
use crate::cast;
use crate::portal_side::{self, PortalSide, Ways, watch};
use crate::profile::as_error;
use crate::rules;
use crate::seam::{Keys, SimChance, SimClock, Time};
use futures_util::future::BoxFuture;
use postern_console_core::transport::{Reply, Request, Transport, Unreachable};
use postern_console_core::{Deps, Engine};
use postern_domain::Actor;
use postern_portal::{PasswordCost, hash_password};
use postern_portal_store::{Founding, Store};
use sqlx::{Connection as _, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tempfile::TempDir;

const BLANK: &str = "blank";

/// Removed with everything in it when dropped.
pub struct Template {
    folder: TempDir,
    /// What the keychain of each profile holds.
    pub secrets: Vec<Option<String>>,
}

/// Memory where there is a file system in memory: these files are worth nothing after the run.
pub fn scratch() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let builder = || tempfile::Builder::new();
    builder()
        .prefix("postern-sim-")
        .tempdir_in(memory)
        .or_else(|_| builder().prefix("postern-sim-").tempdir())
}

impl Template {
    pub async fn make() -> anyhow::Result<Self> {
        let folder = scratch()?;
        let time = Time::default();
        let skew = Arc::new(AtomicI64::new(0));
        let environment = portal_side::environment(Arc::new(SimClock::new(&time, &skew)), 1);
        let data = folder.path().join("portal");
        let founding = Founding {
            organisation: "Example".to_owned(),
            epoch: environment.epoch(),
            key_seed: environment.bytes(),
            at: environment.now(),
        };
        let store = Store::create(&data, founding).await?;
        let hash = hash_password(cast::PASSWORD, PasswordCost::Trivial, &environment)?;
        let mut bulk = store.bulk(&Actor::System("seed".to_owned()), environment.now()).await?;
        for client in cast::clients() {
            bulk.add_client(&client).await?;
        }
        for person in cast::people() {
            bulk.add_person(&person, Some(&hash)).await?;
        }
        for journey in cast::journeys() {
            bulk.add_journey(&journey).await?;
        }
        bulk.commit().await?;
        store.close().await;

        let portal =
            PortalSide::open(data.clone(), environment, Ways { rules: rules::sound(), pauses: false })
                .await?;
        let portal = Arc::new(tokio::sync::Mutex::new(portal));
        let deps = |number: usize, keys: &Arc<Keys>| Deps {
            clock: Arc::new(SimClock::new(&time, &skew)),
            chance: Arc::new(SimChance::new(format!("t{number}"), number as u64)),
            secrets: Arc::clone(keys) as _,
            transport: Arc::new(Straight(Arc::clone(&portal))),
            device: format!("device {number}"),
            readers: 1,
        };
        let blank = deps(cast::PROFILES.len(), &Arc::new(Keys::default()));
        let (engine, watcher) = begin(&folder.path().join(BLANK), blank).await?;
        end(engine, watcher).await?;
        let mut secrets = Vec::new();
        for (number, person) in cast::PROFILES.iter().enumerate() {
            let keys = Arc::new(Keys::default());
            let profile = folder.path().join(format!("profile-{number}"));
            let (engine, watcher) = begin(&profile, deps(number, &keys)).await?;
            engine
                .sign_in(PORTAL, &format!("{person}@example.com"), cast::PASSWORD)
                .await
                .map_err(as_error)?;
            engine.sync_now().await.map_err(as_error)?;
            end(engine, watcher).await?;
            secrets.push(keys.secret());
        }
        let mut portal = portal.lock().await;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(portal.watcher()).await?;
        Ok(Self { folder, secrets })
    }

    pub fn portal(&self) -> PathBuf {
        self.folder.path().join("portal")
    }

    /// A profile that nobody has signed in to.
    pub fn blank(&self) -> PathBuf {
        self.folder.path().join(BLANK)
    }

    pub fn profile(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("profile-{number}"))
    }
}

async fn begin(profile: &Path, deps: Deps) -> anyhow::Result<(Engine, SqliteConnection)> {
    let engine = Engine::open(profile, deps).await.map_err(as_error)?;
    Ok((engine, watch(&profile.join("cache.db")).await?))
}

/// From here on the one file is all of it.
async fn end(engine: Engine, mut watcher: SqliteConnection) -> anyhow::Result<()> {
    engine.stop().await;
    drop(engine);
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut watcher).await?;
    Ok(watcher.close().await?)
}

/// A network without faults.
struct Straight(Arc<tokio::sync::Mutex<PortalSide>>);

impl Transport for Straight {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        Box::pin(async move {
            let answer = self.0.lock().await.answer(&request).await;
            answer.map(crate::wire::Answer::into_reply).map_err(|error| Unreachable::Lost(error.to_string()))
        })
    }
}
