//! A clock that moves only when told to.

use postern_domain::Timestamp;
use postern_portal::Clock;
use std::sync::atomic::{AtomicI64, Ordering};

/// Starts on 2 March 2026, a Monday, at 09:00 UTC.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl Default for FakeClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_772_442_000_000))
    }
}

impl FakeClock {
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.ms(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
