//! How much goes at once: little where the network is slow, so that no part outlasts the time that a request has.

/// Takes half a minute at 56 kbit/s.
const FIRST: u64 = 256 * 1024;
const SMALLEST: u64 = 16 * 1024;
const LARGEST: u64 = 4 * 1024 * 1024;
/// A part that took no longer, in milliseconds, is followed by one twice as large.
const QUICK_MS: i64 = 4_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PartSize(u64);

impl PartSize {
    /// After so many failures in a row.
    pub fn after(failures: u32) -> Self {
        Self((FIRST >> failures.min(10)).max(SMALLEST))
    }

    pub fn bytes(self) -> u64 {
        self.0
    }

    pub fn went_in(self, took_ms: i64) -> Self {
        if took_ms <= QUICK_MS { Self((self.0 * 2).min(LARGEST)) } else { self }
    }

    /// The next smaller one; none below the smallest.
    pub fn smaller(self) -> Option<Self> {
        (self.0 > SMALLEST).then(|| Self((self.0 / 2).max(SMALLEST)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_where_the_network_is_quick_and_shrink_after_failures() {
        assert_eq!(PartSize::after(0).went_in(100).bytes(), 512 * 1024);
        assert_eq!(PartSize::after(0).went_in(30_000).bytes(), FIRST);
        assert_eq!(PartSize::after(2).bytes(), 64 * 1024);
        assert_eq!(PartSize::after(99).bytes(), SMALLEST);
        assert_eq!((0..9).fold(PartSize::after(0), |size, _| size.went_in(0)).bytes(), LARGEST);
        assert_eq!(PartSize(20 * 1024).smaller(), Some(PartSize(SMALLEST)));
        assert_eq!(PartSize(SMALLEST).smaller(), None);
    }
}
