//! Everything at once: streamed into staging, and swapped in only when it is complete.

use super::{SyncReport, SyncState};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::{Call, offline};
use crate::views::{Connection, Progress};
use futures_util::StreamExt;
use postern_console_store::Staging;
use postern_protocol::{BootstrapPart, Cursor, paths};
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
        let reply = self.open_call(&Call::stream(paths::BOOTSTRAP, "application/x-ndjson")).await?;
        let mut body = reply.body;
        let mut load = Load { engine: self, staging: None, ended: false, total: 0 };
        let mut pending: Vec<u8> = Vec::new();
        while let Some(part) = body.next().await {
            pending.extend_from_slice(&part.map_err(offline)?);
            let mut start = 0;
            while let Some(length) = pending[start..].iter().position(|byte| *byte == b'\n') {
                load.line(&pending[start..start + length], state).await?;
                start += length + 1;
            }
            pending.drain(..start);
        }
        if !pending.is_empty() {
            load.line(&pending, state).await?;
        }
        let (true, Some((staging, cursor))) = (load.ended, load.staging) else {
            return Err(cut());
        };
        report.pulled += u32::try_from(staging.items()).unwrap_or(u32::MAX);
        report.bootstrapped = true;
        let lease = self.renew_lease(state).await?;
        staging.swap(&lease, &cursor, self.device_now()).await?;
        self.emit(crate::views::EngineEvent::Session {});
        self.changed_everything();
        Ok(())
    }
}

struct Load<'a> {
    engine: &'a Engine,
    staging: Option<(Staging, Cursor)>,
    ended: bool,
    total: u64,
}

impl Load<'_> {
    async fn line(&mut self, line: &[u8], state: &mut SyncState) -> Result<(), CallError> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let part: BootstrapPart = serde_json::from_slice(line).map_err(|error| CallError::Later {
            after_ms: None,
            detail: format!("The portal's data cannot be understood ({error})."),
            request_id: None,
        })?;
        match (part, &mut self.staging) {
            (BootstrapPart::Begin { cursor, items, directory, server_time }, None) => {
                let engine = self.engine;
                engine.inner.clock_offset_ms.store(server_time.since(engine.device_now()), Ordering::Relaxed);
                self.total = items;
                self.staging = Some((engine.inner.cache.stage(*directory).await?, cursor));
                self.progress(0);
            }
            (BootstrapPart::Item { item }, Some((staging, _))) => {
                staging.add(*item).await?;
                let done = staging.items();
                if done % STEP == 0 {
                    self.progress(done);
                    self.engine.renew_lease(state).await?;
                }
            }
            (BootstrapPart::End { items }, Some((staging, _))) => {
                if staging.items() != items {
                    return Err(cut());
                }
                self.ended = true;
            }
            _ => return Err(cut()),
        }
        Ok(())
    }

    fn progress(&self, done: u64) {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let progress = Progress { done: number(done), total: number(self.total) };
        self.engine.set_status(|status| status.bootstrap = Some(progress));
    }
}

fn cut() -> CallError {
    CallError::Offline {
        reason: "the full load was cut off; it starts again, and what was here stays until then".to_owned(),
    }
}
