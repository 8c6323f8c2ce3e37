//! Where tokens are kept: in the operating system's keychain, or nowhere. Never in a file.

mod keychain;
mod memory;

pub use keychain::Keychain;
pub use memory::InMemory;

use futures_util::future::BoxFuture;

/// A store of secrets. Each call may take long or fail; the errors are words for a person.
pub trait SecretStore: Send + Sync {
    /// Whether a secret that is stored now would be there again: writes one, reads it and removes it.
    fn probe(&self) -> BoxFuture<'_, Result<(), String>>;
    fn read<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<String>, String>>;
    fn write<'a>(&'a self, account: &'a str, secret: &'a str) -> BoxFuture<'a, Result<(), String>>;
    fn erase<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<(), String>>;
}
