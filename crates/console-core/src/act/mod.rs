//! What a person does: predicted at once, durable at once, held for a moment, sent when it can be.

mod again;
mod candidates;
mod edits;
mod form;
mod new_item;
pub(crate) mod samples;

use crate::deps::Chance;
use crate::engine::Engine;
use crate::failure::failure;
use crate::queries::NOT_KEPT;
use crate::views::{ActItemResult, ActResult, Failure, FailureCode, Request, Target};
use form::form;
use postern_console_store::{Lookup, NewCommand, Predicted, predict};
use postern_domain::explain;
use postern_domain::{Command, CommandId, Item, ItemId, PersonId, Refusal, Seen, Timestamp};
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
        self.give(targets, request, options, None).await
    }

    /// As [`Engine::act`]; `instead_of` is a command of mine that came to nothing.
    async fn give(
        &self,
        targets: &[Target],
        request: &Request,
        options: ActOptions,
        instead_of: Option<&CommandId>,
    ) -> Result<ActResult, Failure> {
        let author = self.require_identity().await?;
        if let Request::Submit(draft) = request {
            return self.submit(&author, draft, options, instead_of).await;
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
            .enqueue(&author, &batch, &ids, now, held_until, |id, item, failed| {
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
                    instead_of: again::superseded(&command, failed, instead_of),
                    command,
                    seen: Some(Box::new(item.clone())),
                })
            })
            .await?;
        let changed =
            results.iter().filter(|result| result.accepted).map(|result| result.id.clone()).collect();
        self.want_content(request).await?;
        if let Request::AttachVersion { sha256, .. } = request
            && results.iter().all(|result| !result.accepted)
        {
            self.inner.cache.content_is_put_back(sha256).await?;
            self.drop_unnamed_content().await;
        }
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
            results.push(predicted(&cached.item, request, target.seen.as_ref(), now, &lookup, chance));
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
        self.drop_unnamed_content().await;
        Ok(items)
    }

    fn gone(&self, id: &ItemId) -> ActItemResult {
        let visited = self.inner.visited.get(id);
        let (reference, message) = match visited {
            Some((item, _)) => (item.reference, NOT_KEPT),
            None => (String::new(), "This item is not in sight any more."),
        };
        let (accepted, message) = (false, message.to_owned());
        let (problems, effects, seen) = (Vec::new(), Vec::new(), None);
        ActItemResult { id: id.clone(), reference, accepted, message, problems, effects, seen }
    }

    /// Whose commands are given here.
    async fn require_identity(&self) -> Result<PersonId, Failure> {
        let meta = self.inner.cache.meta().await?;
        if meta.person.is_some() && self.current().is_ok() {
            self.console_of(&meta)?;
        }
        meta.person.ok_or_else(|| failure(FailureCode::SignedOut, "Sign in first."))
    }
}

fn unique(targets: &[Target]) -> Vec<ItemId> {
    let mut ids = std::collections::HashSet::new();
    targets.iter().filter(|target| ids.insert(&target.id)).map(|target| target.id.clone()).collect()
}

/// What a request would come to on an item.
fn predicted(
    item: &Item,
    request: &Request,
    seen: Option<&Seen>,
    now: Timestamp,
    lookup: &Lookup,
    chance: &dyn Chance,
) -> ActItemResult {
    let command = form(request, item, seen, lookup, chance);
    let sample = CommandId::new("prediction");
    result_on(item, &command, predict(Some(item), &item.id, &command, &sample, now, lookup), lookup)
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
    let seen = before.map(|before| lookup.seen(before));
    ActItemResult { id: id.clone(), reference, accepted, message, problems: Vec::new(), effects, seen }
}
