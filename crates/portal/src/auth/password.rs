//! Passwords: argon2id, off the async threads, a few at a time.

use crate::environment::Environment;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How much work a password check is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordCost {
    /// 19 MiB, two passes: the least that OWASP recommends for argon2id.
    #[default]
    Full,
    /// Next to nothing; for tests and demonstrations with many accounts.
    Trivial,
}

impl PasswordCost {
    fn params(self) -> Params {
        match self {
            PasswordCost::Full => Params::DEFAULT,
            PasswordCost::Trivial => Params::new(Params::MIN_M_COST, 1, 1, None).unwrap_or(Params::DEFAULT),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct HashFailed(String);

/// The hash to store for a password, in PHC string format.
///
/// # Errors
/// Practically none: the parameters are fixed.
pub fn hash_password(
    password: &str,
    cost: PasswordCost,
    environment: &Environment,
) -> Result<String, HashFailed> {
    let salt =
        SaltString::encode_b64(&environment.bytes::<16>()).map_err(|error| HashFailed(error.to_string()))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params())
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| HashFailed(error.to_string()))
}

/// Checks passwords.
pub struct PasswordCheck {
    turns: Arc<Semaphore>,
    /// Checked when there is no such account, so that its absence takes as long as a wrong password.
    decoy: String,
}

impl PasswordCheck {
    pub fn new(concurrent: usize, cost: PasswordCost, environment: &Environment) -> Result<Self, HashFailed> {
        let decoy = hash_password(&environment.secret(), cost, environment)?;
        Ok(Self { turns: Arc::new(Semaphore::new(concurrent.max(1))), decoy })
    }

    /// Whether the password belongs to the hash. Without a hash it takes as long, and never does.
    pub async fn matches(&self, password: String, hash: Option<String>) -> bool {
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return false };
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let check = tokio::task::spawn_blocking(move || {
            let matches = PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
            drop(turn);
            matches
        });
        check.await.unwrap_or(false) && is_known
    }
}
