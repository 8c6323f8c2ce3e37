//! Hand-overs that come to nothing: in a circle, or through too many.

use super::cover::MAX_CHAIN;
use super::region::{WorkRegion, split_all};
use super::registry::Absences;
use crate::ids::PersonId;
use crate::people::People;
use crate::time::Timestamp;

/// A chain of hand-overs with which some work comes to nothing, and from when to when the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeadEnd {
    /// In the order of the hand-overs. In a circle the last is one of those before.
    pub people: Vec<PersonId>,
    pub circle: bool,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// The dead ends of the work of `person` in `[from, until)`, in the order of time, each chain once.
///
/// Every possible work is followed at once: at each person it is divided by their delegations, so that a circle is found
/// exactly when there is some work and some instant for which cover comes to it.
pub(super) fn dead_ends(
    absences: &Absences,
    people: &People,
    person: &PersonId,
    from: Timestamp,
    until: Timestamp,
) -> Vec<DeadEnd> {
    let mut search = Search { absences, people, found: Vec::new() };
    search.follow(person, &[WorkRegion::everything()], from, until, &mut Vec::new());
    search.found.sort_by_key(|dead_end| dead_end.from);
    search.found
}

struct Search<'a> {
    absences: &'a Absences,
    people: &'a People,
    found: Vec<DeadEnd>,
}

impl Search<'_> {
    /// `work` comes to `person` from the last in `via`, in `[from, until)`.
    fn follow(
        &mut self,
        person: &PersonId,
        work: &[WorkRegion],
        from: Timestamp,
        until: Timestamp,
        via: &mut Vec<PersonId>,
    ) {
        if via.contains(person) {
            self.ends(person, true, from, until, via);
            return;
        }
        if self.people.get(person).is_none_or(|person| person.disabled) {
            return;
        }
        let mut from = from;
        while from < until {
            let next = self.absences.next_boundary_of(person, from).map_or(until, |next| next.min(until));
            if let Some(absence) = self.absences.absent_at(person, from) {
                if via.len() == MAX_CHAIN {
                    self.ends(person, false, from, next, via);
                } else {
                    via.push(person.clone());
                    let mut work = work.to_vec();
                    for delegation in &absence.delegations {
                        let (taken, left) = split_all(&work, &delegation.scope);
                        if !taken.is_empty() {
                            self.follow(&delegation.to, &taken, from, next, via);
                        }
                        work = left;
                    }
                    via.pop();
                }
            }
            from = next;
        }
    }

    fn ends(&mut self, person: &PersonId, circle: bool, from: Timestamp, until: Timestamp, via: &[PersonId]) {
        let people: Vec<PersonId> = via.iter().chain([person]).cloned().collect();
        match self.found.iter_mut().find(|known| known.people == people) {
            Some(known) if from < known.from => (known.from, known.until) = (from, until),
            Some(_) => {}
            None => self.found.push(DeadEnd { people, circle, from, until }),
        }
    }
}
