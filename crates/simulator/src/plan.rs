//! A seed's schedule: who does what, and what goes wrong. Every step stands on its own, so that any of them can be left
//! out when a failure is made smaller.

use crate::wire::Fault;

/// Everything that a run is a function of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// The template's profiles that take part.
    pub profiles: Vec<usize>,
    pub steps: Vec<Step>,
}

/// `who` and `process` are taken modulo what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing happens for so long.
    Wait {
        ms: i64,
    },
    /// Somebody gives a command, or a few at once.
    Act {
        who: u8,
        process: u8,
        dice: u64,
    },
    /// Somebody takes their last action back.
    Undo {
        who: u8,
        dice: u64,
    },
    /// Somebody gives up a command of their outbox.
    Discard {
        who: u8,
        dice: u64,
    },
    /// Somebody gives a command of their outbox again.
    Retry {
        who: u8,
        dice: u64,
    },
    /// A whole round of sync. The faults are those of its requests in their order; `dies_at`: the device dies at that
    /// reading of its clock.
    Sync {
        who: u8,
        process: u8,
        faults: Vec<Fault>,
        dies_at: u8,
    },
    /// Somebody attaches a file.
    Attach {
        who: u8,
        process: u8,
        dice: u64,
    },
    /// What is due goes up, as far as it goes; as a round of sync.
    Upload {
        who: u8,
        process: u8,
        faults: Vec<Fault>,
        dies_at: u8,
    },
    /// A round begins, and stops at its first request.
    Begin {
        who: u8,
        process: u8,
    },
    /// Uploads begin, and stop at their first requests.
    BeginUpload {
        who: u8,
        process: u8,
    },
    /// Whatever stands at a request goes on to its next one; `pick` says which of several.
    Go {
        who: u8,
        process: u8,
        pick: u8,
        fault: Fault,
    },
    /// Somebody wants no files on their device but those that nobody else has.
    Clear {
        who: u8,
    },
    /// Somebody chooses for how many months closed items stay on their device; none: for ever.
    Keep {
        who: u8,
        months: Option<u32>,
    },
    /// A console's processes die.
    Kill {
        who: u8,
    },
    /// Another process opens the same cache, or the second one ends.
    Second {
        who: u8,
    },
    /// A request that the network kept arrives.
    Late {
        dice: u64,
    },
    /// A client hands something over, or changes it.
    Client {
        dice: u64,
    },
    /// Somebody decides by another way than a console.
    Elsewhere {
        dice: u64,
    },
    /// Somebody's grants become others.
    Grants {
        dice: u64,
    },
    /// Somebody is switched off, or on again.
    Disable {
        dice: u64,
    },
    /// The portal's clock is looked at.
    Tick,
    /// The portal's rules crash on the next commands.
    Crashes {
        times: u8,
    },
    RestartPortal,
    BackUp,
    /// The portal comes back from its latest backup.
    Restore,
    /// A device's disk is copied.
    Picture {
        who: u8,
    },
    /// A device's disk becomes what it was in the picture.
    Rewind {
        who: u8,
    },
    /// A device's disk is copied into a second device.
    Clone {
        who: u8,
    },
    /// Somebody signs in on a new device; the faults are those of its first load.
    Join {
        dice: u64,
        faults: Vec<Fault>,
        dies_at: u8,
    },
    /// A device's disk loses a row of what the portal sent.
    Rot {
        who: u8,
        dice: u64,
    },
    /// A device's disk loses a file, or a byte of it becomes another one.
    RotFile {
        who: u8,
        dice: u64,
    },
    /// A device's clock is set, or the portal's where nobody is named.
    Skew {
        who: Option<u8>,
        ms: i64,
    },
}
