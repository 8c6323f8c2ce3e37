//! What a person does: predicted at once, durable at once, held for a moment, sent when it can be.

pub(crate) mod form;

use crate::engine::Engine;
use crate::failure::failure;
use crate::queries::{NOT_KEPT, person_ref};
use crate::views::{ActItemResult, ActResult, Failure, FailureCode, PersonRef, Request, Target};
use form::form;
use postern_console_store::{Lookup, NewCommand, Predicted, predict};
use postern_domain::explain;
use postern_domain::{CommandId, Item, ItemId, Person, PersonId, Refusal, Review, Role, Seen, eligible};
use std::collections::{BTreeMap, HashMap};

/// How long an action is held so that it can be undone, in milliseconds.
const HOLD_MS: i64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActOptions {
    /// How long the action is held before it may be sent, in milliseconds. 0: it cannot be undone.
    pub hold_ms: i64,
}

impl Default for ActOptions {
    fn default() -> Self {
        Self { hold_ms: HOLD_MS }
    }
}

impl Engine {
    /// Gives one command for each target. Those that a rule refuses here are told and not given; the others are on the
    /// disk when this returns, and shown as done.
    ///
    /// # Errors
    /// [`FailureCode::SignedOut`] or [`FailureCode::Cache`]; then nothing was given.
    pub async fn act(
        &self,
        targets: &[Target],
        request: &Request,
        options: ActOptions,
    ) -> Result<ActResult, Failure> {
        self.require_identity().await?;
        let lookup = self.lookup().await?;
        let now = self.device_now();
        let held_until = now.plus_ms(options.hold_ms);
        let batch = self.inner.deps.chance.id();
        let seen: HashMap<&ItemId, Option<&Seen>> =
            targets.iter().map(|target| (&target.id, target.seen.as_ref())).collect();
        let ids: Vec<ItemId> = unique(targets);
        let mut results = Vec::with_capacity(ids.len());
        let chance = &self.inner.deps.chance;
        self.inner
            .cache
            .enqueue(&batch, &ids, now, held_until, |id, item| {
                let Some(item) = item else {
                    results.push(self.gone(id));
                    return None;
                };
                let seen = seen.get(id).copied().flatten();
                let command = form(request, item, seen, &lookup, chance.as_ref());
                let command_id = CommandId(chance.id());
                let predicted = predict(Some(item), id, &command, &command_id, now, &lookup);
                let give = matches!(predicted, Ok(Predicted::Changed { .. }));
                results.push(result(item, predicted, &lookup));
                give.then(|| NewCommand {
                    id: command_id,
                    item: id.clone(),
                    command,
                    seen: Some(Box::new(item.clone())),
                })
            })
            .await?;
        let changed =
            results.iter().filter(|result| result.accepted).map(|result| result.id.clone()).collect();
        self.want_content(request).await?;
        self.changed(changed);
        self.recount().await;
        self.inner.wake.notify_one();
        Ok(ActResult { batch, results, undo_until: held_until })
    }

    /// What [`Engine::act`] would come to, without doing it.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn predict(
        &self,
        targets: &[Target],
        request: &Request,
    ) -> Result<Vec<ActItemResult>, Failure> {
        let lookup = self.lookup().await?;
        let now = self.device_now();
        let mut results = Vec::with_capacity(targets.len());
        for target in targets {
            let Some(cached) = self.inner.cache.item(&target.id).await? else {
                results.push(self.gone(&target.id));
                continue;
            };
            let chance = self.inner.deps.chance.as_ref();
            let command = form(request, &cached.item, target.seen.as_ref(), &lookup, chance);
            let predicted = predict(
                Some(&cached.item),
                &target.id,
                &command,
                &CommandId::new("prediction"),
                now,
                &lookup,
            );
            results.push(result(&cached.item, predicted, &lookup));
        }
        Ok(results)
    }

    /// Takes a whole action back, as long as it is held.
    ///
    /// # Errors
    /// [`FailureCode::Refused`], when it is on its way already.
    pub async fn undo(&self, batch: &str) -> Result<Vec<ItemId>, Failure> {
        let items = self.inner.cache.undo(batch, self.device_now()).await?;
        if items.is_empty() {
            return Err(failure(
                FailureCode::Refused,
                "It is too late to undo this: it has been sent. Nothing was changed.",
            ));
        }
        self.changed(items.clone());
        self.recount().await;
        Ok(items)
    }

    /// Gives a refused or quarantined command anew, for the item as it is now; makes one that waits go at once, also one
    /// that had lain for so long that its author was asked. A
    /// conflict is not retried: its author looks at the item and decides again.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Refused`] with the reason.
    pub async fn retry(&self, command: &CommandId) -> Result<(), Failure> {
        use postern_protocol::Outcome;
        let row = self.outbox_row(command).await?;
        match &row.outcome {
            None => {
                if row.stale {
                    self.inner.cache.confirm(command, self.device_now()).await?;
                    self.changed(vec![row.item]);
                    self.recount().await;
                }
                self.upload_again(&row.command).await?;
                self.nudge();
                Ok(())
            }
            Some(Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. }) => Ok(()),
            Some(Outcome::Conflict { .. }) => Err(failure(
                FailureCode::Refused,
                "Somebody changed this after you looked at it. Open it, look at what is there now, and decide again.",
            )),
            Some(Outcome::NotUnderstood { .. }) => Err(failure(
                FailureCode::Refused,
                "It may have been done. Look at the item, then discard this line, or do it anew.",
            )),
            Some(Outcome::Refused { .. } | Outcome::Quarantined { .. }) => {
                let request = form::request_of(&row.command).ok_or_else(|| {
                    failure(
                        FailureCode::Refused,
                        "This change cannot be repeated; discard it and do it anew.",
                    )
                })?;
                let target = Target { id: row.item.clone(), seen: None };
                let refused = self.predict(std::slice::from_ref(&target), &request).await?;
                if let Some(refused) = refused.into_iter().find(|result| !result.accepted) {
                    return Err(failure(FailureCode::Refused, refused.message));
                }
                // The new one first: a crash in between leaves both, and loses neither.
                self.act(&[target], &request, ActOptions { hold_ms: 0 }).await?;
                self.inner.cache.put_away(command, self.device_now()).await?;
                self.nudge();
                Ok(())
            }
        }
    }

    /// Gives a change up: one that was never sent, or one whose refusal or conflict was read. The journal keeps it.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Refused`] when it is on its way.
    pub async fn discard(&self, command: &CommandId) -> Result<(), Failure> {
        let row = self.outbox_row(command).await?;
        if !self.inner.cache.put_away(command, self.device_now()).await? {
            return Err(failure(
                FailureCode::Refused,
                "This change is on its way to the portal and cannot be taken back any more.",
            ));
        }
        self.changed(vec![row.item]);
        self.recount().await;
        self.inner.wake.notify_one();
        Ok(())
    }

    /// Who could take all of these items, in the order of their names.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn candidates(&self, ids: &[ItemId]) -> Result<Vec<PersonRef>, Failure> {
        let lookup = self.lookup().await?;
        let mut counts: BTreeMap<PersonId, usize> = BTreeMap::new();
        let mut items = 0;
        for id in ids {
            let Some(cached) = self.inner.cache.item(id).await? else { continue };
            items += 1;
            for person in takers(&cached.item, &lookup) {
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

    async fn outbox_row(&self, command: &CommandId) -> Result<postern_console_store::OutboxRow, Failure> {
        self.inner
            .cache
            .outbox_row(command, self.device_now())
            .await?
            .ok_or_else(|| failure(FailureCode::NotFound, "This change is not in the outbox any more."))
    }

    fn gone(&self, id: &ItemId) -> ActItemResult {
        let visited = self.inner.visited.get(id);
        let (reference, message) = match visited {
            Some((item, _)) => (item.reference, NOT_KEPT),
            None => (String::new(), "This item is not in sight any more."),
        };
        ActItemResult { id: id.clone(), reference, accepted: false, message: message.to_owned() }
    }

    async fn require_identity(&self) -> Result<(), Failure> {
        let meta = self.inner.cache.meta().await?;
        if meta.person.is_none() {
            return Err(failure(FailureCode::SignedOut, "Sign in first."));
        }
        if self.current().is_ok() {
            self.console_of(&meta)?;
        }
        Ok(())
    }
}

/// Those who could take the item over: an open step, or with none open, its ownership.
pub(crate) fn takers<'a>(item: &'a Item, lookup: &'a Lookup) -> impl Iterator<Item = &'a Person> {
    let people = lookup.people();
    let takes = move |review: &Review, person: &Person| {
        let step = lookup.journey(item).and_then(|journey| journey.step(&review.step));
        !review.decisions.iter().any(|decision| decision.by == person.id)
            && step.is_some_and(|(_, step)| eligible(step, item, people, person).is_ok())
    };
    people.iter().filter(move |person| {
        if item.reviews.is_empty() {
            [Role::InternalOwner, Role::TeamLead].iter().any(|role| person.holds(*role, item.place()))
        } else {
            item.reviews.iter().any(|review| takes(review, person))
        }
    })
}

fn unique(targets: &[Target]) -> Vec<ItemId> {
    let mut ids = std::collections::HashSet::new();
    targets.iter().filter(|target| ids.insert(&target.id)).map(|target| target.id.clone()).collect()
}

fn result(item: &Item, predicted: Result<Predicted, Refusal>, lookup: &Lookup) -> ActItemResult {
    let (accepted, message) = match predicted {
        Ok(Predicted::Changed { item, .. }) => (true, explain::next_sentence(&item, lookup)),
        Ok(Predicted::Unchanged(why)) => (true, explain::satisfied(why)),
        Err(refusal) => (false, explain::refusal(&refusal, lookup)),
    };
    ActItemResult { id: item.id.clone(), reference: item.reference.clone(), accepted, message }
}
