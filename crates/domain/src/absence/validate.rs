//! What no absence may be saved with.

use super::record::{Absence, AbsenceProblem};
use super::registry::Absences;
use crate::people::People;

/// The longest note, in bytes.
pub const MAX_NOTE: usize = 2_000;
/// The most delegations of one absence.
pub const MAX_DELEGATIONS: usize = 20;

impl Absences {
    /// Why `new` must not be saved beside these absences; empty when it may be.
    pub fn validate(&self, new: &Absence, people: &People) -> Vec<AbsenceProblem> {
        let mut problems = Vec::new();
        if people.get(&new.person).is_none() {
            problems.push(AbsenceProblem::UnknownPerson);
        }
        if let Some(saved) = self.get(&new.id).filter(|saved| saved.person != new.person) {
            problems.push(AbsenceProblem::BelongsToAnother { person: saved.person.clone() });
        }
        problems.extend(new.window().err());
        problems.extend(too_much(new));
        for (delegation, index) in new.delegations.iter().zip(0_u32..) {
            if delegation.to == new.person {
                problems.push(AbsenceProblem::DelegatesToSelf { delegation: index });
            } else if people.get(&delegation.to).is_none() {
                let to = delegation.to.clone();
                problems.push(AbsenceProblem::DelegateUnknown { delegation: index, to });
            }
            if delegation.scope.amount_up_to.is_some_and(|limit| limit < 0) {
                problems.push(AbsenceProblem::NegativeAmount { delegation: index });
            }
        }
        problems
    }
}

fn too_much(new: &Absence) -> impl Iterator<Item = AbsenceProblem> {
    let number = |length| u32::try_from(length).unwrap_or(u32::MAX);
    let (count, length) = (new.delegations.len(), new.note.len());
    let delegations = (count > MAX_DELEGATIONS)
        .then(|| AbsenceProblem::TooManyDelegations { count: number(count), limit: number(MAX_DELEGATIONS) });
    let note = (length > MAX_NOTE)
        .then(|| AbsenceProblem::NoteTooLong { length: number(length), limit: number(MAX_NOTE) });
    delegations.into_iter().chain(note)
}
