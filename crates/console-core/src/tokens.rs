//! Calls with a token, and a fresh token when it has run out.

use crate::engine::{Engine, locked};
use crate::failure::CallError;
use crate::portal::{self, Call};
use crate::session::Session;
use crate::sync::presence::TokensLock;
use crate::transport::Reply;
use crate::views::{EngineEvent, KeyStorage};
use postern_protocol::{ErrorCode, Refresh, TokenPair, paths};
use serde::de::DeserializeOwned;

/// How often another process that exchanges tokens is looked for, in milliseconds.
const LOOK_MS: i64 = 250;
/// Longer than one request lasts, in milliseconds.
const PATIENCE_MS: i64 = 60_000;

impl Engine {
    pub(crate) async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, CallError> {
        portal::json(self.open_call(&call).await?).await
    }

    /// Sends one call with the token, and once more with a fresh one if the portal says that it has run out.
    pub(crate) async fn open_call(&self, call: &Call) -> Result<Reply, CallError> {
        let session = self.current()?;
        let transport = self.inner.deps.transport.as_ref();
        let used = session.access();
        let first = portal::send(transport, &session.portal, Some(used.clone()), call).await;
        match first {
            Err(error) if error.code() == Some(ErrorCode::TokenExpired) => {
                self.refresh(&session, &used).await?;
                let second = portal::send(transport, &session.portal, Some(session.access()), call).await;
                second.map_err(|error| self.ended(error))
            }
            other => other.map_err(|error| self.ended(error)),
        }
    }

    /// A session that is over is over for good.
    fn ended(&self, error: CallError) -> CallError {
        match error.code() {
            Some(ErrorCode::SessionEnded | ErrorCode::TokenExpired) => {
                let reason =
                    "The portal has ended this session. Sign in again: the cache and all changes are kept."
                        .to_owned();
                self.signed_out(Some(reason.clone()));
                CallError::SignedOut { reason }
            }
            _ => error,
        }
    }

    /// Exchanges the refresh token, unless somebody else just did.
    async fn refresh(&self, session: &Session, used: &str) -> Result<(), CallError> {
        let _one_at_a_time = session.refreshing.lock().await;
        if session.access() != used {
            return Ok(());
        }
        let _one_process_at_a_time = self.lock_tokens().await;
        let kept = *locked(&session.keys) == KeyStorage::Keychain;
        if kept && self.reread(session, used).await {
            return Ok(());
        }
        let refresh_token = locked(&session.tokens).refresh_token.clone();
        let call = Call::post(paths::REFRESH, &Refresh { refresh_token });
        let reply = portal::send(self.inner.deps.transport.as_ref(), &session.portal, None, &call).await;
        let tokens: TokenPair = match reply {
            Ok(reply) => portal::json(reply).await?,
            Err(error) => {
                // Another process may have used this refresh token a moment ago.
                if kept && error.code().is_some() && self.reread(session, used).await {
                    return Ok(());
                }
                let over = matches!(error.code(), Some(ErrorCode::SessionEnded | ErrorCode::TokenExpired));
                if over {
                    let _ = self.inner.deps.secrets.erase(&self.inner.account).await;
                }
                return Err(self.ended(error));
            }
        };
        // The old refresh token is worth nothing any more: the new one is kept before it is used.
        if kept
            && let Ok(text) = serde_json::to_string(&tokens)
            && let Err(reason) = self.inner.deps.secrets.write(&self.inner.account, &text).await
        {
            *locked(&session.keys) = KeyStorage::SessionOnly {
                reason: format!("The sign-in is kept only until Postern is closed: {reason}."),
            };
            self.emit(EngineEvent::Session {});
        }
        *locked(&session.tokens) = tokens;
        Ok(())
    }

    /// Waits for another process that is at it, but not for ever.
    async fn lock_tokens(&self) -> TokensLock {
        let mut waited_ms = 0;
        loop {
            let lock = self.inner.presence.lock_tokens();
            if matches!(lock, TokensLock::Mine(_)) || waited_ms >= PATIENCE_MS {
                return lock;
            }
            self.inner.deps.clock.sleep(LOOK_MS).await;
            waited_ms += LOOK_MS;
        }
    }

    /// Whether the keychain holds newer tokens than the one used: another process refreshed them.
    async fn reread(&self, session: &Session, used: &str) -> bool {
        let Ok(Some(text)) = self.inner.deps.secrets.read(&self.inner.account).await else { return false };
        match serde_json::from_str::<TokenPair>(&text) {
            Ok(tokens) if tokens.access_token != used => {
                *locked(&session.tokens) = tokens;
                true
            }
            _ => false,
        }
    }
}
