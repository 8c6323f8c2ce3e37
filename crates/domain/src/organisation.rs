//! What rules know besides the item and its journey.

use crate::people::People;

/// The people and how they work.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    pub people: People,
}
