//! Who gets this when: cover over a stretch of time.

use super::cover::{Cover, Question};
use super::seats::{Seat, seats};
use crate::ids::PersonId;
use crate::people::Person;
use crate::refusal::Denial;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The same cover at every instant of `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CoverageSpan {
    pub from: Timestamp,
    pub until: Timestamp,
    pub cover: Cover,
}

/// The same people in all the seats at every instant of `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SeatsSpan {
    pub from: Timestamp,
    pub until: Timestamp,
    pub seats: Vec<Seat>,
}

/// The cover of `person` over `[from, until)`: spans in order that leave nothing out. A new one begins wherever somebody
/// on the chain leaves or comes back, also where that changes nothing in the end. Empty when nothing lies between.
pub fn simulate(
    question: Question<'_>,
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
    eligible: impl Fn(&Person) -> Result<(), Denial>,
) -> Vec<CoverageSpan> {
    let reviewers = std::slice::from_ref(person);
    simulate_seats(question, reviewers, from, until, eligible)
        .into_iter()
        .flat_map(|span| {
            let (from, until) = (span.from, span.until);
            span.seats.into_iter().map(move |seat| CoverageSpan { from, until, cover: seat.cover })
        })
        .collect()
}

/// The same for a group, for example the reviewers of a review: where [`super::distinct_people`] are fewer than the
/// quorum, it cannot be met.
pub fn simulate_seats(
    question: Question<'_>,
    reviewers: &[PersonId],
    from: Timestamp,
    until: Timestamp,
    eligible: impl Fn(&Person) -> Result<(), Denial>,
) -> Vec<SeatsSpan> {
    let mut spans = Vec::new();
    let mut from = from;
    while from < until {
        let seats = seats(question, reviewers, from, &eligible);
        let next = seats
            .iter()
            .flat_map(|seat| seat.cover.people(&seat.reviewer))
            .filter_map(|person| question.absences.next_boundary_of(person, from))
            .fold(until, Timestamp::min);
        spans.push(SeatsSpan { from, until: next, seats });
        from = next;
    }
    spans
}
