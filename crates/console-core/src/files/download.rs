//! One content's way down: on from what is here, checked by its hash, and fetched once however many ask for it.

use super::STEPS;
use crate::engine::{Engine, locked};
use crate::failure::{CallError, failure};
use crate::portal::{Call, offline};
use crate::views::{Failure, FailureCode, TransferWay};
use futures_util::StreamExt as _;
use postern_console_store::{Incoming, Soundness};
use postern_domain::{AttachmentVersion, ItemId};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// How long to wait for another process that fetches the same content, in milliseconds.
const LOOK_MS: i64 = 250;

/// A fetch of this process.
#[derive(Default)]
pub(crate) struct Fetching {
    one_at_a_time: tokio::sync::Mutex<()>,
    cancelled: CancellationToken,
}

/// A version of an attachment, by its content.
pub(super) struct Named {
    pub name: String,
    pub version: AttachmentVersion,
}

impl Engine {
    /// Brings an attachment's content to this device, unless it is here. Needs no lease: somebody waits for it.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], when the item does not name it or the portal does not have it, and what stopped the
    /// transfer. What came until then is kept.
    pub async fn fetch_file(&self, item: &ItemId, sha256: &str) -> Result<(), Failure> {
        let named = self.named(item, sha256).await?;
        let content = self.inner.cache.content();
        match content.examine(sha256).await? {
            Soundness::Sound => {
                content.touch(sha256, self.device_now()).await;
                return Ok(());
            }
            Soundness::Changed => content.drop_damaged(sha256).await,
            Soundness::Missing => {}
        }
        if self.waiting_uploads().await?.contains_key(sha256) {
            return Err(failure(
                FailureCode::NotFound,
                format!(
                    "{} is not on this device any more, and the portal does not have it yet. Attach the same file \
                     again.",
                    named.name
                ),
            ));
        }
        self.fetch(sha256, named.version.size).await?;
        self.changed(vec![item.clone()]);
        Ok(())
    }

    /// Ends a fetch. What came is kept, and the next one goes on from there.
    pub fn cancel_file(&self, sha256: &str) {
        if let Some(fetching) = locked(&self.inner.transfers.fetching).get(sha256) {
            fetching.cancelled.cancel();
        }
    }

    /// Brings content here.
    pub(super) async fn fetch(&self, sha256: &str, size: u64) -> Result<(), Failure> {
        let fetching =
            Arc::clone(locked(&self.inner.transfers.fetching).entry(sha256.to_owned()).or_default());
        let fetched = tokio::select! {
            () = fetching.cancelled.cancelled() => Err(failure(
                FailureCode::Refused,
                "The download was cancelled. What came is kept: the next one goes on from there.",
            )),
            fetched = async {
                let _one = fetching.one_at_a_time.lock().await;
                let carried = self.carry_down(sha256, size).await;
                if let Err(CallError::Later { after_ms: Some(after_ms), .. }) = &carried {
                    self.inner.transfers.note_rest(self.device_now().plus_ms(*after_ms));
                }
                carried.map_err(Failure::from)
            } => fetched,
        };
        // Whoever waits for it still has it by itself.
        locked(&self.inner.transfers.fetching).remove(sha256);
        fetched
    }

    async fn carry_down(&self, sha256: &str, size: u64) -> Result<(), CallError> {
        let content = self.inner.cache.content();
        let mut incoming = loop {
            if content.has(sha256).await {
                return Ok(());
            }
            match content.incoming(sha256).await? {
                Some(incoming) => break incoming,
                None => self.inner.deps.clock.sleep(LOOK_MS).await,
            }
        };
        self.make_room(size).await?;
        if incoming.length() > size {
            incoming.start_over().await?;
        }
        while incoming.length() < size {
            let before = incoming.length();
            let came = self.receive(sha256, size, &mut incoming).await;
            incoming.flush().await?;
            match came {
                // As long as something comes, it goes on by itself.
                Err(CallError::Offline { .. } | CallError::NotSent { .. }) if incoming.length() > before => {}
                Err(error) => return Err(error),
                Ok(()) if incoming.length() > before || incoming.length() == size => {}
                Ok(()) => return Err(cut()),
            }
        }
        if content.keep(incoming, Some(sha256)).await?.is_none() {
            return Err(CallError::Later {
                after_ms: None,
                detail: "What came is not the file that was asked for. It was thrown away; try again."
                    .to_owned(),
                request_id: None,
            });
        }
        content.touch(sha256, self.device_now()).await;
        self.moved(sha256, TransferWay::Down, size, size);
        Ok(())
    }

    async fn receive(&self, sha256: &str, size: u64, incoming: &mut Incoming) -> Result<(), CallError> {
        let reply = self.open_call(&Call::content(sha256, incoming.length())).await?;
        if reply.status != 206 && incoming.length() > 0 {
            incoming.start_over().await?;
        }
        let mut told = incoming.length();
        let mut body = reply.body;
        while let Some(part) = body.next().await {
            incoming.append(&part.map_err(offline)?).await?;
            if incoming.length() > size {
                incoming.start_over().await?;
                return Err(cut());
            }
            if (incoming.length() - told) * STEPS >= size {
                told = incoming.length();
                self.moved(sha256, TransferWay::Down, told, size);
            }
        }
        Ok(())
    }

    /// The version of one of the item's attachments that has this content.
    pub(super) async fn named(&self, item: &ItemId, sha256: &str) -> Result<Named, Failure> {
        let item = self
            .sighted(item)
            .await?
            .map(|sighted| sighted.cached.item)
            .ok_or_else(|| failure(FailureCode::NotFound, "This item is not in sight any more."))?;
        let mut files = item.attachments.into_iter().flat_map(|attachment| {
            let name = attachment.name;
            attachment.versions.into_iter().map(move |version| Named { name: name.clone(), version })
        });
        files
            .find(|named| named.version.sha256 == sha256)
            .ok_or_else(|| failure(FailureCode::NotFound, "This item has no such file."))
    }
}

fn cut() -> CallError {
    CallError::Offline { reason: "the file's transfer was cut off; it goes on from there".to_owned() }
}
