//! Calls with a token, and a fresh token when it has run out.

use crate::engine::{Engine, locked};
use crate::failure::CallError;
use crate::portal::{self, Call};
use crate::session::{ENDED, Session};
use crate::sync::presence::TokensLock;
use crate::transport::Reply;
use crate::views::{EngineEvent, KeyStorage};
use postern_domain::PersonId;
use postern_protocol::{ErrorCode, Refresh, TokenPair, paths};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How often another process that exchanges tokens is looked for, in milliseconds.
const LOOK_MS: i64 = 250;
/// Longer than one request lasts, in milliseconds.
const PATIENCE_MS: i64 = 60_000;

/// What the keychain keeps. Whose tokens they are stands beside them: somebody else may have signed in without keeping
/// theirs.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    pub portal: String,
    pub person: PersonId,
    /// The portal has ended the session. The tokens open nothing any more, and still say whose device this is, should its
    /// person be shut out.
    #[serde(default)]
    pub over: bool,
    #[serde(flatten)]
    pub tokens: TokenPair,
}

impl Kept {
    pub fn of(session: &Session) -> Self {
        let tokens = locked(&session.tokens).clone();
        Self { portal: session.portal.clone(), person: session.person.clone(), over: false, tokens }
    }
}

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
                second.map_err(|error| self.ended(&session, error))
            }
            other => other.map_err(|error| self.ended(&session, error)),
        }
    }

    /// A session that is over is over for good, and no other one with it.
    fn ended(&self, session: &Session, error: CallError) -> CallError {
        match error.code() {
            Some(ErrorCode::SessionEnded | ErrorCode::TokenExpired) => {
                if self.is_current(session) {
                    self.signed_out(Some(ENDED.to_owned()));
                }
                CallError::SignedOut { reason: ENDED.to_owned() }
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
        if !self.is_current(session) {
            return Err(CallError::SignedOut { reason: "That session is over.".to_owned() });
        }
        let _one_process_at_a_time = self.lock_tokens().await;
        let kept = *locked(&session.keys) == KeyStorage::Keychain;
        if kept && self.reread(session, used).await {
            return Ok(());
        }
        let tokens = match self.fresh_tokens(session).await {
            Ok(tokens) => tokens,
            Err(error) => {
                // Another process may have used this refresh token a moment ago.
                if kept && error.code().is_some() && self.reread(session, used).await {
                    return Ok(());
                }
                let over = matches!(error.code(), Some(ErrorCode::SessionEnded | ErrorCode::TokenExpired));
                if kept && over {
                    // Should it not be kept, the next start asks once more.
                    let _ = self.keep_tokens(&Kept { over, ..Kept::of(session) }).await;
                }
                return Err(self.ended(session, error));
            }
        };
        // The old refresh token is worth nothing any more: the new one is kept before it is used.
        if kept
            && let Err(keys) = self.keep_tokens(&Kept { tokens: tokens.clone(), ..Kept::of(session) }).await
        {
            *locked(&session.keys) = keys;
            self.emit(EngineEvent::Session {});
        }
        *locked(&session.tokens) = tokens;
        if kept && !self.is_current(session) {
            // Its person signed out meanwhile.
            let _ = self.inner.deps.secrets.erase(&self.inner.account).await;
        }
        Ok(())
    }

    /// Asks whether the device whose session had ended when this started was shut out since. If so, it is a session once
    /// more, for as long as it takes to hand over what was not sent. Any answer will do; where there is none, it is asked
    /// again.
    pub(crate) async fn ask_after_last_session(&self) {
        let Some(last) = locked(&self.inner.last).clone() else { return };
        let code = self.fresh_tokens(&last).await.err().and_then(|error| error.code());
        if code.is_none() || locked(&self.inner.last).take().is_none() {
            return;
        }
        if code == Some(ErrorCode::ShutOut) && self.current().is_err() {
            *locked(&self.inner.session) = Some(last);
        }
    }

    /// Uses a refresh token up.
    async fn fresh_tokens(&self, session: &Session) -> Result<TokenPair, CallError> {
        let refresh_token = locked(&session.tokens).refresh_token.clone();
        let call = Call::post(paths::REFRESH, &Refresh { refresh_token });
        let transport = self.inner.deps.transport.as_ref();
        portal::json(portal::send(transport, &session.portal, None, &call).await?).await
    }

    /// Ends a session that is no longer one here. The portal ends by itself what nobody uses.
    pub(crate) async fn end_at_portal(&self, session: &Session) {
        let end = Call::post(paths::SIGN_OUT, &serde_json::json!({}));
        let end_with =
            |token| portal::send(self.inner.deps.transport.as_ref(), &session.portal, Some(token), &end);
        let said = end_with(session.access()).await;
        if said.err().and_then(|error| error.code()) == Some(ErrorCode::TokenExpired)
            && let Ok(tokens) = self.fresh_tokens(session).await
        {
            let _ = end_with(tokens.access_token).await;
        }
    }

    fn is_current(&self, session: &Session) -> bool {
        self.current().is_ok_and(|current| std::ptr::eq(current.as_ref(), session))
    }

    /// Puts tokens into the keychain. Where that cannot be, says why.
    pub(crate) async fn keep_tokens(&self, kept: &Kept) -> Result<(), KeyStorage> {
        let kept = async {
            let text = serde_json::to_string(kept).map_err(|error| error.to_string())?;
            self.inner.deps.secrets.write(&self.inner.account, &text).await
        };
        kept.await.map_err(|reason| kept_until_closed(&reason))
    }

    /// The tokens that were kept for this person at this portal.
    ///
    /// # Errors
    /// Why the keychain cannot be read.
    pub(crate) async fn kept_tokens(&self, portal: &str, person: &PersonId) -> Result<Option<Kept>, String> {
        let text = self.inner.deps.secrets.read(&self.inner.account).await?;
        let kept = text.and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        Ok(kept.filter(|kept| kept.portal == portal && kept.person == *person))
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
        match self.kept_tokens(&session.portal, &session.person).await {
            Ok(Some(kept)) if !kept.over && kept.tokens.access_token != used => {
                *locked(&session.tokens) = kept.tokens;
                true
            }
            _ => false,
        }
    }
}

pub(crate) fn kept_until_closed(reason: &str) -> KeyStorage {
    KeyStorage::SessionOnly { reason: format!("The sign-in is kept only until Postern is closed: {reason}.") }
}
