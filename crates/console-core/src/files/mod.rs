//! Content of attachments, beside the command lane: up in parts, down in ranges, each checked by its hash, each once.
//!
//! Nothing here decides when a command may go: the store holds back those that name content which the portal does not
//! have. An upload that stalls therefore keeps nothing waiting but its own item.

mod attach;
mod danger;
mod download;
mod keep;
mod open;
mod parts;
mod run;
mod upload;

pub(crate) use attach::{progress, upload_of, upload_view};
pub(crate) use keep::keep_offline;
pub(crate) use run::run;

use crate::engine::{Engine, locked};
use crate::views::{EngineEvent, TransferView, TransferWay};
use download::Fetching;
use postern_domain::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Progress is told in so many steps.
const STEPS: u64 = 50;

#[derive(Default)]
pub(crate) struct Transfers {
    /// Wakes the uploads.
    waking: Notify,
    /// Somebody asked, or the network came back: what waits after a failure is tried now.
    urgent: AtomicBool,
    /// A round of sync ended well: there may be content to fetch.
    pub pulled: Notify,
    fetching: Mutex<HashMap<String, Arc<Fetching>>>,
    /// What the portal did not give, and until when it is not asked for again by itself.
    refused: Mutex<HashMap<String, Timestamp>>,
    /// The portal asked not to be asked for content until then.
    rest: Mutex<Option<Timestamp>>,
}

impl Transfers {
    pub fn hurry(&self) {
        self.urgent.store(true, Ordering::SeqCst);
        self.waking.notify_one();
    }

    pub fn wake(&self) {
        self.waking.notify_one();
    }

    fn take_urgent(&self) -> bool {
        self.urgent.swap(false, Ordering::SeqCst)
    }

    fn was_refused(&self, sha256: &str, now: Timestamp) -> bool {
        locked(&self.refused).get(sha256).is_some_and(|until| now < *until)
    }

    fn is_resting(&self, now: Timestamp) -> bool {
        locked(&self.rest).is_some_and(|until| now < until)
    }

    fn note_rest(&self, until: Timestamp) {
        *locked(&self.rest) = Some(until);
    }

    /// The device's clock was set back: no time that was noted means anything.
    pub fn forget_waits(&self) {
        *locked(&self.rest) = None;
        locked(&self.refused).clear();
    }

    fn note_refused(&self, sha256: &str, until: Timestamp) {
        locked(&self.refused).insert(sha256.to_owned(), until);
    }
}

impl Engine {
    /// Whether this process may move content by itself: it is the one that syncs.
    async fn may_transfer(&self) -> bool {
        if self.current().is_err() {
            return false;
        }
        match self.inner.sync.try_lock() {
            Ok(mut state) => self.renew_lease(&mut state).await.is_ok(),
            // A round is under way, and renews the lease as it goes.
            Err(_) => {
                let now = self.device_now();
                self.inner.cache.holds_lease(&self.inner.holder, now).await.unwrap_or(false)
            }
        }
    }

    fn moved(&self, sha256: &str, way: TransferWay, done: u64, size: u64) {
        let transfer = TransferView { sha256: sha256.to_owned(), way, done, size };
        self.emit(EngineEvent::Transfer { transfer });
    }
}
