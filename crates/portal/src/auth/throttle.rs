//! Slows down whoever guesses passwords: per account, and per source address.

use postern_domain::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Failures that are forgiven before waiting begins.
const FREE_PER_ACCOUNT: u32 = 5;
const FREE_PER_ADDRESS: u32 = 30;
/// The first wait; each further failure doubles it.
const FIRST_WAIT_MS: i64 = 5_000;
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// After so long without a failure everything is forgotten.
const MEMORY_MS: i64 = 60 * 60_000;
/// Above this many entries those that no longer matter are dropped.
const MANY: usize = 10_000;

/// Kept in memory: a restart forgives.
#[derive(Default)]
pub struct Throttle(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    accounts: HashMap<String, Failures>,
    addresses: HashMap<IpAddr, Failures>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// How long to wait from `now` on, in milliseconds; not longer where the clock was set back meanwhile.
    fn wait_ms(self, free: u32, now: Timestamp) -> i64 {
        if self.count < free {
            return 0;
        }
        let doublings = (self.count - free).min(20);
        let whole = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
        self.last.plus_ms(whole).since(now).clamp(0, whole)
    }
}

impl Throttle {
    /// Lets an attempt through and counts it as a failure until [`Throttle::succeeded`] takes that back, so that
    /// attempts at the same time cannot slip by; or says for how many seconds to wait.
    pub fn attempt(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let account = account.trim().to_lowercase();
        let waits = [
            tables.accounts.get(&account).map(|failures| failures.wait_ms(FREE_PER_ACCOUNT, now)),
            tables.addresses.get(&address).map(|failures| failures.wait_ms(FREE_PER_ADDRESS, now)),
        ];
        let wait_ms = waits.into_iter().flatten().max().unwrap_or(0);
        if wait_ms > 0 {
            return Err((wait_ms.unsigned_abs()).div_ceil(1_000));
        }
        count(&mut tables.accounts, account, now);
        count(&mut tables.addresses, address, now);
        Ok(())
    }

    /// The attempt was the right password: it does not count, and the account starts afresh.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables.accounts.remove(&account.trim().to_lowercase());
        if let Some(failures) = tables.addresses.get_mut(&address) {
            failures.count = failures.count.saturating_sub(1);
        }
    }
}

fn count<K: Eq + Hash>(table: &mut HashMap<K, Failures>, key: K, now: Timestamp) {
    if table.len() >= MANY {
        table.retain(|_, failures| now.since(failures.last) < LONGEST_WAIT_MS);
    }
    let failures = table.entry(key).or_insert(Failures { count: 0, last: now });
    if now.since(failures.last) > MEMORY_MS {
        failures.count = 0;
    }
    failures.count += 1;
    failures.last = now;
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::BROADCAST);

    fn fail(throttle: &Throttle, times: u32, now: Timestamp) {
        for _ in 0..times {
            throttle.attempt("ada@example.com", HOME, now).unwrap();
        }
    }

    #[test]
    fn an_account_waits_after_five_failures_and_longer_after_each_more() {
        let throttle = Throttle::default();
        fail(&throttle, 5, Timestamp(0));
        assert_eq!(throttle.attempt("ada@example.com", AWAY, Timestamp(0)), Err(5));
        assert_eq!(throttle.attempt("ada@example.com", AWAY, Timestamp(5_000)), Ok(()));
        assert_eq!(throttle.attempt("ada@example.com", AWAY, Timestamp(5_000)), Err(10));
    }

    #[test]
    fn the_case_of_the_address_makes_no_other_account() {
        let throttle = Throttle::default();
        fail(&throttle, 5, Timestamp(0));
        assert!(throttle.attempt(" ADA@example.com", AWAY, Timestamp(0)).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out_for_longer() {
        let throttle = Throttle::default();
        let (before, back) = (Timestamp(3_600_000), Timestamp(0));
        fail(&throttle, 1, before);
        assert_eq!(throttle.attempt("ada@example.com", HOME, back), Ok(()));
        fail(&throttle, 3, before);
        assert_eq!(throttle.attempt("ada@example.com", HOME, back), Err(5));
    }

    #[test]
    fn a_success_forgives_the_account() {
        let throttle = Throttle::default();
        fail(&throttle, 5, Timestamp(0));
        throttle.succeeded("ada@example.com", HOME);
        assert_eq!(throttle.attempt("ada@example.com", HOME, Timestamp(0)), Ok(()));
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits_too() {
        let throttle = Throttle::default();
        for number in 0..FREE_PER_ADDRESS {
            throttle.attempt(&format!("{number}@example.com"), HOME, Timestamp(0)).unwrap();
        }
        assert_eq!(throttle.attempt("another@example.com", HOME, Timestamp(0)), Err(5));
        assert_eq!(throttle.attempt("another@example.com", AWAY, Timestamp(0)), Ok(()));
    }
}
