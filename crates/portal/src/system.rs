//! The machine's clock and randomness. The only file that asks for them.
#![allow(clippy::disallowed_methods)]

use crate::environment::{Clock, Random};
use postern_domain::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

#[derive(Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // There is nothing sensible to do without randomness: no token may be made from less.
        getrandom::fill(bytes).unwrap_or_else(|error| panic!("the system gives no randomness: {error}"));
    }
}
