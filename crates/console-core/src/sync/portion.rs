//! How much goes over the line in one piece. What does not come whole is asked for again in a smaller one: on a line that
//! carries so little that a large piece never ends in time, small ones do.

/// However bad the line is, a piece holds at least so many.
const LEAST: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Portion {
    /// How often it was halved.
    halved: u32,
}

impl Portion {
    /// So many now, where there may be `most`.
    pub fn of(&self, most: usize) -> usize {
        (most >> self.halved).max(LEAST.min(most))
    }

    /// A piece came whole, or arrived: the next one may be larger.
    pub fn came(&mut self) {
        self.halved = self.halved.saturating_sub(1);
    }

    /// A piece got lost, or took too long.
    pub fn was_lost(&mut self) {
        self.halved = (self.halved + 1).min(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gets_lost_is_asked_for_in_smaller_pieces_until_they_come() {
        let mut portion = Portion::default();
        assert_eq!(portion.of(500), 500);
        for _ in 0..100 {
            portion.was_lost();
        }
        assert_eq!((portion.of(500), portion.of(2)), (LEAST, 2));
        for _ in 0..8 {
            portion.came();
        }
        assert_eq!(portion.of(500), 500);
    }
}
