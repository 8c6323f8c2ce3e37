//! Sync: commands go up, changes come down. One sender per profile; everything here can fail at any point and be
//! started again.

pub(crate) mod backoff;
mod bootstrap;
mod compare;
mod events;
mod handshake;
mod lines;
mod mending;
mod portion;
pub(crate) mod presence;
mod pull;
mod push;
mod surrender;

pub(crate) use events::follow_events;

use crate::engine::Engine;
use crate::failure::CallError;
use crate::views::{Connection, Failure};
use backoff::{Backoff, Met};
use portion::Portion;
use postern_console_store::Lease;
use postern_domain::Timestamp;
use postern_protocol::{Cursor, Divergence, ErrorCode};
use std::sync::atomic::{AtomicBool, Ordering};

/// How long a lease lasts without being renewed, in milliseconds.
const LEASE_MS: i64 = 45_000;
/// How often the portal is asked when nothing else happens: a minute, give or take a fifth.
const POLL_MS: i64 = 60_000;
/// How often another process's writing is looked for, in milliseconds.
const WATCH_MS: i64 = 1_000;
/// Whoever looks at the clock every second and finds that more has gone by was asleep.
const SLEPT_MS: i64 = 10_000;
/// How long to wait before trying to take over the lease of another process, in milliseconds.
const STAND_BY_MS: i64 = 10_000;

/// How often in one round the cursor or the grants may change before it is taken for a failure.
const MOST_DETOURS: u32 = 3;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Commands that got their outcome.
    pub pushed: u32,
    /// Items that came down.
    pub pulled: u32,
    pub bootstrapped: bool,
}

/// What the rounds of this process know.
#[derive(Default)]
pub(crate) struct SyncState {
    pub lease: Option<Lease>,
    /// The handshake of this session was answered with "ok".
    pub greeted: bool,
    pub backoff: Backoff,
    /// How much goes over this line in one piece.
    pub portion: Portion,
    /// How many comparisons in a row were cut.
    pub cut_comparisons: u32,
    /// The lease was somebody else's when it was last asked for.
    pub elsewhere: bool,
    /// When it next tries by itself.
    pub next: Timestamp,
    /// The portal asked to be left alone until then. Only a person's own word comes sooner.
    pub rest: Option<Timestamp>,
    /// When it last asked what it should hold.
    pub compared: Option<Timestamp>,
    /// It did not hold what it should, which the portal learns with the next greeting.
    pub diverged: Option<Divergence>,
}

impl SyncState {
    /// How much the line carries in one piece, by what became of one.
    fn learn<T>(&mut self, sent: &Result<T, CallError>) {
        match sent {
            Ok(_) => self.portion.came(),
            Err(CallError::Offline { .. }) => self.portion.was_lost(),
            // It says nothing about the line.
            Err(_) => {}
        }
    }
}

impl Engine {
    /// One round of sync, now.
    ///
    /// # Errors
    /// What stopped it; what was done until then stays done.
    pub async fn sync_now(&self) -> Result<SyncReport, Failure> {
        Ok(self.round().await?)
    }

    /// Whether another window or program of this profile does the syncing now.
    pub async fn syncs_elsewhere(&self) -> bool {
        self.inner.sync.lock().await.elsewhere
    }

    pub(crate) async fn round(&self) -> Result<SyncReport, CallError> {
        let mut state = self.inner.sync.lock().await;
        // Whatever asked for a round has it.
        self.inner.urgent.store(false, Ordering::SeqCst);
        self.inner.asked.store(false, Ordering::SeqCst);
        self.set_status(|status| status.syncing = true);
        let mut leave_off = self.inner.leave_off.subscribe();
        let done = tokio::select! {
            done = self.attempt(&mut state) => done,
            // What is cut here is cut as by a crash.
            _ = leave_off.changed() => Err(CallError::NotMine),
        };
        let now = self.device_now();
        let chance = self.inner.deps.chance.as_ref();
        match &done {
            Ok(_) => {
                state.backoff.reset();
                state.rest = None;
                state.next = now.plus_ms(backoff::around(POLL_MS, 0.2, chance));
                self.inner.transfers.pulled.notify_one();
            }
            Err(CallError::NotMine) => state.next = now.plus_ms(STAND_BY_MS),
            Err(error) => {
                if matches!(error, CallError::SignedOut { .. })
                    && let Some(lease) = state.lease.take()
                {
                    // Whose session is over keeps no other process of the profile from syncing. It would run out.
                    let _ = self.inner.cache.release_lease(&lease).await;
                }
                tracing::info!(error = error.sentence(), "sync");
                let met = Met::of(error);
                state.next = now.plus_ms(state.backoff.next_ms(met, self.spread_ms(), chance));
                state.rest = matches!(met, Met::Trouble { asked_ms: Some(_) }).then_some(state.next);
            }
        }
        self.report(&done, &state, now).await;
        self.tell_alerts().await;
        self.drop_unnamed_content().await;
        done
    }

    /// Ends the round under way where it is, and keeps others from beginning.
    pub(crate) async fn round_over(&self) -> tokio::sync::MutexGuard<'_, SyncState> {
        self.inner.leave_off.send_modify(|times| *times += 1);
        self.inner.sync.lock().await
    }

    async fn report(&self, done: &Result<SyncReport, CallError>, state: &SyncState, now: Timestamp) {
        let signed_in = self.current().is_ok();
        let offset = self.inner.clock_offset_ms.load(Ordering::Relaxed);
        if done.is_ok() {
            // Only the time of the last success would be missing.
            let _ = self.inner.cache.set_success(now, offset).await;
        }
        let cached = self.inner.cache.item_count().await.unwrap_or_default();
        let newer = crate::engine::number_of_newer(&self.inner.cache).await.unwrap_or_default();
        let counts = self.inner.cache.outbox_counts(now).await;
        self.set_status(|status| {
            status.syncing = false;
            status.bootstrap = None;
            status.cached_items = cached;
            status.newer_items = newer;
            if let Ok((pending, attention)) = counts {
                (status.pending, status.attention) = (pending, attention);
            }
            status.next_try = signed_in.then_some(state.next);
            match done {
                Ok(_) => {
                    status.connection = Connection::Online;
                    status.last_success = Some(now);
                    (status.problem, status.request_id) = (None, None);
                }
                // The other process knows how the connection is; this one shows what it finds in the cache.
                Err(CallError::NotMine) => {
                    status.connection = Connection::Online;
                    (status.problem, status.request_id) = (None, None);
                }
                Err(error) => {
                    status.connection = match (signed_in, error.code()) {
                        (false, _) => Connection::SignedOut,
                        (true, Some(ErrorCode::UpgradeRequired)) => Connection::UpgradeRequired,
                        _ => Connection::Offline,
                    };
                    status.problem = Some(error.sentence());
                    status.request_id = error.request_id();
                }
            }
        });
    }

    async fn attempt(&self, state: &mut SyncState) -> Result<SyncReport, CallError> {
        self.current()?;
        self.renew_lease(state).await?;
        let mut report = SyncReport::default();
        let done = match self.greet_and_exchange(state, &mut report).await {
            // Nobody but the handshake knows whether it is the person who may not come in any more.
            Err(error) if error.code() == Some(ErrorCode::Forbidden) => {
                self.greet(state).await.and(Err(error))
            }
            other => other.map(|()| report),
        };
        match done {
            Err(CallError::Problem { code: ErrorCode::ShutOut, detail, .. }) => {
                Err(self.surrender(state, &detail).await)
            }
            other => other,
        }
    }

    async fn greet_and_exchange(
        &self,
        state: &mut SyncState,
        report: &mut SyncReport,
    ) -> Result<(), CallError> {
        if !state.greeted {
            self.greet(state).await?;
        }
        self.exchange(state, report).await
    }

    /// Everything up and everything down, after the greeting.
    async fn exchange(&self, state: &mut SyncState, report: &mut SyncReport) -> Result<(), CallError> {
        // A load may take long, and what was given does not wait for it.
        self.push(state, report).await?;
        if self.inner.cache.meta().await?.cursor.is_none() {
            let loaded = self.bootstrap(state, report).await;
            self.or_start_over(loaded, state, report).await?;
            self.push(state, report).await?;
        } else if self.fit_to_wish(state).await? {
            let refitted = self.refit(state, report).await;
            self.or_start_over(refitted, state, report).await?;
            self.push(state, report).await?;
        }
        let mut detours = 0;
        while let Err(error) = self.pull(state, report).await {
            detours += 1;
            let done = match error.code() {
                Some(ErrorCode::ScopeChanged) if detours <= MOST_DETOURS => {
                    tracing::info!("other grants: what is held is compared with what should be");
                    self.refit(state, report).await
                }
                Some(ErrorCode::CursorGone) if detours <= MOST_DETOURS => Err(error),
                _ => return Err(error),
            };
            self.or_start_over(done, state, report).await?;
        }
        self.mend(state, report).await
    }

    /// Where the cursor is gone, or of another epoch: greets anew and loads everything. The outbox stays.
    async fn or_start_over(
        &self,
        done: Result<(), CallError>,
        state: &mut SyncState,
        report: &mut SyncReport,
    ) -> Result<(), CallError> {
        match done {
            Err(error) if error.code() == Some(ErrorCode::CursorGone) => {
                tracing::info!("the cursor is gone: loading everything anew, the outbox stays");
                self.greet(state).await?;
                // A restored portal gets back what it lost before anything of it is shown.
                self.push(state, report).await?;
                self.bootstrap(state, report).await
            }
            other => other,
        }
    }

    /// What comes must be of the epoch in which this console and the portal greeted each other. A portal that was
    /// restored since gets back what it lost first, and what it shows before that is not compared with what is here.
    async fn assert_epoch(&self, cursor: &Cursor) -> Result<(), CallError> {
        let known = self.inner.cache.meta().await?.epoch;
        if known.is_none_or(|epoch| epoch == cursor.epoch) {
            return Ok(());
        }
        Err(CallError::Problem {
            code: ErrorCode::CursorGone,
            detail: "The portal was restored from a backup in this moment. It is asked again.".to_owned(),
            request_id: None,
        })
    }

    /// Takes or renews the right to sync.
    pub(crate) async fn renew_lease(&self, state: &mut SyncState) -> Result<Lease, CallError> {
        let (cache, presence) = (&self.inner.cache, &self.inner.presence);
        let take = || cache.take_lease(&self.inner.holder, self.device_now(), LEASE_MS);
        let mut taken = take().await?;
        if taken.is_none()
            && let Some(other) = cache.lease().await?
            && presence.is_over(&other.holder)
        {
            cache.release_lease(&other).await?;
            taken = take().await?;
        }
        // Whoever held it in between may have greeted as another console.
        if taken.is_none() || (state.lease.is_some() && state.lease != taken) {
            state.greeted = false;
        }
        state.elsewhere = taken.is_none();
        state.lease.clone_from(&taken);
        taken.ok_or(CallError::NotMine)
    }

    /// Renews the lease for writing what was asked for under it. Had somebody else taken it meanwhile, the cache may be
    /// ahead of the answer.
    pub(crate) async fn keep_lease(&self, state: &mut SyncState) -> Result<Lease, CallError> {
        let before = state.lease.clone();
        let lease = self.renew_lease(state).await?;
        if before.as_ref() == Some(&lease) { Ok(lease) } else { Err(CallError::NotMine) }
    }
}

/// Syncs whenever there is a reason to, until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut stop = engine.inner.stop.subscribe();
    loop {
        let wait_ms = until_next(&engine).await;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = engine.inner.deps.clock.sleep(wait_ms) => {}
            () = engine.inner.wake.notified() => {}
        }
        if *stop.borrow() {
            return;
        }
        engine.tell_alerts().await;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = engine.ask_after_last_session() => {}
        }
        if engine.current().is_ok() && is_due(&engine).await {
            // What is cut here is cut as by a crash, and goes on with the next start.
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = engine.round() => {}
            }
        }
    }
}

/// Milliseconds until something is due by itself.
async fn until_next(engine: &Engine) -> i64 {
    if engine.current().is_err() {
        return POLL_MS;
    }
    let now = engine.device_now();
    let (next, failing) = {
        let state = engine.inner.sync.lock().await;
        (state.next, state.backoff.failing())
    };
    let released = if failing { None } else { engine.inner.cache.next_release(now).await.ok().flatten() };
    let snoozed = engine.inner.cache.next_snoozed().await.ok().flatten();
    let first = [Some(next), released, snoozed].into_iter().flatten().min().unwrap_or(next);
    first.since(now).clamp(0, POLL_MS)
}

async fn is_due(engine: &Engine) -> bool {
    let now = engine.device_now();
    let (next, failing, rests) = {
        let state = engine.inner.sync.lock().await;
        (state.next, state.backoff.failing(), state.rest.is_some_and(|until| now < until))
    };
    let is_set = |wish: &AtomicBool| wish.load(Ordering::SeqCst);
    if is_set(&engine.inner.asked) || (!rests && is_set(&engine.inner.urgent)) {
        return true;
    }
    // While the portal does not answer, a command that is no longer held waits like all others.
    next <= now || (!failing && engine.inner.cache.has_sendable(now).await.unwrap_or(false))
}

impl Engine {
    /// Tries everything now that waits for a certain time. A round under way sets a new one at its end.
    fn forget_waits(&self) {
        if let Ok(mut state) = self.inner.sync.try_lock() {
            state.next = self.device_now();
            state.rest = None;
        }
        self.inner.transfers.forget_waits();
    }
}

/// Looks for what another process of this profile writes, and for hours that went by while this device slept.
pub(crate) async fn watch_cache(engine: Engine) {
    let mut stop = engine.inner.stop.subscribe();
    let mut looked = engine.device_now();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = engine.inner.deps.clock.sleep(WATCH_MS) => {}
        }
        // Timers stand still while a device sleeps, its clock does not.
        let now = engine.device_now();
        let passed = now.since(std::mem::replace(&mut looked, now));
        if passed < 0 {
            tracing::info!(
                "this device's clock was set back: nothing waits for a time that it has seen already"
            );
            engine.forget_waits();
            engine.nudge();
        }
        if passed > SLEPT_MS {
            tracing::info!("this device was asleep: looking for what happened meanwhile");
            engine.inner.woke.notify_waiters();
            engine.nudge();
        }
        if matches!(engine.inner.cache.changed_elsewhere().await, Ok(true)) {
            engine.recount().await;
            if let Ok(meta) = engine.inner.cache.meta().await {
                if engine.current().is_ok() {
                    // Says by itself what it finds.
                    let _ = engine.console_of(&meta);
                }
                let cached = engine.inner.cache.item_count().await.unwrap_or_default();
                engine.set_status(|status| {
                    status.last_success = meta.last_success.max(status.last_success);
                    status.cached_items = cached;
                });
            }
            engine.changed_everything();
            engine.inner.wake.notify_one();
            engine.inner.transfers.wake();
        }
    }
}
