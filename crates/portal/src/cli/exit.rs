//! Exit codes and the sentences that go with them. The one place where codes are given.

use crate::config::ConfigError;
use crate::server::StartError;
use postern_portal_store::StoreError;
use std::path::Path;
use std::process::ExitCode;

/// Shown by `--help`.
pub const CODES: &str = "\
Exit codes:
  0  done
  1  failed; the message says why
  2  the command line cannot be understood
  3  there is no portal in the data directory, or there is one already
  4  the address to listen on is in use
  5  a verification or check found something wrong
  6  there is no such person, client or item, or there is one already";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Unclear = 2,
    NoPortal = 3,
    AddressInUse = 4,
    Found = 5,
    NotFound = 6,
}

/// A mistake on the command line that only the program itself can see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unclear(pub String);

impl Exit {
    pub fn of(error: &anyhow::Error) -> Self {
        if error.is::<Unclear>() {
            return Exit::Unclear;
        }
        if let Some(StartError::AddressInUse { .. }) = error.downcast_ref::<StartError>() {
            return Exit::AddressInUse;
        }
        match store_error(error) {
            Some(StoreError::NotInitialised { .. } | StoreError::AlreadyInitialised { .. }) => Exit::NoPortal,
            Some(StoreError::NotFound { .. } | StoreError::AlreadyExists { .. }) => Exit::NotFound,
            _ => Exit::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// What happened and the way out.
pub fn explain(error: &anyhow::Error, data: &Path) -> String {
    if let Some(error) = store_error(error) {
        return error.advice(data);
    }
    if let Some(StartError::AddressInUse { address }) = error.downcast_ref::<StartError>() {
        return format!(
            "{address} is in use: another program, or another portal, listens there. Stop it, or choose another \
             address with --listen (port 0 takes any free one)."
        );
    }
    if let Some(ConfigError::Malformed { .. }) = error.downcast_ref::<ConfigError>() {
        return format!("{error}\nThe keys are listed by: postern-portal serve --help");
    }
    format!("{error:#}")
}

fn store_error(error: &anyhow::Error) -> Option<&StoreError> {
    match error.downcast_ref::<StartError>() {
        Some(StartError::Store(error)) => Some(error),
        _ => error.downcast_ref::<StoreError>(),
    }
}
