//! What is kept offline by rule, and what goes when there is no room.

use crate::engine::Engine;
use crate::failure::{CallError, internal};
use crate::views::{Failure, FailureCode, FileRules};
use postern_domain::{DAY_MS, HOUR_MS};
use std::collections::BTreeSet;

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

    /// Makes room for `more` bytes. What commands wait with stays, whatever the limit.
    pub(super) async fn make_room(&self, more: u64) -> Result<(), CallError> {
        self.make_room_beside(more, BTreeSet::new()).await
    }

    async fn make_room_beside(&self, more: u64, mut spare: BTreeSet<String>) -> Result<(), CallError> {
        let limit = self.file_rules().await.unwrap_or_default().limit;
        spare.extend(self.inner.cache.unsent_content().await?);
        self.inner.cache.content().evict(limit.saturating_sub(more), spare).await?;
        Ok(())
    }

    /// Fetches what the rule asks for. Returns how many files that were. What the portal does not give, or gives damaged,
    /// keeps nothing behind it waiting.
    ///
    /// # Errors
    /// What stopped it; the next round of sync takes it up again.
    pub async fn keep_files_offline(&self) -> Result<usize, Failure> {
        let rules = self.file_rules().await?;
        if !rules.keep_offline {
            return Ok(0);
        }
        let (content, transfers) = (self.inner.cache.content(), &self.inner.transfers);
        let wanted = self.inner.cache.wanted_content(rules.largest, ITEMS).await?;
        let by_rule: BTreeSet<String> = wanted.iter().map(|wanted| wanted.sha256.clone()).collect();
        let mut fetched = 0;
        for wanted in wanted {
            let now = self.device_now();
            if content.has(&wanted.sha256).await || transfers.was_refused(&wanted.sha256, now) {
                continue;
            }
            if transfers.is_resting(now) || !self.may_transfer().await {
                break;
            }
            // What the rule asks for makes room for none of its own, only where no rule asks any more.
            if content.total().await? + wanted.size > rules.limit {
                self.make_room_beside(wanted.size, by_rule.clone()).await?;
                if content.total().await? + wanted.size > rules.limit {
                    continue;
                }
            }
            match self.fetch(&wanted.sha256, wanted.size).await {
                Ok(()) => {
                    fetched += 1;
                    self.changed(vec![wanted.item]);
                }
                Err(failure) => {
                    let Some(pause_ms) = pause_ms(failure.code) else { return Err(failure) };
                    if transfers.is_resting(self.device_now()) {
                        return Err(failure);
                    }
                    tracing::info!(sha256 = wanted.sha256, reason = failure.message, "left for later");
                    transfers.note_refused(&wanted.sha256, now.plus_ms(pause_ms));
                }
            }
        }
        Ok(fetched)
    }

    /// Removes the content of what has left this person's sight.
    pub(crate) async fn drop_unnamed_content(&self) {
        match self.inner.cache.drop_unnamed_content().await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "files of items that are not here any more were removed"),
            // Another program may have one open. The next round tries again.
            Err(error) => {
                tracing::warn!(%error, "files of items that are not here any more cannot be removed")
            }
        }
    }
}

/// For how long a file is left that did not come, in milliseconds. None where no other would come either.
fn pause_ms(code: FailureCode) -> Option<i64> {
    match code {
        FailureCode::NotFound | FailureCode::Refused | FailureCode::Invalid => Some(DAY_MS),
        FailureCode::Throttled | FailureCode::Internal => Some(HOUR_MS),
        _ => None,
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
