//! A device's profile: its folder, its keychain, its clock, and the processes that have it open.

use crate::book::Book;
use crate::calls::{PORTAL, Seam, Work};
use crate::cast;
use crate::files::copy_folder;
use crate::portal_side::watch;
use crate::process::{Ended, Process};
use crate::seam::{Keys, SimChance, SimClock, Time};
use anyhow::Context as _;
use postern_console_core::{Deps, Engine, Failure};
use postern_domain::{CommandId, ItemId, PersonId, Timestamp};
use postern_protocol::Cursor;
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

/// What has not left and was given, or looked at again, two weeks ago or longer. Comments are as good as they were.
const STALE: &str = "(o.tries = 0 AND o.outcome_kind IS NULL AND o.command ->> '$.do' <> 'comment'
    AND max(o.made_ms, coalesce(o.confirmed_ms, o.made_ms)) < $1 - 1209600000)";

pub struct Profile {
    pub number: usize,
    pub person: PersonId,
    pub folder: PathBuf,
    pub keys: Arc<Keys>,
    pub skew: Arc<AtomicI64>,
    clock: SimClock,
    /// The simulator's own connection to the cache, open as long as the profile is there.
    pub watcher: SqliteConnection,
    /// None: ended. The first is there unless it has just died.
    pub processes: [Option<Process>; 2],
    pub book: Book,
    pub picture: Option<Picture>,
    /// Its disk lost a row, or is a copy of one that did.
    pub rotten: bool,
    /// Commands that the console itself refused.
    pub refused_here: BTreeSet<CommandId>,
    /// Files that its disk lost or damaged, or that something in between did not take in the smallest parts: their
    /// uploads stop, and wait for their author.
    pub spoilt: BTreeSet<String>,
    /// Processes started so far: each has ids of its own.
    started: u64,
}

/// A copy of a profile as it was.
pub struct Picture {
    pub folder: PathBuf,
    pub spoilt: BTreeSet<String>,
    pub secret: Option<String>,
    pub book: Book,
}

/// A row of the outbox, as the simulator needs it.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: CommandId,
    pub item: ItemId,
    pub command: String,
    pub batch: String,
    pub kind: Option<String>,
    /// It has not left, and lies there for so long that its author is asked again.
    pub stale: bool,
    /// The file that it names does not go up by itself any more.
    pub stopped: bool,
}

impl Waiting {
    /// Its author has to do something.
    pub fn needs_a_person(&self) -> bool {
        (self.kind.is_some() && !self.is_superseded()) || self.stale || self.stopped
    }

    /// Another one was given instead, and has no outcome yet.
    pub fn is_superseded(&self) -> bool {
        self.kind.as_deref() == Some("superseded")
    }
}

impl Profile {
    pub async fn open(
        number: usize,
        person: &str,
        folder: PathBuf,
        secret: Option<String>,
        time: &Time,
    ) -> anyhow::Result<Self> {
        let skew = Arc::new(AtomicI64::new(0));
        Ok(Self {
            number,
            person: PersonId::from(person),
            watcher: watch(&folder.join("cache.db")).await?,
            folder,
            keys: Arc::new(Keys::new(secret)),
            clock: SimClock::new(time, &skew),
            skew,
            processes: [None, None],
            book: Book::default(),
            picture: None,
            rotten: false,
            refused_here: BTreeSet::new(),
            spoilt: BTreeSet::new(),
            started: 0,
        })
    }

    /// Starts a process that has this profile open.
    pub async fn start(&mut self, which: usize, time: &Time, seed: u64) -> anyhow::Result<()> {
        self.started += 1;
        let name = format!("c{}p{}", self.number, self.started);
        let seam = Arc::new(Seam::default());
        let clock = Arc::new(SimClock::new(time, &self.skew));
        let deps = Deps {
            clock: Arc::clone(&clock) as _,
            chance: Arc::new(SimChance::new(name.clone(), seed ^ (self.number as u64) << 32 ^ self.started)),
            secrets: Arc::clone(&self.keys) as _,
            transport: Arc::clone(&seam) as _,
            device: name.clone(),
            readers: 1,
        };
        let engine =
            Engine::open(&self.folder, deps).await.map_err(as_error).context("a profile does not open")?;
        // The first id of a process is its name in the lease.
        let holder = format!("{name}-001");
        if let Some(slot) = self.processes.get_mut(which) {
            *slot = Some(Process::new(engine, seam, clock, holder));
        }
        Ok(())
    }

    /// Signs the person in, as a piece of work.
    pub fn sign_in(&self, process: &Process) -> Work<Ended> {
        let engine = process.engine.clone();
        let email = format!("{}@example.com", self.person);
        Box::pin(async move {
            Ended::SignedIn(engine.sign_in(PORTAL, &email, cast::PASSWORD).await.map(|_session| ()))
        })
    }

    /// Everything in the outbox, in the order in which it was given.
    pub async fn outbox(&mut self) -> anyhow::Result<Vec<Waiting>> {
        let now = self.now();
        let sql = format!(
            "SELECT command_id, item, command, batch, outcome_kind, {STALE}, outcome_kind IS NULL AND EXISTS
                (SELECT 1 FROM uploads u WHERE u.stopped AND u.sha256 = o.command ->> '$.sha256')
             FROM outbox o ORDER BY position"
        );
        type Raw = (String, String, String, String, Option<String>, bool, bool);
        let rows: Vec<Raw> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now.ms()).fetch_all(&mut self.watcher).await?;
        Ok(rows
            .into_iter()
            .map(|(id, item, command, batch, kind, stale, stopped)| Waiting {
                id: CommandId(id),
                item: ItemId(item),
                command,
                batch,
                kind,
                stale,
                stopped,
            })
            .collect())
    }

    /// The files that are nowhere but here, as far as this device knows.
    pub async fn unsent(&mut self) -> anyhow::Result<Vec<String>> {
        let names = sqlx::query_scalar(
            "SELECT DISTINCT u.sha256 FROM uploads u JOIN outbox o ON o.command ->> '$.sha256' = u.sha256
             WHERE o.outcome_kind IS NULL ORDER BY u.sha256",
        );
        Ok(names.fetch_all(&mut self.watcher).await?)
    }

    /// The files that commands wait for and that go up by themselves. What must be looked at again waits for that.
    pub async fn uploads(&mut self) -> anyhow::Result<Vec<String>> {
        let sql = format!(
            "SELECT DISTINCT u.sha256 FROM uploads u JOIN outbox o ON o.command ->> '$.sha256' = u.sha256
             WHERE o.outcome_kind IS NULL AND NOT u.stopped AND NOT {STALE} ORDER BY u.sha256"
        );
        let now = self.now();
        let names = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(now.ms());
        Ok(names.fetch_all(&mut self.watcher).await?)
    }

    /// What the device says the time is.
    pub fn now(&self) -> Timestamp {
        self.clock.read()
    }

    pub async fn fact(&mut self, key: &str) -> anyhow::Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut self.watcher)
            .await?)
    }

    /// How far it has followed the portal.
    pub async fn cursor(&mut self) -> anyhow::Result<Option<Cursor>> {
        self.fact("cursor")
            .await?
            .map(|text| text.parse().context("a cursor that cannot be read"))
            .transpose()
    }

    /// Whether something waits that may be sent now, as the engine's loop asks.
    pub async fn sendable(&mut self, now: Timestamp) -> anyhow::Result<bool> {
        let stale_before = STALE.replace("o.", "e.");
        let sql = format!(
            "SELECT 1 FROM outbox o WHERE outcome_kind IS NULL AND NOT {STALE}
             AND (seq IS NOT NULL OR ((held_until_ms <= $1 OR made_ms > $1)
             AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = o.command ->> '$.sha256')
             AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.item = o.item AND e.position < o.position
                 AND (e.outcome_kind IN ('conflict', 'quarantined') OR {stale_before}
                      OR (e.outcome_kind IS NULL AND e.seq IS NULL AND EXISTS
                          (SELECT 1 FROM uploads u WHERE u.sha256 = e.command ->> '$.sha256'))
                      OR (e.outcome_kind IS NULL AND e.seq IS NULL AND e.held_until_ms > $1 AND e.made_ms <= $1)))))
             LIMIT 1"
        );
        let waiting: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(now.ms())
            .fetch_optional(&mut self.watcher)
            .await?;
        Ok(waiting.is_some())
    }

    /// Copies the profile into another folder. Nobody may be in a transaction.
    pub async fn copy_to(&mut self, folder: &Path) -> anyhow::Result<()> {
        copy_folder(&self.folder.join("files"), &folder.join("files"))?;
        let target = folder.join("cache.db");
        let name = target.to_str().context("a path that is no text")?;
        sqlx::query("VACUUM INTO $1").bind(name).execute(&mut self.watcher).await?;
        Ok(())
    }

    /// All processes end without a chance to finish anything.
    pub fn kill(&mut self) {
        for process in &mut self.processes {
            if let Some(mut process) = process.take() {
                process.abandon();
            }
        }
    }
}

pub fn as_error(failure: Failure) -> anyhow::Error {
    anyhow::anyhow!("{:?}: {}", failure.code, failure.message)
}
