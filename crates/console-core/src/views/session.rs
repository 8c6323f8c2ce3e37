//! Who is signed in, and how the sync stands.

use super::list::PersonRef;
use postern_domain::{Role, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "state", rename_all = "snake_case")]
#[ts(export)]
pub enum SessionView {
    SignedOut {
        /// The portal's address of last time, to be offered again.
        portal: Option<String>,
        email: Option<String>,
        /// Why the person is signed out, when it was not their own doing.
        reason: Option<String>,
    },
    SignedIn {
        person: PersonRef,
        email: String,
        portal: String,
        organisation: String,
        roles: Vec<Role>,
        /// May arrange the organisation's journeys and calendars.
        arranges: bool,
        time_zone: String,
        keys: KeyStorage,
    },
}

/// Where the tokens are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kept", rename_all = "snake_case")]
#[ts(export)]
pub enum KeyStorage {
    /// In the operating system's keychain.
    Keychain,
    /// In memory only: the next start asks for the password again.
    SessionOnly { reason: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Connection {
    /// The last sync succeeded.
    Online,
    /// The portal cannot be reached.
    Offline,
    /// A first or renewed full load runs.
    Bootstrapping,
    SignedOut,
    /// The portal asks for a newer console.
    UpgradeRequired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SyncStatus {
    pub connection: Connection,
    pub syncing: bool,
    pub last_success: Option<Timestamp>,
    /// When it tries again by itself.
    pub next_try: Option<Timestamp>,
    /// What went wrong last, in one sentence.
    pub problem: Option<String>,
    pub request_id: Option<String>,
    /// Commands not yet confirmed.
    pub pending: u32,
    /// Conflicts, refusals and quarantined commands that wait for the author.
    pub attention: u32,
    pub bootstrap: Option<Progress>,
    /// Items in the cache.
    pub cached_items: u32,
    /// Items that only a newer Postern can show.
    pub newer_items: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Progress {
    pub done: u32,
    pub total: u32,
}

/// What this device keeps of all that its person may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct KeepView {
    /// For how many months closed items are kept; none: for ever. What is open is always kept.
    pub months: Option<u32>,
    /// Closed items are here from this instant on; none: all of them.
    pub closed_since: Option<Timestamp>,
    /// Items on this device.
    pub items: u32,
    /// More items that the person may see, at the portal only.
    pub elsewhere: u32,
    /// What the cache takes on the disk, in bytes.
    pub bytes: f64,
}

/// A message from the engine to its front end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "event", rename_all = "snake_case")]
#[ts(export)]
pub enum EngineEvent {
    /// These items changed; with `everything`, read all anew.
    Changed {
        ids: Vec<postern_domain::ItemId>,
        everything: bool,
    },
    Status {
        status: SyncStatus,
    },
    Session {},
    /// A file came some way.
    Transfer {
        transfer: super::files::TransferView,
    },
    /// Show this item (a notification was opened).
    Focus {
        id: postern_domain::ItemId,
    },
}

/// An item that only a newer Postern can read: what of it can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct NewerItem {
    pub reference: String,
    pub title: String,
}

/// What went wrong, for a front end: a code to act on and a sentence to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Failure {
    pub code: FailureCode,
    /// What happened, what is saved, and the way out.
    pub message: String,
    pub request_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FailureCode {
    /// The portal cannot be reached.
    Offline,
    WrongPassword,
    Throttled,
    /// Sign in again.
    SignedOut,
    NotFound,
    Refused,
    /// The input cannot be understood.
    Invalid,
    /// The cache cannot be read or written.
    Cache,
    /// Signing out would lose changes that the portal does not have.
    PendingChanges,
    Upgrade,
    Internal,
}
