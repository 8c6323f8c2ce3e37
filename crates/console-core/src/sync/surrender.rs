//! Shut out: what was cached goes at once, what was not sent is handed over, and then nothing is left.

use super::SyncState;
use crate::engine::{Engine, locked};
use crate::failure::CallError;
use crate::portal::{self, Call};
use postern_protocol::{ErrorCode, MAX_PUSH, Push, PushReply, paths};

impl Engine {
    /// The portal knows this person or device and lets it in no more. The portal refuses what is handed over and keeps
    /// it; should it not be reached for that, commands alone stay here until it is.
    pub(super) async fn surrender(&self, state: &mut SyncState, detail: &str) -> CallError {
        state.greeted = false;
        match self.hand_over(state).await {
            Ok(()) => {
                let reason = format!(
                    "The portal has withdrawn access; what was cached is removed. Changes that it did not have yet are \
                     refused, and kept there. {detail}"
                );
                let _ = self.inner.deps.secrets.erase(&self.inner.account).await;
                self.recount().await;
                self.signed_out(Some(reason.clone()));
                CallError::SignedOut { reason }
            }
            Err(error) => error,
        }
    }

    async fn hand_over(&self, state: &mut SyncState) -> Result<(), CallError> {
        let session = self.current()?;
        let lease = self.renew_lease(state).await?;
        self.inner.cache.keep_commands_alone(&lease).await?;
        self.inner.visited.forget();
        self.changed_everything();
        let unsent = self.inner.cache.hand_over(&lease).await?;
        let console = self.console_of(&self.inner.cache.meta().await?)?;
        for commands in unsent.chunks(MAX_PUSH) {
            let push = Push { console: console.clone(), commands: commands.to_vec() };
            let call = Call::post(paths::COMMANDS, &push);
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
            let reply = match taken {
                Ok(reply) => reply,
                // Nobody there takes it: it stays, and nothing else does.
                Err(error) if error.code().is_some() => return Ok(()),
                Err(error) => return Err(error),
            };
            let _outcomes: PushReply = portal::json(reply).await?;
        }
        self.inner.cache.wipe_all().await?;
        Ok(())
    }
}
