//! How the program ends. Scripts rely on these numbers: one is added, never changed.

use postern_console_core::{Failure, FailureCode};
use std::process::ExitCode;

/// The exit codes, in the order in which the worst of several is chosen: the later, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Ok,
    Pending,
    Refused,
    Conflict,
    NotFound,
    NotSignedIn,
    Upgrade,
    Usage,
    Cache,
    Internal,
}

/// For `--help` and the manual.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done, or nothing was left to do
  1  internal error
  2  the command line or its input cannot be understood
  3  refused by a rule, by the portal or here
  4  conflict: it changed since you looked, or waited for two weeks; look at it and decide again
  5  offline or not confirmed yet: the change is saved and will be sent
  6  not signed in, or wrong password
  7  not found: no such item, person or change
  8  the cache cannot be read or written
  9  the portal needs a newer Postern
Of several, the worst is given: 1, 8, 2, 9, 6, 7, 4, 3, 5, 0.";

impl Exit {
    pub fn number(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::Internal => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Conflict => 4,
            Exit::Pending => 5,
            Exit::NotSignedIn => 6,
            Exit::NotFound => 7,
            Exit::Cache => 8,
            Exit::Upgrade => 9,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.number())
    }
}

/// Why a command stopped.
#[derive(Clone, Debug)]
pub struct Stop {
    pub exit: Exit,
    pub message: String,
    pub request_id: Option<String>,
}

impl Stop {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), request_id: None }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let exit = match failure.code {
            FailureCode::Offline | FailureCode::Throttled => Exit::Pending,
            FailureCode::WrongPassword | FailureCode::SignedOut => Exit::NotSignedIn,
            FailureCode::NotFound => Exit::NotFound,
            FailureCode::Refused | FailureCode::PendingChanges => Exit::Refused,
            FailureCode::Invalid => Exit::Usage,
            FailureCode::Cache => Exit::Cache,
            FailureCode::Upgrade => Exit::Upgrade,
            FailureCode::Internal => Exit::Internal,
        };
        Self { exit, message: failure.message, request_id: failure.request_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_in_the_help() {
        for exit in [
            Exit::Ok,
            Exit::Internal,
            Exit::Usage,
            Exit::Refused,
            Exit::Conflict,
            Exit::Pending,
            Exit::NotSignedIn,
            Exit::NotFound,
            Exit::Cache,
            Exit::Upgrade,
        ] {
            assert!(EXIT_CODES.contains(&format!("\n  {}  ", exit.number())), "{exit:?}");
        }
    }
}
