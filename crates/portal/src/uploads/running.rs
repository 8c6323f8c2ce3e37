//! One request at a time writes to an upload, and the newest one wins: whoever comes back after their connection broke
//! does not wait until the portal has noticed that it did.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

#[derive(Default)]
pub struct Uploads {
    running: Mutex<HashMap<String, Slot>>,
}

#[derive(Default)]
struct Slot {
    lock: Arc<tokio::sync::Mutex<()>>,
    holder: CancellationToken,
}

/// The right to write to one upload, until it is dropped.
pub struct Taken {
    _lock: OwnedMutexGuard<()>,
    /// Cancelled when a newer request wants it.
    pub wanted: CancellationToken,
}

impl Uploads {
    /// Takes an upload over from whoever writes to it now.
    pub async fn take(&self, key: &str) -> Taken {
        let wanted = CancellationToken::new();
        let lock = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            // A slot that nobody holds or waits for is forgotten.
            running.retain(|_, slot| Arc::strong_count(&slot.lock) > 1);
            let slot = running.entry(key.to_owned()).or_default();
            slot.holder.cancel();
            slot.holder = wanted.clone();
            Arc::clone(&slot.lock)
        };
        Taken { _lock: lock.lock_owned().await, wanted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_newer_request_takes_an_upload_over() {
        let uploads = Uploads::default();
        let first = uploads.take("a").await;
        let another = uploads.take("b").await;
        let second = uploads.take("a");
        tokio::pin!(second);
        assert!(futures_util::poll!(&mut second).is_pending());
        assert!(first.wanted.is_cancelled());
        assert!(!another.wanted.is_cancelled());
        drop(first);
        assert!(!second.await.wanted.is_cancelled());
    }
}
