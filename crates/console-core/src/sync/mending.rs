//! What is held is not what should be: everything is loaded anew, and the portal learns of it. Where that does not help,
//! the fault is the portal's, and loading again and again would only take room from others.

use super::{SyncReport, SyncState};
use crate::engine::Engine;
use crate::failure::CallError;
use postern_domain::HOUR_MS;
use postern_protocol::Divergence;

/// How soon everything is loaded anew once more where the last time did not help, in milliseconds.
const AGAIN_MS: i64 = HOUR_MS;

impl Engine {
    /// Loads everything anew where what is held is not what should be.
    pub(super) async fn mend(&self, state: &mut SyncState, report: &mut SyncReport) -> Result<(), CallError> {
        let now = self.device_now();
        let before = self.inner.cache.meta().await?.mended;
        let Some(Divergence { expected, found }) = state.diverged else {
            // A comparison that was made since the load says that it has helped.
            if before.is_some_and(|before| state.compared.is_some_and(|compared| compared > before)) {
                self.inner.cache.set_mended(None).await?;
            }
            return Ok(());
        };
        // A clock that was set back must not put it off.
        if before.is_some_and(|before| (0..AGAIN_MS).contains(&now.since(before))) {
            return Ok(());
        }
        tracing::error!(?expected, ?found, "the cache is not what the portal sent: loading everything anew");
        self.greet(state).await?;
        let told = state.diverged;
        self.bootstrap(state, report).await?;
        if state.diverged == told {
            state.diverged = None;
        }
        self.inner.cache.set_mended(Some(now)).await?;
        // Whether it has helped is asked at once.
        state.compared = None;
        self.pull(state, report).await?;
        if state.diverged.is_none() {
            self.inner.cache.set_mended(None).await?;
        }
        Ok(())
    }

    /// A load was taken although it is not what its portal announced, as the one before it was not either: the portal
    /// learns of it, and it is not loaded anew at once.
    pub(super) async fn differs(
        &self,
        state: &mut SyncState,
        divergence: Divergence,
    ) -> Result<(), CallError> {
        tracing::error!(?divergence, "the portal sends something else than it announces");
        self.inner.cache.set_mended(Some(self.device_now())).await?;
        state.diverged = Some(divergence);
        // Should it not be reached now, it is told with the next round.
        state.greeted = false;
        self.greet(state).await
    }
}
