//! Errors as the wire carries them: RFC 9457 problem details with a code to act on.

use serde::{Deserialize, Serialize};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, for a program. A code is here only because a consumer acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ErrorCode {
    /// 400: the request cannot be understood.
    Malformed,
    /// 401: wrong e-mail or password.
    WrongCredentials,
    /// 401: no token, or one that has run out: refresh it.
    TokenExpired,
    /// 401: the refresh token is not good any more: sign in again.
    SessionEnded,
    /// 403: this device, or its person, was shut out: remove what was cached. Only unsent commands are taken still, and
    /// refused.
    ShutOut,
    /// 403: known, and not allowed.
    Forbidden,
    /// 404: not there, or not in sight.
    NotFound,
    /// 409: the sequence number leaves a gap, or another payload stands under it.
    SequenceGap,
    /// 409: a cloned or restored console.
    ClientForked,
    /// 409: a part of an upload does not continue what is there; `upload-offset` says where to continue.
    WrongOffset,
    /// 410: the cursor is from another epoch, or ahead of this portal: bootstrap again.
    CursorGone,
    /// 410: the person's grants are others since the cursor: compare what is held with what should be.
    ScopeChanged,
    /// 413: too much at once.
    TooLarge,
    /// 422: understood, and a rule refuses it.
    Refused,
    /// 426: the portal needs a newer console.
    UpgradeRequired,
    /// 429: too often; `Retry-After` says how long to wait.
    Throttled,
    /// 500: the portal failed.
    Internal,
    /// 503: not now; `Retry-After` says how long to wait.
    Unavailable,
}

impl ErrorCode {
    pub fn status(self) -> u16 {
        match self {
            ErrorCode::Malformed => 400,
            ErrorCode::WrongCredentials | ErrorCode::TokenExpired | ErrorCode::SessionEnded => 401,
            ErrorCode::ShutOut | ErrorCode::Forbidden => 403,
            ErrorCode::NotFound => 404,
            ErrorCode::SequenceGap | ErrorCode::ClientForked | ErrorCode::WrongOffset => 409,
            ErrorCode::CursorGone | ErrorCode::ScopeChanged => 410,
            ErrorCode::TooLarge => 413,
            ErrorCode::Refused => 422,
            ErrorCode::UpgradeRequired => 426,
            ErrorCode::Throttled => 429,
            ErrorCode::Internal => 500,
            ErrorCode::Unavailable => 503,
        }
    }
}

/// RFC 9457 problem details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank#<code>`; the code says it all.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened and the way out, for a person.
    pub detail: String,
    pub code: ErrorCode,
    pub request_id: String,
}
