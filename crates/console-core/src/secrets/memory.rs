//! Secrets in memory: for tests, and for a session that is not to be kept.

use super::SecretStore;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Keeps secrets as long as it lives.
#[derive(Default)]
pub struct InMemory {
    secrets: Mutex<HashMap<String, String>>,
    /// Set: it refuses to keep anything, for this reason.
    refuses: Option<String>,
}

impl InMemory {
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that keeps nothing, and says why.
    pub fn refusing(reason: impl Into<String>) -> Self {
        Self { refuses: Some(reason.into()), ..Self::default() }
    }

    fn checked(&self) -> Result<(), String> {
        self.refuses.clone().map_or(Ok(()), Err)
    }

    fn secrets(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for InMemory {
    fn probe(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { self.checked() })
    }

    fn read<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<String>, String>> {
        Box::pin(async move { Ok(self.secrets().get(account).cloned()) })
    }

    fn write<'a>(&'a self, account: &'a str, secret: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.checked()?;
            self.secrets().insert(account.to_owned(), secret.to_owned());
            Ok(())
        })
    }

    fn erase<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.secrets().remove(account);
            Ok(())
        })
    }
}
