//! Everything at once: streamed into staging, and swapped in only when it is complete. A load that is cut goes on where
//! it was, also after a restart.

use super::{SyncReport, SyncState};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::{Call, offline};
use crate::views::{Connection, Progress};
use futures_util::StreamExt;
use postern_console_store::{Load, Staging};
use postern_protocol::{BootstrapPart, ErrorCode, Expected, ReadPart, paths};
use std::sync::atomic::Ordering;

/// How often the lease is renewed and the progress shown, in items.
const STEP: u64 = 2_000;

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
        let cut = self.inner.cache.cut_load().await?.filter(|load| load.closed_since == wanted);
        let fresh = Wish { path: since(wanted), load: None };
        let wish = cut.map_or(fresh, |load| Wish { path: resumed(&load), load: Some(load) });
        let goes_on = wish.load.is_some();
        match self.load(wish, state, report).await {
            Err(error) if goes_on && error.code() == Some(ErrorCode::CursorGone) => {
                tracing::info!("the load that was cut cannot go on: it begins anew");
                self.load(Wish { path: since(wanted), load: None }, state, report).await
            }
            loaded => loaded,
        }
    }

    async fn load(
        &self,
        wish: Wish,
        state: &mut SyncState,
        report: &mut SyncReport,
    ) -> Result<(), CallError> {
        let reply = self.open_call(&Call::stream(wish.path.clone(), "application/x-ndjson")).await?;
        let mut stream = Stream { engine: self, wish, staging: None, came: 0, ended: None };
        let read = stream.read(reply.body, state).await;
        let Some(mut staging) = stream.staging else { return read.and(Err(cut())) };
        let (Ok(()), Some(expected)) = (&read, stream.ended) else {
            // What arrived is kept: the next try goes on behind it.
            staging.flush().await?;
            return read.and(Err(cut()));
        };
        report.pulled += u32::try_from(staging.items()).unwrap_or(u32::MAX);
        report.bootstrapped = true;
        let lease = self.renew_lease(state).await?;
        if !staging.swap(&lease, expected, self.device_now()).await? {
            return Err(CallError::Later {
                after_ms: None,
                detail: "What the portal sent is not what it said that it would send; it is loaded again."
                    .to_owned(),
                request_id: None,
            });
        }
        self.emit(crate::views::EngineEvent::Session {});
        self.changed_everything();
        Ok(())
    }
}

/// What is asked for.
struct Wish {
    path: String,
    /// The load that goes on.
    load: Option<Load>,
}

fn since(closed_since: Option<postern_protocol::Month>) -> String {
    match closed_since {
        Some(month) => format!("{}?closed_since={month}", paths::BOOTSTRAP),
        None => paths::BOOTSTRAP.to_owned(),
    }
}

fn resumed(load: &Load) -> String {
    let path = since(load.closed_since);
    let join = if path.contains('?') { '&' } else { '?' };
    let last = load.last.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut after = form_urlencoded::Serializer::new(String::new());
    after.append_pair("cursor", &load.cursor.to_string()).append_pair("after", &last);
    format!("{path}{join}{}", after.finish())
}

struct Stream<'a> {
    engine: &'a Engine,
    wish: Wish,
    staging: Option<Staging>,
    /// Items that came with this stream.
    came: u64,
    /// The last line came, and said what should be held, if it could.
    ended: Option<Option<Expected>>,
}

impl Stream<'_> {
    async fn read(
        &mut self,
        mut body: futures_util::stream::BoxStream<
            'static,
            Result<bytes::Bytes, crate::transport::Unreachable>,
        >,
        state: &mut SyncState,
    ) -> Result<(), CallError> {
        let mut pending: Vec<u8> = Vec::new();
        while let Some(part) = body.next().await {
            pending.extend_from_slice(&part.map_err(offline)?);
            let mut start = 0;
            while let Some(length) = pending[start..].iter().position(|byte| *byte == b'\n') {
                self.line(&pending[start..start + length], state).await?;
                start += length + 1;
            }
            pending.drain(..start);
        }
        if !pending.is_empty() {
            self.line(&pending, state).await?;
        }
        Ok(())
    }

    async fn line(&mut self, line: &[u8], state: &mut SyncState) -> Result<(), CallError> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let part = ReadPart::read(line).map_err(|error| CallError::Later {
            after_ms: None,
            detail: format!("The portal's data cannot be understood ({error})."),
            request_id: None,
        })?;
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
                engine.inner.clock_offset_ms.store(server_time.since(engine.device_now()), Ordering::Relaxed);
                let closed_since = engine.wanted_closed_since().await?;
                let fresh = Load { cursor, closed_since, last: None };
                let load = if directory.is_none() { self.wish.load.take().ok_or_else(cut)? } else { fresh };
                let lease = engine.renew_lease(state).await?;
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
                if done % STEP == 0 {
                    let total = self.engine.status().bootstrap.map_or(0, |progress| progress.total);
                    self.progress(done, u64::from(total).max(done));
                    self.engine.renew_lease(state).await?;
                }
            }
            (BootstrapPart::End { items, expected }, Some(_)) if items == self.came => {
                self.ended = Some(expected);
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
