//! What a person does: predicted at once, durable at once, held for a moment, sent when it can be.

mod candidates;
mod edits;
mod form;
mod new_item;
pub(crate) mod samples;

use crate::engine::Engine;
use crate::failure::failure;
use crate::queries::NOT_KEPT;
use crate::views::{ActItemResult, ActResult, Failure, FailureCode, Request, Target};
use form::form;
use postern_console_store::{Lookup, NewCommand, OutboxRow, Predicted, predict};
use postern_domain::explain;
use postern_domain::{Command, CommandId, Item, ItemId, Refusal, Seen};
use std::collections::HashMap;

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
        if let Request::Submit(draft) = request {
            return self.submit(draft, options).await;
        }
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
                results.push(result_on(item, &command, predicted, &lookup));
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
        if let Request::Submit(draft) = request {
            return Ok(vec![self.predict_submit(draft).await?]);
        }
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
            results.push(result_on(&cached.item, &command, predicted, &lookup));
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

    /// Gives a refused or quarantined command anew, bound to what its author saw then: where that is another by now, the
    /// author decides again. Makes one that waits go at once, also one that had lain for so long that its author was
    /// asked. A conflict is not retried: its author looks at the item and decides again.
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
                self.sync_soon();
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
                if self.is_handed_on(&row).await? {
                    return Err(failure(
                        FailureCode::Refused,
                        "It was handed on after you looked. Look at who has it now, and decide again.",
                    ));
                }
                let target = Target { id: row.item.clone(), seen: form::seen_by(&row.command).cloned() };
                let refused = self.predict(std::slice::from_ref(&target), &request).await?;
                if let Some(refused) = refused.into_iter().find(|result| !result.accepted) {
                    return Err(failure(FailureCode::Refused, refused.message));
                }
                // The new one first: a crash in between leaves both, and loses neither.
                self.act(&[target], &request, ActOptions { hold_ms: 0 }).await?;
                self.inner.cache.put_away(command, self.device_now()).await?;
                self.sync_soon();
                Ok(())
            }
        }
    }

    /// Whether a command is about an assignment that is another by now.
    async fn is_handed_on(&self, row: &OutboxRow) -> Result<bool, Failure> {
        let Some(version) = form::assignment_of(&row.command) else { return Ok(false) };
        let cached = self.inner.cache.item(&row.item).await?;
        Ok(cached.is_some_and(|cached| cached.item.assignment_version != version))
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

    async fn outbox_row(&self, command: &CommandId) -> Result<OutboxRow, Failure> {
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
        let (accepted, message) = (false, message.to_owned());
        let (problems, effects) = (Vec::new(), Vec::new());
        ActItemResult { id: id.clone(), reference, accepted, message, problems, effects }
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

fn unique(targets: &[Target]) -> Vec<ItemId> {
    let mut ids = std::collections::HashSet::new();
    targets.iter().filter(|target| ids.insert(&target.id)).map(|target| target.id.clone()).collect()
}

/// What a command on an item comes to, with what it does to a form and to what was decided.
fn result_on(
    item: &Item,
    command: &Command,
    predicted: Result<Predicted, Refusal>,
    lookup: &Lookup,
) -> ActItemResult {
    let problems = edits::problems(command, item, lookup);
    let result = result(&item.id, &item.reference, Some(item), predicted, lookup);
    ActItemResult { problems, ..result }
}

fn result(
    id: &ItemId,
    reference: &str,
    before: Option<&Item>,
    predicted: Result<Predicted, Refusal>,
    lookup: &Lookup,
) -> ActItemResult {
    let (accepted, message, effects) = match predicted {
        Ok(Predicted::Changed { item, events }) => {
            let effects =
                before.map_or_else(Vec::new, |before| edits::effects(before, &item, &events, lookup));
            (true, explain::next_sentence(&item, lookup), effects)
        }
        Ok(Predicted::Unchanged(why)) => (true, explain::satisfied(why), Vec::new()),
        Err(refusal) => (false, explain::refusal(&refusal, lookup), Vec::new()),
    };
    let reference = reference.to_owned();
    ActItemResult { id: id.clone(), reference, accepted, message, problems: Vec::new(), effects }
}
