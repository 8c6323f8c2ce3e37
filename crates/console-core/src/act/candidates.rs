//! Who could take an item, or look at it from above.

use crate::engine::Engine;
use crate::queries::person_ref;
use crate::views::{Failure, PersonRef};
use postern_console_store::Lookup;
use postern_domain::{Action, Item, ItemId, Person, PersonId, Review, Role, eligible};
use std::collections::BTreeMap;

impl Engine {
    /// To whom all of these items could be brought, in the order of their names: the leads over them to escalate to,
    /// and for every other action those who could take them over.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn candidates(&self, ids: &[ItemId], action: Action) -> Result<Vec<PersonRef>, Failure> {
        let lookup = self.lookup().await?;
        let mut counts: BTreeMap<PersonId, usize> = BTreeMap::new();
        let mut items = 0;
        for id in ids {
            let Some(cached) = self.inner.cache.item(id).await? else { continue };
            items += 1;
            let able: Vec<&Person> = match action {
                Action::Escalate => leads(&cached.item, &lookup).collect(),
                _ => takers(&cached.item, &lookup).collect(),
            };
            for person in able {
                *counts.entry(person.id.clone()).or_default() += 1;
            }
        }
        let mut people: Vec<PersonRef> = counts
            .into_iter()
            .filter(|(_, count)| *count == items)
            .map(|(id, _)| person_ref(&id, &lookup))
            .collect();
        people.sort_by_key(|person| person.name.to_lowercase());
        Ok(people)
    }
}

/// Those who could take the item over: a seat of an open step at which they have none, or with none open, its ownership.
pub(super) fn takers<'a>(item: &'a Item, lookup: &'a Lookup) -> impl Iterator<Item = &'a Person> {
    let takes = move |review: &Review, person: &Person| takes(review, item, lookup, person);
    lookup.people().iter().filter(move |person| {
        if item.reviews.is_empty() {
            let roles = [Role::InternalOwner, Role::TeamLead];
            let has_it = item.owner.as_ref() == Some(&person.id);
            !has_it && !person.disabled && roles.iter().any(|role| person.holds(*role, item.place()))
        } else {
            item.reviews.iter().any(|review| takes(review, person))
        }
    })
}

/// Those who could take a seat of one open step and have none there.
pub(super) fn takers_of<'a>(
    review: &'a Review,
    item: &'a Item,
    lookup: &'a Lookup,
) -> impl Iterator<Item = &'a Person> {
    lookup.people().iter().filter(move |person| takes(review, item, lookup, person))
}

/// Team leads over the item.
pub(super) fn leads<'a>(item: &'a Item, lookup: &'a Lookup) -> impl Iterator<Item = &'a Person> {
    let has_it = item.escalation.as_ref().and_then(|escalation| escalation.to.as_ref());
    let leads = move |person: &&Person| {
        !person.disabled && Some(&person.id) != has_it && person.holds(Role::TeamLead, item.place())
    };
    lookup.people().iter().filter(leads)
}

fn takes(review: &Review, item: &Item, lookup: &Lookup, person: &Person) -> bool {
    let step = lookup.journey(item).and_then(|journey| journey.step(&review.step));
    !review.reviewers.contains(&person.id)
        && !review.decisions.iter().any(|decision| decision.by == person.id)
        && step.is_some_and(|(_, step)| eligible(step, item, lookup.people(), person).is_ok())
}
