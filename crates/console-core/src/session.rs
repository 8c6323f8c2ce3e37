//! Who is signed in. Tokens live in memory and in the keychain, and nowhere else.

use crate::engine::{Engine, locked};
use crate::failure::{CallError, failure};
use crate::portal::{self, Call};
use crate::queries::person_ref;
use crate::tokens::{Kept, kept_until_closed};
use crate::views::{Connection, EngineEvent, Failure, FailureCode, KeyStorage, SessionView};
use postern_console_store::{AtStake, Meta};
use postern_domain::{ConsoleId, PersonId, Role, may_arrange};
use postern_protocol::{ErrorCode, SignIn, SignedIn, TokenPair, paths};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Why nobody is signed in, where the portal has ended the session.
pub(crate) const ENDED: &str =
    "The portal has ended this session. Sign in again: the cache and all changes are kept.";

pub(crate) struct Session {
    /// The portal's address, without a slash at its end.
    pub portal: String,
    pub email: String,
    pub person: PersonId,
    pub tokens: Mutex<TokenPair>,
    pub keys: Mutex<KeyStorage>,
    /// One refresh at a time.
    pub refreshing: tokio::sync::Mutex<()>,
}

impl Session {
    fn new(
        portal: String,
        email: String,
        person: PersonId,
        tokens: TokenPair,
        keys: KeyStorage,
    ) -> Arc<Self> {
        Arc::new(Self {
            portal,
            email,
            person,
            tokens: Mutex::new(tokens),
            keys: Mutex::new(keys),
            refreshing: tokio::sync::Mutex::new(()),
        })
    }

    pub fn access(&self) -> String {
        locked(&self.tokens).access_token.clone()
    }
}

impl Engine {
    /// Signs in, keeps the tokens in the keychain if there is one, and remembers whose cache this is.
    ///
    /// # Errors
    /// [`FailureCode::WrongPassword`], [`FailureCode::Offline`], [`FailureCode::PendingChanges`] when somebody else's
    /// unsent changes are in this profile, or [`FailureCode::Invalid`].
    pub async fn sign_in(&self, portal: &str, email: &str, password: &str) -> Result<SessionView, Failure> {
        self.sign_in_keeping(portal, email, password, true).await
    }

    /// Signs in for as long as this process runs; the keychain is not asked.
    ///
    /// # Errors
    /// As [`Engine::sign_in`].
    pub async fn sign_in_for_now(
        &self,
        portal: &str,
        email: &str,
        password: &str,
    ) -> Result<SessionView, Failure> {
        self.sign_in_keeping(portal, email, password, false).await
    }

    async fn sign_in_keeping(
        &self,
        portal: &str,
        email: &str,
        password: &str,
        keep: bool,
    ) -> Result<SessionView, Failure> {
        let portal = portal::address(portal).map_err(|message| failure(FailureCode::Invalid, message))?;
        let email = email.trim().to_owned();
        let body = SignIn {
            email: email.clone(),
            password: password.to_owned(),
            device: self.inner.deps.device.clone(),
        };
        let call = Call::post(paths::SIGN_IN, &body);
        let reply = match portal::send(self.inner.deps.transport.as_ref(), &portal, None, &call).await {
            Err(error) if error.code() == Some(ErrorCode::ShutOut) => {
                self.shut_out_at_sign_in(&portal, &email).await?;
                return Err(error.into());
            }
            reply => reply?,
        };
        let signed_in: SignedIn = portal::json(reply).await?;
        self.adopt(&portal, &email, &signed_in).await?;
        let not_kept =
            KeyStorage::SessionOnly { reason: "You asked for the sign-in not to be kept.".to_owned() };
        let session = Session::new(portal, email, signed_in.person.id, signed_in.tokens, not_kept);
        if keep {
            *locked(&session.keys) = self.keep(&session).await;
        }
        self.inner.sync.lock().await.greeted = false;
        *locked(&self.inner.last) = None;
        *locked(&self.inner.session) = Some(session);
        *locked(&self.inner.signed_out_because) = None;
        self.set_status(|status| {
            status.connection = Connection::Offline;
            status.problem = None;
        });
        self.emit(EngineEvent::Session {});
        self.sync_soon();
        self.session().await
    }

    /// Whoever may not come in any more has nothing left here but the commands that were never sent.
    async fn shut_out_at_sign_in(&self, portal: &str, email: &str) -> Result<(), CallError> {
        let meta = self.inner.cache.meta().await?;
        if meta.portal.as_deref() == Some(portal) && meta.email.as_deref() == Some(email) {
            let mut state = self.inner.sync.lock().await;
            let lease = self.renew_lease(&mut state).await?;
            self.inner.cache.keep_commands_alone(&lease).await?;
            self.changed_everything();
        }
        Ok(())
    }

    /// Makes the cache this person's, and empties it first if it was somebody else's.
    async fn adopt(&self, portal: &str, email: &str, signed_in: &SignedIn) -> Result<(), Failure> {
        let cache = &self.inner.cache;
        let meta = cache.meta().await?;
        let same =
            meta.person.as_ref() == Some(&signed_in.person.id) && meta.portal.as_deref() == Some(portal);
        if !same && meta.person.is_none() {
            // Nobody's: what should be there all the same is somebody else's.
            cache.wipe().await?;
        } else if !same {
            if let Some(what) = in_words(cache.wipe_all_unless_at_stake(self.device_now()).await?) {
                let whose = meta.email.unwrap_or_else(|| "somebody else".to_owned());
                let message = format!(
                    "In this profile {what}: they are {whose}'s. Sign in as {whose} to look after them, or use \
                     another profile."
                );
                return Err(failure(FailureCode::PendingChanges, message));
            }
            let _ = self.inner.deps.secrets.erase(&self.inner.account).await;
            self.inner.visited.forget();
        }
        let console = if same { meta.console } else { None };
        cache
            .set_identity(&Meta {
                console: Some(console.unwrap_or_else(|| ConsoleId(self.inner.deps.chance.id()))),
                person: Some(signed_in.person.id.clone()),
                email: Some(email.to_owned()),
                portal: Some(portal.to_owned()),
                organisation: Some(signed_in.organisation.clone()),
                ..Meta::default()
            })
            .await?;
        Ok(())
    }

    async fn keep(&self, session: &Session) -> KeyStorage {
        let kept = match self.inner.deps.secrets.probe().await {
            Ok(()) => self.keep_tokens(&Kept::of(session)).await,
            Err(reason) => Err(kept_until_closed(&reason)),
        };
        kept.err().unwrap_or(KeyStorage::Keychain)
    }

    /// Takes up the session of last time. The keychain may take seconds to answer; the cache answers meanwhile.
    pub async fn restore(&self) {
        let Ok(meta) = self.inner.cache.meta().await else { return };
        let (Some(portal), Some(email), Some(person)) = (meta.portal, meta.email, meta.person) else {
            return;
        };
        match self.kept_tokens(&portal, &person).await {
            Ok(Some(Kept { over, tokens, .. })) => {
                let session = Session::new(portal, email, person, tokens, KeyStorage::Keychain);
                if over {
                    *locked(&self.inner.signed_out_because) = Some(ENDED.to_owned());
                    *locked(&self.inner.last) = Some(session);
                } else {
                    *locked(&self.inner.session) = Some(session);
                    self.set_status(|status| status.connection = Connection::Offline);
                }
                self.emit(EngineEvent::Session {});
                self.nudge();
            }
            Ok(None) => {}
            Err(reason) => {
                *locked(&self.inner.signed_out_because) = Some(format!(
                    "The kept sign-in cannot be read: {reason}. Sign in again; nothing is lost."
                ));
            }
        }
    }

    /// Signs out: ends the session at the portal if it can be reached, forgets the tokens, and empties the cache.
    ///
    /// # Errors
    /// [`FailureCode::PendingChanges`], when changes would be lost and `discard` is false.
    pub async fn sign_out(&self, discard: bool) -> Result<(), Failure> {
        let session = self.current();
        // Refused before anything is disturbed, and once more in the moment in which everything goes.
        if !discard {
            self.nothing_at_stake().await?;
        }
        let running = self.round_over().await;
        let emptied = if discard {
            self.inner.cache.wipe_all().await
        } else {
            let at_stake = self.inner.cache.wipe_all_unless_at_stake(self.device_now()).await;
            if let Some(what) = at_stake.as_ref().ok().and_then(|at_stake| in_words(*at_stake)) {
                drop(running);
                self.sync_soon();
                return Err(would_be_lost(&what));
            }
            at_stake.map(drop)
        };
        // A file that cannot be removed is told, and keeps nobody signed in.
        if emptied.is_err() && self.inner.cache.meta().await?.person.is_some() {
            return Ok(emptied?);
        }
        self.signed_out(None);
        let _ = self.inner.deps.secrets.erase(&self.inner.account).await;
        drop(running);
        if let Ok(session) = session {
            self.end_at_portal(&session).await;
        }
        Ok(emptied?)
    }

    async fn nothing_at_stake(&self) -> Result<(), Failure> {
        let (unsent, unread) = self.inner.cache.outbox_counts(self.device_now()).await?;
        match in_words(AtStake { unsent, unread }) {
            None => Ok(()),
            Some(what) => Err(would_be_lost(&what)),
        }
    }

    /// Which console the cache is, while it is this session's. When another process of the profile signed out or was
    /// shut out, or somebody else signed in there, the session is over here, too.
    pub(crate) fn console_of(&self, meta: &Meta) -> Result<ConsoleId, CallError> {
        let session = self.current()?;
        match &meta.console {
            Some(console) if meta.person.as_ref() == Some(&session.person) => Ok(console.clone()),
            _ => {
                let reason = "Another window or program of this profile signed out, or in as somebody else.";
                self.signed_out(Some(reason.to_owned()));
                Err(CallError::SignedOut { reason: reason.to_owned() })
            }
        }
    }

    /// Ends the session here. The cache stays: the same person may come back.
    pub(crate) fn signed_out(&self, reason: Option<String>) {
        *locked(&self.inner.session) = None;
        self.inner.visited.forget();
        *locked(&self.inner.signed_out_because) = reason;
        self.set_status(|status| {
            status.connection = Connection::SignedOut;
            (status.next_try, status.bootstrap) = (None, None);
        });
        self.emit(EngineEvent::Session {});
        self.changed_everything();
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn session(&self) -> Result<SessionView, Failure> {
        let meta = self.inner.cache.meta().await?;
        let Ok(session) = self.current() else {
            return Ok(SessionView::SignedOut {
                portal: meta.portal,
                email: meta.email,
                reason: locked(&self.inner.signed_out_because).clone(),
            });
        };
        let lookup = self.lookup().await?;
        let me = meta.person.unwrap_or_else(|| "".into());
        let myself = lookup.people().get(&me);
        let roles: BTreeSet<Role> =
            myself.iter().flat_map(|me| me.grants.iter().map(|grant| grant.role)).collect();
        Ok(SessionView::SignedIn {
            person: person_ref(&me, &lookup),
            email: session.email.clone(),
            portal: session.portal.clone(),
            organisation: meta.organisation.unwrap_or_default(),
            roles: roles.into_iter().collect(),
            arranges: myself.is_some_and(|me| may_arrange(me).is_ok()),
            time_zone: myself.map_or_else(|| "UTC".to_owned(), |me| me.time_zone.clone()),
            keys: locked(&session.keys).clone(),
        })
    }

    pub(crate) fn current(&self) -> Result<Arc<Session>, CallError> {
        locked(&self.inner.session).clone().ok_or_else(|| {
            let reason = locked(&self.inner.signed_out_because).clone();
            CallError::SignedOut { reason: reason.unwrap_or_else(|| "Nobody is signed in.".to_owned()) }
        })
    }
}

fn in_words(at_stake: AtStake) -> Option<String> {
    let changes = |count: u32| match count {
        1 => "1 change has".to_owned(),
        many => format!("{many} changes have"),
    };
    match at_stake {
        AtStake { unsent: 0, unread: 0 } => None,
        AtStake { unsent: 0, unread } => {
            Some(format!("{} come to nothing without being looked at", changes(unread)))
        }
        AtStake { unsent, .. } => Some(format!("{} not reached the portal yet", changes(unsent))),
    }
}

fn would_be_lost(what: &str) -> Failure {
    let message = format!("{what} and would be lost. Sync and look at the outbox first, or discard them.");
    failure(FailureCode::PendingChanges, message)
}
