//! The seats of a review, and how many people they are.

use super::cover::{Cover, Question, cover};
use crate::ids::PersonId;
use crate::people::Person;
use crate::refusal::Denial;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One reviewer's seat, and who sits in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Seat {
    pub reviewer: PersonId,
    pub cover: Cover,
}

impl Seat {
    /// Who decides here: the reviewer, the deputy, or nobody.
    pub fn person(&self) -> Option<&PersonId> {
        match &self.cover {
            Cover::Present => Some(&self.reviewer),
            Cover::By { person, .. } => Some(person),
            Cover::Uncovered { .. } => None,
        }
    }
}

/// Every reviewer's seat at `at`, in the order of the reviewers.
pub fn seats(
    question: Question<'_>,
    reviewers: &[PersonId],
    at: Timestamp,
    eligible: impl Fn(&Person) -> Result<(), Denial>,
) -> Vec<Seat> {
    reviewers
        .iter()
        .map(|reviewer| Seat { reviewer: reviewer.clone(), cover: cover(question, reviewer, at, &eligible) })
        .collect()
}

/// The people in the seats, each once: a quorum counts people, and a deputy in two seats is one.
pub fn distinct_people(seats: &[Seat]) -> BTreeSet<&PersonId> {
    seats.iter().filter_map(Seat::person).collect()
}
