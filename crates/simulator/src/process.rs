//! A process that has a profile open, and how far its work has come.

use crate::calls::{Lane, Seam, Work};
use crate::seam::SimClock;
use postern_console_core::{Alert, Engine, EngineEvent, Failure, SyncReport};
use postern_domain::Timestamp;
use std::sync::Arc;
use tokio::sync::broadcast;

/// What a round of work came to.
pub enum Ended {
    Synced(Result<SyncReport, Failure>),
    SignedIn(Result<(), Failure>),
    Uploaded(Result<usize, Failure>),
}

pub struct Process {
    pub engine: Engine,
    pub seam: Arc<Seam>,
    pub clock: Arc<SimClock>,
    pub alerts: broadcast::Receiver<Alert>,
    pub events: broadcast::Receiver<EngineEvent>,
    /// Names this process in the lease.
    pub holder: String,
    /// Work of each lane that waits for the network.
    works: [Option<Work<Ended>>; 2],
    /// When it last sent commands, by its own clock.
    pub sent_at: Option<Timestamp>,
    /// In which lanes its token had run out: the same request comes again with another.
    repeats: [bool; 2],
}

impl Process {
    pub fn new(engine: Engine, seam: Arc<Seam>, clock: Arc<SimClock>, holder: String) -> Self {
        Self {
            alerts: engine.alerts(),
            events: engine.events(),
            engine,
            seam,
            clock,
            holder,
            works: [None, None],
            sent_at: None,
            repeats: [false, false],
        }
    }

    /// What its device says the time is.
    pub fn now(&self) -> Timestamp {
        self.clock.read()
    }

    pub fn work(&mut self, lane: Lane) -> &mut Option<Work<Ended>> {
        let [sync, upload] = &mut self.works;
        match lane {
            Lane::Sync => sync,
            Lane::Upload => upload,
        }
    }

    pub fn is_at_work(&self, lane: Lane) -> bool {
        self.works[lane as usize].is_some()
    }

    pub fn repeats(&self, lane: Lane) -> bool {
        self.repeats[lane as usize]
    }

    pub fn set_repeats(&mut self, lane: Lane, repeats: bool) {
        self.repeats[lane as usize] = repeats;
    }

    /// What waits is never answered.
    pub fn abandon(&mut self) {
        self.works = [None, None];
    }
}
