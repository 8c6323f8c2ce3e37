//! Shut out: what was cached goes at once, what was not sent is handed over, and then nothing is left.

use super::SyncState;
use crate::engine::{Engine, locked};
use crate::failure::CallError;
use crate::portal::{self, Call};
use postern_domain::CommandId;
use postern_protocol::{ErrorCode, MAX_PUSH, Push, PushReply, paths};

impl Engine {
    /// The portal knows this person or device and lets it in no more. The portal refuses what is handed over and keeps
    /// it; should it not be reached for that, commands alone stay here until it is.
    pub(super) async fn surrender(&self, state: &mut SyncState, detail: &str) -> CallError {
        state.greeted = false;
        match self.hand_over(state).await {
            Ok(handed) => {
                let unsent = match handed {
                    Handed::Over => "Changes that it did not have yet are refused, and kept there.",
                    Handed::NotTaken => {
                        "Changes that it did not have yet could not be handed over, and stay on this device."
                    }
                };
                let reason =
                    format!("The portal has withdrawn access; what was cached is removed. {unsent} {detail}");
                let _ = self.inner.deps.secrets.erase(&self.inner.account).await;
                self.recount().await;
                self.signed_out(Some(reason.clone()));
                CallError::SignedOut { reason }
            }
            Err(error) => error,
        }
    }

    async fn hand_over(&self, state: &mut SyncState) -> Result<Handed, CallError> {
        let lease = self.renew_lease(state).await?;
        self.inner.cache.keep_commands_alone(&lease).await?;
        self.inner.visited.forget();
        self.changed_everything();
        let unsent = self.inner.cache.hand_over(&lease, self.device_now()).await?;
        let console = self.console_of(&self.inner.cache.meta().await?)?;
        let (mut rest, mut limit) = (unsent.as_slice(), MAX_PUSH);
        while !rest.is_empty() {
            let (commands, after) = rest.split_at(limit.min(rest.len()));
            let push = Push { console: console.clone(), commands: commands.to_vec() };
            match self.hand_in(&push).await {
                Ok(()) => rest = after,
                Err(error) if error.code() == Some(ErrorCode::TooLarge) && commands.len() > 1 => {
                    limit = commands.len() / 2;
                }
                // It knows them and will not take them: they stay, and nothing else does.
                Err(error) if error.code().is_some() => return Ok(Handed::NotTaken),
                Err(error @ CallError::NotSent { .. }) => {
                    let ids: Vec<CommandId> = rest.iter().map(|envelope| envelope.id.clone()).collect();
                    self.inner.cache.did_not_arrive(&lease, &ids).await?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        self.inner.cache.wipe_all().await?;
        Ok(Handed::Over)
    }

    async fn hand_in(&self, push: &Push) -> Result<(), CallError> {
        let session = self.current()?;
        let call = Call::post(paths::COMMANDS, push);
        // Either token says whose device this was; neither opens anything any more.
        let refresh = locked(&session.tokens).refresh_token.clone();
        let mut taken = Err(CallError::NotMine);
        for token in [session.access(), refresh] {
            let transport = self.inner.deps.transport.as_ref();
            taken = portal::send(transport, &session.portal, Some(token), &call).await;
            if !matches!(&taken, Err(error) if error.code() == Some(ErrorCode::TokenExpired)) {
                break;
            }
        }
        let _outcomes: PushReply = portal::json(taken?).await?;
        Ok(())
    }
}

/// What became of the commands that the portal did not have.
enum Handed {
    Over,
    NotTaken,
}
