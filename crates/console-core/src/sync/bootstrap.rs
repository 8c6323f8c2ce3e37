//! Everything at once: streamed into staging, and swapped in only when it is complete. A load that is cut goes on where
//! it was, also after a restart. So does one that the portal lets pause, at once.

use super::lines::Lines;
use super::{SyncReport, SyncState};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::Call;
use crate::views::{Connection, Progress};
use postern_console_store::{Load, Staging, Swapped};
use postern_domain::Timestamp;
use postern_protocol::{BootstrapPart, ErrorCode, Expected, Month, ReadPart, paths};
use std::sync::atomic::Ordering;

/// How often the progress is shown, in items.
const STEP: u64 = 2_000;
/// How often what has arrived is put on the disk and the lease renewed, in milliseconds, however slowly it arrives.
const KEEP_MS: i64 = 10_000;

impl Engine {
    pub(super) async fn bootstrap(
        &self,
        state: &mut SyncState,
        report: &mut SyncReport,
    ) -> Result<(), CallError> {
        self.set_status(|status| {
            status.connection = Connection::Bootstrapping;
            status.bootstrap = Some(Progress { done: 0, total: 0 });
        });
        let wanted = self.wanted_closed_since().await?;
        loop {
            let cut = self.inner.cache.cut_load().await?.filter(|load| load.closed_since == wanted);
            let goes_on = cut.is_some();
            let loaded = match self.load(Wish { closed_since: wanted, load: cut }, state, report).await {
                Err(error) if goes_on && error.code() == Some(ErrorCode::CursorGone) => {
                    tracing::info!("the load that was cut cannot go on: it begins anew");
                    self.load(Wish { closed_since: wanted, load: None }, state, report).await
                }
                loaded => loaded,
            };
            match loaded? {
                Loaded::Whole => return Ok(()),
                // The portal made room for somebody else. What was given meanwhile does not wait for the rest.
                Loaded::Paused => self.push(state, report).await?,
            }
        }
    }

    async fn load(
        &self,
        wish: Wish,
        state: &mut SyncState,
        report: &mut SyncReport,
    ) -> Result<Loaded, CallError> {
        let reply = self.open_call(&Call::stream(wish.path(), "application/x-ndjson")).await?;
        let kept = self.device_now();
        let mut stream = Stream { engine: self, wish, staging: None, came: 0, ended: None, kept };
        let read = stream.read(Lines::of(reply.body), state).await;
        let Some(mut staging) = stream.staging else { return read.and(Err(cut())) };
        let expected = match (&read, stream.ended) {
            (Ok(()), Some(Ended::Whole(expected))) => expected,
            (_, ended) => {
                // What arrived is kept: the next try goes on behind it.
                staging.flush().await?;
                return match ended {
                    Some(Ended::Paused) => read.map(|()| Loaded::Paused),
                    _ => read.and(Err(cut())),
                };
            }
        };
        report.pulled += u32::try_from(staging.items()).unwrap_or(u32::MAX);
        report.bootstrapped = true;
        let lease = self.keep_lease(state).await?;
        match staging.swap(&lease, expected, self.device_now()).await? {
            Swapped::AsAnnounced => {}
            Swapped::Otherwise(divergence) => self.differs(state, divergence).await?,
            Swapped::Refused => {
                return Err(CallError::Later {
                    after_ms: None,
                    detail:
                        "What the portal sent is not what it said that it would send; it is loaded again."
                            .to_owned(),
                    request_id: None,
                });
            }
        }
        self.emit(crate::views::EngineEvent::Session {});
        self.changed_everything();
        Ok(Loaded::Whole)
    }
}

/// How far a load came with one request.
enum Loaded {
    Whole,
    /// There is more behind the last item that came.
    Paused,
}

/// What is asked for.
struct Wish {
    /// What is wanted may be something else before the answer comes.
    closed_since: Option<Month>,
    /// The load that goes on.
    load: Option<Load>,
}

/// The path of a load of what was closed since a month, and of everything else.
pub(super) fn path(closed_since: Option<Month>, more: &[(&str, &str)]) -> String {
    let month = closed_since.map(|month| month.to_string());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(month.iter().map(|month| ("closed_since", month)));
    query.extend_pairs(more);
    match query.finish() {
        query if query.is_empty() => paths::BOOTSTRAP.to_owned(),
        query => format!("{}?{query}", paths::BOOTSTRAP),
    }
}

impl Wish {
    fn path(&self) -> String {
        let Some(load) = &self.load else { return path(self.closed_since, &[]) };
        let last = load.last.as_ref().map(ToString::to_string).unwrap_or_default();
        path(self.closed_since, &[("cursor", &load.cursor.to_string()), ("after", &last)])
    }
}

struct Stream<'a> {
    engine: &'a Engine,
    wish: Wish,
    staging: Option<Staging>,
    /// Items that came with this stream.
    came: u64,
    /// When what had arrived was last put on the disk.
    kept: Timestamp,
    /// The last line came.
    ended: Option<Ended>,
}

enum Ended {
    /// It said what should be held, if it could.
    Whole(Option<Expected>),
    Paused,
}

impl Stream<'_> {
    async fn read(&mut self, mut lines: Lines, state: &mut SyncState) -> Result<(), CallError> {
        while let Some(part) = lines.next_part().await? {
            self.take(part, state).await?;
        }
        Ok(())
    }

    async fn take(&mut self, part: ReadPart, state: &mut SyncState) -> Result<(), CallError> {
        let part = match (part, &mut self.staging) {
            (ReadPart::Known(part), _) => part,
            (ReadPart::Newer(item), Some(staging)) => {
                self.came += 1;
                return Ok(staging.add_newer(item).await?);
            }
            (ReadPart::Newer(_), None) => return Err(cut()),
        };
        match (part, &mut self.staging) {
            (BootstrapPart::Begin { cursor, items, directory, server_time }, None) => {
                let engine = self.engine;
                engine.assert_epoch(&cursor).await?;
                engine.inner.clock_offset_ms.store(server_time.since(engine.device_now()), Ordering::Relaxed);
                let closed_since = self.wish.closed_since;
                let load = match self.wish.load.take() {
                    // The directory alone may have changed.
                    Some(load) if load.cursor.seq == cursor.seq && load.cursor.leads_to(&cursor) => {
                        Load { cursor, ..load }
                    }
                    Some(_) => return Err(cut()),
                    None if directory.is_none() => return Err(cut()),
                    None => Load { cursor, closed_since, last: None },
                };
                let lease = engine.keep_lease(state).await?;
                let staging =
                    engine.inner.cache.stage(&lease, load, directory.map(|directory| *directory)).await?;
                let done = staging.items();
                self.staging = Some(staging);
                self.progress(done, done + items);
            }
            (BootstrapPart::Item { item }, Some(staging)) => {
                staging.add(*item).await?;
                self.came += 1;
                let done = staging.items();
                let now = self.engine.device_now();
                if now.since(self.kept) >= KEEP_MS {
                    self.kept = now;
                    self.engine.keep_lease(state).await?;
                    staging.flush().await?;
                }
                if done % STEP == 0 {
                    let total = self.engine.status().bootstrap.map_or(0, |progress| progress.total);
                    self.progress(done, u64::from(total).max(done));
                }
            }
            (BootstrapPart::End { items, expected }, Some(_)) if items == self.came => {
                self.ended = Some(Ended::Whole(expected));
            }
            // One that brought nothing would go round for ever.
            (BootstrapPart::Pause { items }, Some(_)) if items == self.came && items > 0 => {
                self.ended = Some(Ended::Paused);
            }
            _ => return Err(cut()),
        }
        Ok(())
    }

    fn progress(&self, done: u64, total: u64) {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let progress = Progress { done: number(done), total: number(total) };
        self.engine.set_status(|status| status.bootstrap = Some(progress));
    }
}

fn cut() -> CallError {
    CallError::Offline {
        reason:
            "the full load was cut off; it goes on with the next contact, and what was here stays until then"
                .to_owned(),
    }
}
