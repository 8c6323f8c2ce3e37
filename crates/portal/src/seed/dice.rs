//! Reproducible chance: everything drawn here follows from the seed number alone.

use chrono_tz::Tz;
use postern_domain::{HOUR_MS, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// One stream of chance. Streams with different numbers are independent, so that one item's story never shifts
/// another's.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// From 0 up to, and not including, `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * end as u128;
        (wide >> 64) as usize
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + self.below(width) as i64
    }

    /// From 0 up to, and not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of them. Panics on an empty slice: the tables of this module are not.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// The place of one of the weights, each as likely as it is heavy.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut left = self.below(total as usize) as u32;
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// Nearly normal, mean 0 and deviation 1, never beyond 6: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        let mut sum = 0_u64;
        for _ in 0..3 {
            let bits = self.0.next_u64();
            sum += (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum::<u64>();
        }
        sum as f64 / 65_536.0 - 6.0
    }

    /// A waiting time in milliseconds, log-normal around a median in hours: mostly short, at times very long.
    pub fn wait_ms(&mut self, median_hours: f64, spread: f64) -> i64 {
        (median_hours * HOUR_MS as f64 * (spread * self.normal()).exp()) as i64
    }

    /// A version 7 UUID: sorts by `at`.
    pub fn uuid(&mut self, at: Timestamp) -> String {
        let mut random = [0; 10];
        self.0.fill_bytes(&mut random);
        uuid::Builder::from_unix_timestamp_millis(at.ms().unsigned_abs(), &random).into_uuid().to_string()
    }

    /// A phone call, a meeting, a full inbox: when somebody gets to it after the day began, in milliseconds.
    pub fn first_hours_ms(&mut self) -> i64 {
        self.between(0, 9_000) * 1_000
    }

    pub fn zone(&mut self, zones: &[Tz]) -> Tz {
        zones[self.below(zones.len())]
    }
}
