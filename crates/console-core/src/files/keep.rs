//! What is kept offline by rule, and what goes when there is no room.

use crate::engine::Engine;
use crate::failure::{CallError, internal};
use crate::views::{Failure, FailureCode, FileRules};

/// Of so many items whose turn is mine the files are looked at.
const ITEMS: u32 = 500;
const RULES: &str = "files";

impl Engine {
    /// What of attachments is kept on this device.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn file_rules(&self) -> Result<FileRules, Failure> {
        let stored = self.inner.cache.preference(RULES).await?;
        Ok(stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
    }

    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn set_file_rules(&self, rules: &FileRules) -> Result<(), Failure> {
        let value = serde_json::to_value(rules).map_err(|error| internal(error.to_string()))?;
        self.inner.cache.set_preference(RULES, &value).await?;
        self.make_room(0).await?;
        self.inner.transfers.pulled.notify_one();
        Ok(())
    }

    /// Bytes that content takes on this device.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn files_size(&self) -> Result<u64, Failure> {
        Ok(self.inner.cache.content().total().await?)
    }

    /// Makes room for `more` bytes. What waits for its upload stays, whatever the limit.
    pub(super) async fn make_room(&self, more: u64) -> Result<(), CallError> {
        let limit = self.file_rules().await.unwrap_or_default().limit;
        let spare = self.inner.cache.unsent_content().await?;
        self.inner.cache.content().evict(limit.saturating_sub(more), spare).await?;
        Ok(())
    }

    /// Fetches what the rule asks for. Returns how many files that were.
    ///
    /// # Errors
    /// What stopped it; the next round of sync takes it up again.
    pub async fn keep_files_offline(&self) -> Result<usize, Failure> {
        let rules = self.file_rules().await?;
        if !rules.keep_offline {
            return Ok(0);
        }
        if self.inner.transfers.is_resting(self.device_now()) {
            return Ok(0);
        }
        let content = self.inner.cache.content();
        let mut fetched = 0;
        for wanted in self.inner.cache.wanted_content(rules.largest, ITEMS).await? {
            let transfers = &self.inner.transfers;
            if content.has(&wanted.sha256).await || transfers.was_refused(&wanted.sha256) {
                continue;
            }
            // What is kept by rule drives nothing out.
            if content.total().await? + wanted.size > rules.limit || !self.may_transfer().await {
                break;
            }
            match self.fetch(&wanted.sha256, wanted.size).await {
                Ok(()) => {
                    fetched += 1;
                    self.changed(vec![wanted.item]);
                }
                Err(failure) if failure.code == FailureCode::NotFound => {
                    transfers.note_refused(&wanted.sha256)
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(fetched)
    }
}

/// Fetches in the background, after each round of sync that ended well, until the engine stops.
pub(crate) async fn keep_offline(engine: Engine) {
    let mut stop = engine.inner.stop.subscribe();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = engine.inner.transfers.pulled.notified() => {}
        }
        let kept = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            kept = engine.keep_files_offline() => kept,
        };
        if let Err(failure) = kept {
            tracing::info!(reason = failure.message, "files cannot be fetched ahead");
        }
    }
}
