//! Commands go up, in their order, each under its own id for ever.

use super::{SyncReport, SyncState};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::{self, Call};
use postern_domain::{CommandId, Refusal};
use postern_protocol::{Envelope, ErrorCode, MAX_PUSH, Push, PushReply, paths};
use std::collections::BTreeSet;

impl Engine {
    /// Sends until nothing may be sent. A reply that is lost is no loss: the same envelopes go again.
    pub(super) async fn push(&self, state: &mut SyncState, report: &mut SyncReport) -> Result<(), CallError> {
        let mut limit = MAX_PUSH;
        let mut disagreements = 0;
        let mut aside = BTreeSet::new();
        loop {
            let lease = self.renew_lease(state).await?;
            let most = limit.min(state.portion.of(MAX_PUSH));
            let envelopes = self.inner.cache.next_envelopes(&lease, most, self.device_now(), &aside).await?;
            if envelopes.is_empty() {
                return Ok(());
            }
            self.changed(envelopes.iter().map(|envelope| envelope.item.clone()).collect());
            let sent = self.send(&envelopes).await;
            state.learn(&sent);
            match sent {
                Ok(reply) => {
                    check(&envelopes, &reply)?;
                    let lease = self.keep_lease(state).await?;
                    let settled =
                        self.inner.cache.record_outcomes(&lease, &reply.outcomes, self.device_now()).await?;
                    report.pushed += u32::try_from(settled.items.len()).unwrap_or(u32::MAX);
                    self.recount().await;
                    self.changed(settled.items);
                }
                Err(error) if error.code() == Some(ErrorCode::TooLarge) => match envelopes.as_slice() {
                    [one] => {
                        let length = u32::try_from(serde_json::to_vec(one).map_or(0, |text| text.len()));
                        let refusal = Refusal::TooLong {
                            field: "command".to_owned(),
                            length: length.unwrap_or(u32::MAX),
                            limit: 0,
                        };
                        if !self.inner.cache.refuse_here(&lease, &one.id, refusal, self.device_now()).await? {
                            // It left before, and nobody knows what became of it: it is tried again, and what is to be
                            // done on other items does not wait for it.
                            aside.insert(one.item.clone());
                        }
                    }
                    many => {
                        let ids: Vec<CommandId> = many.iter().map(|envelope| envelope.id.clone()).collect();
                        self.inner.cache.did_not_arrive(&lease, &ids).await?;
                        limit = (many.len() / 2).max(1);
                    }
                },
                Err(error @ CallError::NotSent { .. }) => {
                    let ids: Vec<CommandId> = envelopes.iter().map(|envelope| envelope.id.clone()).collect();
                    self.inner.cache.did_not_arrive(&lease, &ids).await?;
                    self.changed(envelopes.into_iter().map(|envelope| envelope.item).collect());
                    return Err(error);
                }
                Err(error)
                    if matches!(error.code(), Some(ErrorCode::SequenceGap | ErrorCode::ClientForked)) =>
                {
                    disagreements += 1;
                    if disagreements > 3 {
                        return Err(error);
                    }
                    self.agree(state, &error).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Settles which number comes next. Command ids keep every command from being applied twice.
    async fn agree(&self, state: &mut SyncState, error: &CallError) -> Result<(), CallError> {
        let lease = self.renew_lease(state).await?;
        if error.code() == Some(ErrorCode::ClientForked) {
            let console = postern_domain::ConsoleId(self.inner.deps.chance.id());
            self.inner.cache.become_console(&lease, &console).await?;
        }
        let last = self.last_applied().await?;
        self.greet(state).await?;
        let lease = self.renew_lease(state).await?;
        self.inner.cache.renumber_after(&lease, last).await?;
        Ok(())
    }

    async fn send(&self, envelopes: &[Envelope]) -> Result<PushReply, CallError> {
        let console = self.console_of(&self.inner.cache.meta().await?)?;
        let call = Call::post(paths::COMMANDS, &Push { console, commands: envelopes.to_vec() });
        portal::read(self.open_call(&call).await?, PushReply::read).await
    }
}

/// An answer to something else than what was asked changes nothing here.
fn check(envelopes: &[Envelope], reply: &PushReply) -> Result<(), CallError> {
    let asked = envelopes.iter().map(|envelope| (&envelope.id, envelope.seq));
    let answered = reply.outcomes.iter().map(|outcome| (&outcome.id, outcome.seq));
    if asked.eq(answered) {
        return Ok(());
    }
    Err(CallError::Later {
        after_ms: None,
        detail: "The portal's answer does not fit what was sent; it is sent again.".to_owned(),
        request_id: None,
    })
}
