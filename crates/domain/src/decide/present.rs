//! To whom something is brought that is nobody's turn: an escalation, an exception. Whoever is away is not asked; their
//! deputy is, or the next.

use super::deciders::{LEADS, nearest};
use super::opening::Opening;
use crate::absence::{Cover, Question, Work, cover};
use crate::command::Action;
use crate::ids::PersonId;
use crate::people::{Person, Role};
use crate::permission::permits_place;
use std::collections::BTreeSet;

/// What somebody decides is not asked here, so that nobody's own work bars them.
static NOBODY: BTreeSet<PersonId> = BTreeSet::new();

impl Opening<'_> {
    /// `id`, or, while they are away, the deputy who stands in for them and may do `action` there; none where nobody does.
    pub fn present(&self, id: &PersonId, action: Action) -> Option<PersonId> {
        let question = Question {
            absences: &self.organisation.absences,
            people: &self.organisation.people,
            work: Work { place: self.item.place(), amount: self.journey.amount(self.item) },
            barred: &NOBODY,
        };
        let takes = |deputy: &Person| permits_place(deputy, action, self.item.place());
        match cover(question, id, self.now, takes) {
            Cover::Present => Some(id.clone()),
            Cover::By { person, .. } => Some(person),
            Cover::Uncovered { .. } => None,
        }
    }

    /// The team lead over the item to whom it falls: one who is there, another than `not` where there is one; else the
    /// deputy of one who is away.
    pub fn lead(&self, not: Option<&PersonId>) -> Option<PersonId> {
        let people = &self.organisation.people;
        let over_it = |person: &&Person| person.holds(Role::TeamLead, self.item.place());
        let leads = || people.staff_with(LEADS).filter(over_it);
        let others = leads().filter(|person| Some(&person.id) != not);
        self.first_present(others, Action::Escalate).or_else(|| self.first_present(leads(), Action::Escalate))
    }

    /// The nearest of these people who is there, else the first deputy of one of them.
    pub fn first_present<'b>(
        &self,
        people: impl Iterator<Item = &'b Person>,
        action: Action,
    ) -> Option<PersonId> {
        let people = nearest(self.item, people, usize::MAX);
        let is_there = |id: &&PersonId| self.organisation.absences.absent_at(id, self.now).is_none();
        let there = people.iter().find(is_there).cloned();
        there.or_else(|| people.iter().find_map(|id| self.present(id, action)))
    }
}
