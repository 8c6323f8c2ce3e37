//! One content's way up: it asks how far it came, and goes on from there.

use super::STEPS;
use super::attach::progress;
use super::parts::PartSize;
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::Call;
use crate::sync::backoff::{Backoff, Met};
use crate::transport::Reply;
use crate::views::{Failure, TransferWay};
use futures_util::StreamExt as _;
use postern_console_store::{Soundness, Upload};
use postern_protocol::{ErrorCode, UploadState};

/// At most so many contents go up at the same time. One that hangs leaves room for the others.
pub(super) const AT_ONCE: usize = 3;

/// The portal may say so often in a row that it is somewhere else.
const ASTRAY: u32 = 3;

/// Why an upload did not come to its end.
enum Halt {
    /// It is tried again by itself.
    Later(CallError),
    /// Not without its author.
    Stopped(String),
}

impl From<CallError> for Halt {
    fn from(error: CallError) -> Self {
        Halt::Later(error)
    }
}

impl Engine {
    /// Sends the files that commands wait for, as far as they go now; for a program that runs for one command. Somebody
    /// has just started it, or asked once more: what failed before does not wait out its back-off. Returns how many
    /// reached the portal; what became of the others stands in the outbox.
    ///
    /// # Errors
    /// [`crate::FailureCode::Offline`] when another process does the syncing, or [`crate::FailureCode::SignedOut`].
    pub async fn upload_now(&self) -> Result<usize, Failure> {
        self.current()?;
        self.renew_lease(&mut *self.inner.sync.lock().await).await?;
        self.inner.cache.forget_idle_uploads().await?;
        if self.inner.transfers.take_urgent() {
            self.inner.cache.hurry_uploads().await?;
        }
        let due = self.inner.cache.due_uploads(self.device_now()).await?;
        let done = futures_util::stream::iter(due)
            .map(|upload| self.carry(upload))
            .buffer_unordered(AT_ONCE)
            .filter(|done| std::future::ready(*done))
            .count()
            .await;
        Ok(done)
    }

    /// Takes one content as far as it goes, and writes down how it stands. True when the portal has it.
    pub(super) async fn carry(&self, upload: Upload) -> bool {
        let cache = &self.inner.cache;
        let carried = self.carry_up(&upload).await;
        let written = match &carried {
            Ok(()) => cache.upload_done(&upload.sha256).await,
            Err(Halt::Stopped(problem)) => {
                tracing::warn!(sha256 = upload.sha256, problem, "an upload stopped");
                cache.upload_stopped(&upload.sha256, problem).await
            }
            Err(Halt::Later(CallError::NotMine | CallError::SignedOut { .. })) => Ok(()),
            Err(Halt::Later(error)) => {
                let chance = self.inner.deps.chance.as_ref();
                let wait = Backoff::after(upload.tries).next_ms(Met::of(error), self.spread_ms(), chance);
                tracing::info!(sha256 = upload.sha256, error = error.sentence(), wait, "upload");
                let next = self.device_now().plus_ms(wait);
                if let CallError::Later { after_ms: Some(_), .. } = error {
                    self.inner.transfers.note_rest(next);
                }
                cache.upload_failed(&upload.sha256, next, &error.sentence()).await
            }
        };
        if let Err(error) = written {
            tracing::error!(%error, "an upload's state cannot be written down");
        }
        self.recount().await;
        self.changed(cache.items_naming(&upload.sha256).await.unwrap_or_default());
        if carried.is_ok() {
            self.moved(&upload.sha256, TransferWay::Up, upload.size, upload.size);
            // What waited for it may go.
            self.inner.wake.notify_one();
        }
        carried.is_ok()
    }

    async fn carry_up(&self, upload: &Upload) -> Result<(), Halt> {
        let mut size = PartSize::after(upload.tries);
        let mut astray = 0;
        let mut told = upload.sent;
        let mut at = self.ask(upload).await?;
        while !at.complete {
            if !self.may_transfer().await {
                return Err(CallError::NotMine.into());
            }
            let part = self.read(upload, at.offset, size.bytes()).await?;
            let length = part.len();
            let began = self.device_now();
            match self.send_part(upload, at.offset, part).await {
                Ok(state) if state.complete || state.offset > at.offset || length == 0 => {
                    (at, astray) = (state, 0);
                    size = size.went_in(self.device_now().since(began));
                    self.inner.cache.upload_came(&upload.sha256, at.offset).await.map_err(CallError::from)?;
                    if at.offset.abs_diff(told) * STEPS >= upload.size {
                        told = at.offset;
                        self.moved(&upload.sha256, TransferWay::Up, at.offset, upload.size);
                    }
                }
                Ok(_) => return Err(strange().into()),
                Err(error) => match error.code() {
                    Some(ErrorCode::WrongOffset) if astray < ASTRAY => {
                        astray += 1;
                        at = self.ask(upload).await?;
                    }
                    Some(ErrorCode::TooLarge) => match size.smaller() {
                        // A portal's limit is for the whole, what stands in between may have one for each part.
                        Some(smaller) => size = smaller,
                        None => return Err(Halt::Stopped(error.sentence())),
                    },
                    Some(ErrorCode::Malformed) => {
                        self.check(upload).await?;
                        return Err(error.into());
                    }
                    _ => return Err(error.into()),
                },
            }
        }
        Ok(())
    }

    /// Where the portal stands.
    async fn ask(&self, upload: &Upload) -> Result<UploadState, CallError> {
        state(self.open_call(&Call::progress(&upload.sha256)).await?)
    }

    async fn send_part(&self, upload: &Upload, at: u64, part: Vec<u8>) -> Result<UploadState, CallError> {
        let Upload { sha256, size, media_type, .. } = upload;
        state(self.open_call(&Call::part(sha256, at, *size, media_type, part)).await?)
    }

    /// The bytes that come next.
    async fn read(&self, upload: &Upload, at: u64, most: u64) -> Result<Vec<u8>, Halt> {
        let length = upload.size.saturating_sub(at).min(most);
        let read = self.inner.cache.content().read(&upload.sha256, at, length).await;
        match read.map_err(CallError::from)? {
            Some(part) => Ok(part),
            None => {
                self.check(upload).await?;
                Err(strange().into())
            }
        }
    }

    /// Whether what is on this device is what its command names.
    async fn check(&self, upload: &Upload) -> Result<(), Halt> {
        let content = self.inner.cache.content();
        let what = match content.examine(&upload.sha256).await.map_err(CallError::from)? {
            Soundness::Sound => return Ok(()),
            Soundness::Missing => "is not on this device any more",
            Soundness::Changed => {
                content.drop_damaged(&upload.sha256).await;
                "was damaged on this device"
            }
        };
        let came = match upload.sent {
            0 => String::new(),
            sent => format!(" ({} had come to the portal)", progress(sent, upload.size)),
        };
        Err(Halt::Stopped(format!(
            "{} {what}{came}. Attach the same file again, or discard the change.",
            upload.name
        )))
    }
}

fn state(reply: Reply) -> Result<UploadState, CallError> {
    reply.upload.ok_or_else(|| CallError::Offline {
        reason: "something between here and the portal answered in its place".to_owned(),
    })
}

fn strange() -> CallError {
    CallError::Later {
        after_ms: None,
        detail: "The portal's answer does not fit what was sent; it is sent again.".to_owned(),
        request_id: None,
    }
}
