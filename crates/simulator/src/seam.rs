//! What the engines are handed: a clock that the simulator sets, chance from the seed, and a keychain in memory. Their
//! network is in `calls.rs`.

use crate::dice::Dice;
use futures_util::future::BoxFuture;
use postern_console_core::secrets::SecretStore;
use postern_console_core::{Chance, Clock};
use postern_domain::Timestamp;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Monday 6 April 2026, 08:00 UTC.
pub const START_MS: i64 = 1_775_462_400_000;

/// The instant that everybody's clock starts from, in milliseconds since [`START_MS`].
#[derive(Clone, Debug, Default)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

/// Somebody's clock: the true time, wrong by a skew. A device can be told to die when it reads its clock.
#[derive(Debug, Default)]
pub struct SimClock {
    time: Time,
    skew: Arc<AtomicI64>,
    /// Readings until the device dies; 0: it lives.
    fuse: AtomicI64,
}

impl SimClock {
    pub fn new(time: &Time, skew: &Arc<AtomicI64>) -> Self {
        Self { time: time.clone(), skew: Arc::clone(skew), fuse: AtomicI64::new(0) }
    }

    /// The `readings`-th reading from now on is the device's last; 0 takes it back.
    pub fn set_fuse(&self, readings: i64) {
        self.fuse.store(readings, Ordering::SeqCst);
    }

    /// Looks at the clock without being the device.
    pub fn read(&self) -> Timestamp {
        Timestamp(START_MS + self.time.ms() + self.skew.load(Ordering::SeqCst))
    }
}

/// Unwinds a piece of work at the point where its device died.
pub struct Died;

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        if self.fuse.load(Ordering::SeqCst) > 0 && self.fuse.fetch_sub(1, Ordering::SeqCst) == 1 {
            resume_unwind(Box::new(Died));
        }
        self.read()
    }

    fn sleep(&self, _ms: i64) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl postern_portal::Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.read()
    }
}

/// Ids that say whose they are and in which order they were made.
pub struct SimChance {
    name: String,
    state: Mutex<(u64, Dice)>,
}

impl SimChance {
    pub fn new(name: String, seed: u64) -> Self {
        Self { name, state: Mutex::new((0, Dice::new(seed))) }
    }
}

impl Chance for SimChance {
    fn id(&self) -> String {
        let mut state = locked(&self.state);
        state.0 += 1;
        format!("{}-{:03}", self.name, state.0)
    }

    fn unit(&self) -> f64 {
        locked(&self.state).1.unit()
    }
}

/// The portal's randomness.
pub struct SimRandom(Mutex<Dice>);

impl SimRandom {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Dice::new(seed)))
    }
}

impl postern_portal::Random for SimRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut dice = locked(&self.0);
        for chunk in bytes.chunks_mut(8) {
            let number = dice.number().to_le_bytes();
            chunk.copy_from_slice(number.get(..chunk.len()).unwrap_or_default());
        }
    }
}

/// A keychain with room for one profile.
#[derive(Default)]
pub struct Keys(Mutex<Option<String>>);

impl Keys {
    pub fn new(secret: Option<String>) -> Self {
        Self(Mutex::new(secret))
    }

    pub fn secret(&self) -> Option<String> {
        locked(&self.0).clone()
    }
}

impl SecretStore for Keys {
    fn probe(&self) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn read<'a>(&'a self, _account: &'a str) -> BoxFuture<'a, Result<Option<String>, String>> {
        Box::pin(std::future::ready(Ok(self.secret())))
    }

    fn write<'a>(&'a self, _account: &'a str, secret: &'a str) -> BoxFuture<'a, Result<(), String>> {
        *locked(&self.0) = Some(secret.to_owned());
        Box::pin(std::future::ready(Ok(())))
    }

    fn erase<'a>(&'a self, _account: &'a str) -> BoxFuture<'a, Result<(), String>> {
        *locked(&self.0) = None;
        Box::pin(std::future::ready(Ok(())))
    }
}

pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
