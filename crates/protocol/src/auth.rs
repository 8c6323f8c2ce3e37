//! Sign-in with local accounts: short access tokens, rotating refresh tokens.

use postern_domain::{Person, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub email: String,
    pub password: String,
    /// What the person calls this device, for example its host name.
    pub device: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Refresh {
    pub refresh_token: String,
}

/// A pair of tokens. Using a refresh token ends it and gives the next; using an ended one ends the whole family.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenPair {
    pub access_token: String,
    pub access_expires_at: Timestamp,
    pub refresh_token: String,
    pub refresh_expires_at: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct SignedIn {
    #[serde(flatten)]
    pub tokens: TokenPair,
    pub person: Person,
    pub organisation: String,
}

// Secrets stay out of logs even where a whole request is printed.
impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("email", &self.email)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair")
            .field("access_expires_at", &self.access_expires_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn").field("person", &self.person.id).finish_non_exhaustive()
    }
}
