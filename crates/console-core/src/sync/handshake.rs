//! Who am I, what do we both remember: asked once per session, and whenever the two sides disagree.

use super::SyncState;
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::Call;
use postern_domain::{ConsoleId, PersonId};
use postern_protocol::{
    Divergence, ErrorCode, Handshake, HandshakeReply, HandshakeVerdict, PROTOCOL_VERSION, paths,
};
use std::sync::atomic::Ordering;

impl Engine {
    /// Greets the portal, and settles with it what was sent and what was not.
    pub(super) async fn greet(&self, state: &mut SyncState) -> Result<(), CallError> {
        // A fork and a restored portal each need a second greeting; a third disagreement is a bug of one of the two.
        for _ in 0..3 {
            let reply = self.handshake(state.diverged).await?;
            self.assert_person(&reply.person)?;
            self.inner.clock_offset_ms.store(reply.server_time.since(self.device_now()), Ordering::Relaxed);
            let lease = self.renew_lease(state).await?;
            let known = self.inner.cache.meta().await?.epoch;
            let is_restored = known.as_ref().is_some_and(|epoch| *epoch != reply.epoch);
            match reply.verdict {
                HandshakeVerdict::Ok if !is_restored => {
                    if known.is_none() {
                        self.inner.cache.know_epoch(&lease, &reply.epoch).await?;
                    }
                    state.greeted = true;
                    return Ok(());
                }
                HandshakeVerdict::UpgradeRequired => {
                    return Err(CallError::Problem {
                        code: ErrorCode::UpgradeRequired,
                        detail:
                            "This portal needs a newer Postern. Everything you did is kept and will be sent \
                                 after the update."
                                .to_owned(),
                        request_id: None,
                    });
                }
                HandshakeVerdict::Ok | HandshakeVerdict::ClientAhead => {
                    let again = self
                        .inner
                        .cache
                        .replay(&lease, reply.last_applied, &reply.epoch, self.device_now())
                        .await?;
                    tracing::warn!(
                        again,
                        "the portal was restored from a backup: sending again what it may have lost"
                    );
                }
                HandshakeVerdict::ClientForked => {
                    let console = ConsoleId(self.inner.deps.chance.id());
                    tracing::warn!(%console, "another console used this one's id: taking a new one");
                    self.inner.cache.become_console(&lease, &console).await?;
                }
            }
        }
        Err(CallError::Later {
            after_ms: None,
            detail:
                "The portal and this console cannot agree on what was sent. Nothing is lost; it tries again."
                    .to_owned(),
            request_id: None,
        })
    }

    /// A portal that knows this session as somebody else's gets nothing that was given here.
    fn assert_person(&self, person: &PersonId) -> Result<(), CallError> {
        if self.current()?.person == *person {
            return Ok(());
        }
        let reason = "The portal knows this session as somebody else's. Sign in again: all changes are kept.";
        self.signed_out(Some(reason.to_owned()));
        Err(CallError::SignedOut { reason: reason.to_owned() })
    }

    /// The last number of this console that the portal has applied.
    pub(super) async fn last_applied(&self) -> Result<u64, CallError> {
        Ok(self.handshake(None).await?.last_applied)
    }

    async fn handshake(&self, diverged: Option<Divergence>) -> Result<HandshakeReply, CallError> {
        let meta = self.inner.cache.meta().await?;
        let console = self.console_of(&meta)?;
        let greeting = Handshake {
            protocol_version: PROTOCOL_VERSION,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            console,
            epoch: meta.epoch,
            acknowledged: meta.acknowledged,
            diverged,
        };
        // Who may sign in and is not of the staff has no more business here than somebody who was shut out.
        self.call(Call::post(paths::HANDSHAKE, &greeting)).await.map_err(|error| match error {
            CallError::Problem { code: ErrorCode::Forbidden, detail, request_id } => {
                CallError::Problem { code: ErrorCode::ShutOut, detail, request_id }
            }
            other => other,
        })
    }
}
