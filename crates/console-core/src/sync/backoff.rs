//! How long to wait after a failure: any time up to a limit that doubles, so that a thousand consoles do not come back
//! in the same second.

use crate::deps::Chance;
use crate::failure::CallError;

const FIRST_MS: i64 = 1_000;
const LONGEST_MS: i64 = 5 * 60_000;
/// To ask where nobody answers is no burden to a portal, and whoever comes out of a tunnel is waiting.
const LONGEST_OFFLINE_MS: i64 = 30_000;
/// A crowd that would spread over a second to hear news takes a minute and a half to come back to a portal that was
/// away, so that together they ask hardly more often than on any other day. Who looks at a window comes back at once.
const RETURN_PER_SPREAD: i64 = 90;

/// What the last attempt met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// No portal answered; it may be this device's own network.
    Nobody,
    /// The portal was there a moment ago, or its machine says that it does not run: everybody meets the same.
    Away,
    /// The portal answered, and could not do it. It may have said how long to wait, in milliseconds.
    Trouble { asked_ms: Option<i64> },
}

impl Met {
    pub(crate) fn of(error: &CallError) -> Self {
        match error {
            CallError::NotSent { refused: true, .. } => Met::Away,
            CallError::Offline { .. } | CallError::NotSent { .. } => Met::Nobody,
            CallError::Later { after_ms, .. } => Met::Trouble { asked_ms: *after_ms },
            _ => Met::Trouble { asked_ms: None },
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// As after so many failures in a row.
    pub(crate) fn after(failures: u32) -> Self {
        Self { failures }
    }

    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    pub(crate) fn failing(&self) -> bool {
        self.failures > 0
    }

    /// Milliseconds to wait after one more failure, where so many follow the portal that they spread over `spread_ms` to
    /// hear its news. What the portal asked for (`Retry-After`) is never cut short.
    pub(crate) fn next_ms(&mut self, met: Met, spread_ms: u32, chance: &dyn Chance) -> i64 {
        let crowd_ms = return_ms(spread_ms);
        let (shortest, longest, asked_ms) = match met {
            Met::Nobody => (FIRST_MS, LONGEST_OFFLINE_MS + crowd_ms, None),
            Met::Away => (crowd_ms, LONGEST_OFFLINE_MS + crowd_ms, None),
            Met::Trouble { asked_ms } => (crowd_ms, LONGEST_MS, asked_ms),
        };
        let limit =
            FIRST_MS.saturating_mul(1 << self.failures.min(20)).max(shortest).min(longest.min(LONGEST_MS));
        self.failures = self.failures.saturating_add(1);
        let jitter = (limit as f64 * chance.unit()) as i64;
        match asked_ms {
            Some(asked) => asked.max(0).saturating_add(jitter.min(FIRST_MS * 5)),
            None => jitter.max(FIRST_MS / 4),
        }
    }
}

/// Over how many milliseconds a crowd takes turns to come back.
fn return_ms(spread_ms: u32) -> i64 {
    i64::from(spread_ms) * RETURN_PER_SPREAD
}

/// `ms`, more or less by up to `part` of it.
pub(crate) fn around(ms: i64, part: f64, chance: &dyn Chance) -> i64 {
    (ms as f64 * (1.0 + part * (2.0 * chance.unit() - 1.0))) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(f64);

    impl Chance for Fixed {
        fn id(&self) -> String {
            String::new()
        }
        fn unit(&self) -> f64 {
            self.0
        }
    }

    const TROUBLE: Met = Met::Trouble { asked_ms: None };

    fn limits(met: Met, spread_ms: u32) -> Vec<i64> {
        let mut backoff = Backoff::default();
        (0..11).map(|_| (backoff.next_ms(met, spread_ms, &Fixed(0.999_999)) + 999) / 1000).collect()
    }

    #[test]
    fn the_limit_doubles_from_one_second_to_five_minutes() {
        assert_eq!(limits(TROUBLE, 0), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    #[test]
    fn where_nobody_answers_it_tries_again_within_half_a_minute() {
        assert_eq!(limits(Met::Nobody, 0), [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30]);
    }

    #[test]
    fn a_crowd_of_five_hundred_takes_turns_over_a_minute_and_a_half() {
        assert_eq!(limits(Met::Away, 1_000), [90, 90, 90, 90, 90, 90, 90, 120, 120, 120, 120]);
        assert_eq!(limits(TROUBLE, 1_000), [90, 90, 90, 90, 90, 90, 90, 128, 256, 300, 300]);
    }

    #[test]
    fn who_has_no_network_of_their_own_is_back_soon_also_in_a_crowd() {
        assert_eq!(limits(Met::Nobody, 1_000), [1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120]);
    }

    #[test]
    fn two_colleagues_come_back_to_their_portal_at_once() {
        assert_eq!(limits(Met::Away, 2), [1, 2, 4, 8, 16, 31, 31, 31, 31, 31, 31]);
    }

    #[test]
    fn a_portal_that_says_how_long_is_not_asked_sooner() {
        let mut backoff = Backoff::default();
        assert!(backoff.next_ms(Met::Trouble { asked_ms: Some(30_000) }, 0, &Fixed(0.0)) >= 30_000);
    }

    #[test]
    fn a_success_starts_over() {
        let mut backoff = Backoff::default();
        for _ in 0..9 {
            backoff.next_ms(TROUBLE, 0, &Fixed(0.5));
        }
        backoff.reset();
        assert_eq!(backoff.next_ms(TROUBLE, 0, &Fixed(0.5)), 500);
    }

    #[test]
    fn polling_spreads_over_a_fifth_to_both_sides() {
        assert_eq!(around(60_000, 0.2, &Fixed(0.0)), 48_000);
        assert_eq!(around(60_000, 0.2, &Fixed(0.5)), 60_000);
    }
}
