//! The operating system's keychain: Keychain Services, Credential Manager, or a Secret Service.
//!
//! Each call runs on a thread of its own and is given up after a while: a bus that hangs, or a prompt that nobody
//! answers, must not hold up the console, and a thread that never comes back must not keep the program from ending.

use super::SecretStore;
use futures_util::future::BoxFuture;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(8);
/// Somebody may have to type the keychain's password.
const PATIENCE_WITH_A_PROMPT: Duration = Duration::from_secs(60);

pub struct Keychain {
    service: &'static str,
}

impl Keychain {
    pub fn new(service: &'static str) -> Self {
        Self { service }
    }

    async fn run<T: Send + 'static>(
        &self,
        account: &str,
        patience: Duration,
        work: impl FnOnce(keyring::Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (answer, wait) = tokio::sync::oneshot::channel();
        let (service, account) = (self.service, account.to_owned());
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || {
                let done = keyring::Entry::new(service, &account).and_then(work);
                // Nobody may be waiting any more.
                let _ = answer.send(done);
            })
            .map_err(|error| format!("the keychain could not be asked ({error})"))?;
        match tokio::time::timeout(patience, wait).await {
            Err(_) => Err("the keychain did not answer in time".to_owned()),
            Ok(Err(_)) => Err("the keychain's driver failed".to_owned()),
            Ok(Ok(done)) => done.map_err(|error| describe(&error)),
        }
    }
}

impl SecretStore for Keychain {
    fn probe(&self) -> BoxFuture<'_, Result<(), String>> {
        // A locked collection says that it is there; only a write shows whether it takes anything.
        Box::pin(self.run("probe", PATIENCE_WITH_A_PROMPT, |entry| {
            entry.set_password("probe")?;
            let read = entry.get_password();
            entry.delete_credential()?;
            read.map(|_| ())
        }))
    }

    fn read<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<String>, String>> {
        Box::pin(self.run(account, PATIENCE, |entry| match entry.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        }))
    }

    fn write<'a>(&'a self, account: &'a str, secret: &'a str) -> BoxFuture<'a, Result<(), String>> {
        let secret = secret.to_owned();
        Box::pin(async move { self.run(account, PATIENCE, move |entry| entry.set_password(&secret)).await })
    }

    fn erase<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.run(account, PATIENCE, |entry| match entry.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        }))
    }
}

/// Never the secret itself: some of the driver's errors carry data.
fn describe(error: &keyring::Error) -> String {
    match error {
        keyring::Error::NoDefaultStore => "this system has no keychain that answers".to_owned(),
        keyring::Error::NoStorageAccess(_) => "the keychain is locked".to_owned(),
        keyring::Error::PlatformFailure(cause) => format!("the keychain failed ({cause})"),
        _ => "the keychain did not take the secret".to_owned(),
    }
}
