//! Changes come down, page by page, each taken in at once.

use super::{SyncReport, SyncState};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::{self, Call};
use postern_protocol::{MAX_PAGE, ReadPage, paths};
use std::sync::atomic::Ordering;

/// How often a console asks what it should hold, in milliseconds.
const COMPARE_MS: i64 = 30_000;

impl Engine {
    pub(super) async fn pull(&self, state: &mut SyncState, report: &mut SyncReport) -> Result<(), CallError> {
        loop {
            let meta = self.inner.cache.meta().await?;
            let Some(cursor) = meta.cursor else { return Ok(()) };
            let now = self.device_now();
            // A clock that was set back must not put the question off.
            let asks = state.compared.is_none_or(|at| !(0..COMPARE_MS).contains(&now.since(at)));
            let limit = state.portion.of(MAX_PAGE as usize);
            let mut path = format!("{}?cursor={cursor}&limit={limit}", paths::CHANGES);
            if let Some(month) = meta.closed_since {
                path.push_str(&format!("&closed_since={month}"));
            }
            if asks {
                path.push_str("&expected=true");
            }
            let ReadPage { page, newer } = self.read_portion(state, &Call::get(path)).await?;
            self.inner.clock_offset_ms.store(page.server_time.since(self.device_now()), Ordering::Relaxed);
            let lease = self.keep_lease(state).await?;
            let pulled = self.inner.cache.apply_page(&lease, &page, &newer, self.device_now()).await?;
            if page.expected.is_some() {
                state.compared = Some(now);
                state.diverged = pulled.diverged;
            }
            report.pulled += u32::try_from(page.changes.len()).unwrap_or(u32::MAX);
            if pulled.everything {
                self.changed_everything();
                self.emit(crate::views::EngineEvent::Session {});
            } else if !pulled.items.is_empty() {
                self.changed(pulled.items);
            }
            // A page that says "more" without moving on would go round for ever.
            if !page.more || page.cursor == cursor {
                return Ok(());
            }
        }
    }

    /// Asks for a page that is as large as the line carries, and learns from how it comes.
    pub(super) async fn read_portion(
        &self,
        state: &mut SyncState,
        call: &Call,
    ) -> Result<ReadPage, CallError> {
        let read = match self.open_call(call).await {
            Ok(reply) => portal::read(reply, ReadPage::read).await,
            Err(error) => Err(error),
        };
        state.learn(&read);
        read
    }
}
