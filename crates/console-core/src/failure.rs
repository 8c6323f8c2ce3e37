//! Each failure is classified once, here: offline, later, refused, or broken.

use crate::views::{Failure, FailureCode};
use postern_console_store::StoreError;
use postern_protocol::ErrorCode;

/// A failure in words.
pub fn failure(code: FailureCode, message: impl Into<String>) -> Failure {
    Failure { code, message: message.into(), request_id: None }
}

pub(crate) fn internal(message: impl Into<String>) -> Failure {
    failure(FailureCode::Internal, message)
}

/// What came of asking the portal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CallError {
    /// No portal answered: no network, or something in between answered for it. What was asked may have arrived.
    Offline {
        reason: String,
    },
    /// There was no connection: what was asked never left this device. `refused`: the portal's machine said so.
    NotSent {
        reason: String,
        refused: bool,
    },
    /// The portal answered and wants to be left alone for a while, or failed.
    Later {
        after_ms: Option<i64>,
        detail: String,
        request_id: Option<String>,
    },
    /// The portal answered with a code to act on.
    Problem {
        code: ErrorCode,
        detail: String,
        request_id: Option<String>,
    },
    /// The session is over: sign in again.
    SignedOut {
        reason: String,
    },
    /// Another window or program does the syncing.
    NotMine,
    Store(String),
}

impl CallError {
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            CallError::Problem { code, .. } => Some(*code),
            _ => None,
        }
    }

    pub(crate) fn request_id(&self) -> Option<String> {
        match self {
            CallError::Later { request_id, .. } | CallError::Problem { request_id, .. } => request_id.clone(),
            _ => None,
        }
    }

    /// One sentence for the status bar.
    pub(crate) fn sentence(&self) -> String {
        match self {
            CallError::Offline { reason } | CallError::NotSent { reason, .. } => {
                format!("The portal cannot be reached: {reason}.")
            }
            CallError::Later { detail, .. } | CallError::Problem { detail, .. } => detail.clone(),
            CallError::SignedOut { reason } => reason.clone(),
            CallError::NotMine => "Another window or program of this profile does the syncing.".to_owned(),
            CallError::Store(message) => message.clone(),
        }
    }
}

impl From<StoreError> for CallError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => CallError::NotMine,
            other => CallError::Store(sentence(&other.to_string())),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "cache");
        let code = match error {
            StoreError::SomebodyElses => FailureCode::SignedOut,
            _ => FailureCode::Cache,
        };
        failure(code, sentence(&error.to_string()))
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let code = match &error {
            CallError::Offline { .. } | CallError::NotSent { .. } | CallError::NotMine => {
                FailureCode::Offline
            }
            CallError::Later { .. } => FailureCode::Throttled,
            CallError::SignedOut { .. } => FailureCode::SignedOut,
            CallError::Store(_) => FailureCode::Cache,
            CallError::Problem { code, .. } => match code {
                ErrorCode::WrongCredentials => FailureCode::WrongPassword,
                ErrorCode::TokenExpired | ErrorCode::SessionEnded | ErrorCode::ShutOut => {
                    FailureCode::SignedOut
                }
                ErrorCode::NotFound => FailureCode::NotFound,
                ErrorCode::Forbidden | ErrorCode::Refused => FailureCode::Refused,
                ErrorCode::UpgradeRequired => FailureCode::Upgrade,
                ErrorCode::Throttled | ErrorCode::Unavailable => FailureCode::Throttled,
                ErrorCode::Malformed | ErrorCode::TooLarge => FailureCode::Invalid,
                ErrorCode::SequenceGap
                | ErrorCode::WrongOffset
                | ErrorCode::ClientForked
                | ErrorCode::CursorGone
                | ErrorCode::ScopeChanged
                | ErrorCode::Internal => FailureCode::Internal,
            },
        };
        Failure { code, message: sentence(&error.sentence()), request_id: error.request_id() }
    }
}

/// Begins with a capital and ends with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.trim().chars();
    let Some(first) = characters.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(characters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}
