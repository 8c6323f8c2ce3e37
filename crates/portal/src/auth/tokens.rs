//! Tokens: opaque, random, short-lived; only their hashes are stored.

use crate::environment::Environment;
use postern_domain::{DAY_MS, MINUTE_MS};
use postern_portal_store::NewTokens;
use postern_protocol::TokenPair;
use sha2::{Digest, Sha256};

const ACCESS_MS: i64 = 15 * MINUTE_MS;
const REFRESH_MS: i64 = 30 * DAY_MS;

pub fn hash_of(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A new pair: what goes out, and what is kept.
pub fn issue(environment: &Environment) -> (TokenPair, NewTokens) {
    let now = environment.now();
    let pair = TokenPair {
        access_token: environment.secret(),
        access_expires_at: now.plus_ms(ACCESS_MS),
        refresh_token: environment.secret(),
        refresh_expires_at: now.plus_ms(REFRESH_MS),
    };
    let kept = NewTokens {
        access_hash: hash_of(&pair.access_token),
        access_expires_at: pair.access_expires_at,
        refresh_hash: hash_of(&pair.refresh_token),
        refresh_expires_at: pair.refresh_expires_at,
    };
    (pair, kept)
}
