//! Commands that came to nothing: given anew, decided again on what is there now, or given up.

use super::ActOptions;
use super::form;
use crate::engine::Engine;
use crate::failure::failure;
use crate::views::{ActItemResult, ActResult, Failure, FailureCode, Request, Target};
use postern_console_store::{Lookup, OutboxRow};
use postern_domain::{Action, Command, CommandId, Item, Seen};
use postern_protocol::Outcome;

impl Engine {
    /// Gives a refused or quarantined command anew, bound to what its author saw then: where that is another by now, the
    /// author decides again. Makes one that waits go at once, also one that had lain for so long that its author was
    /// asked. A conflict is not retried: see [`Engine::decide_again`].
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Refused`] with the reason.
    pub async fn retry(&self, command: &CommandId) -> Result<(), Failure> {
        let row = self.outbox_row(command).await?;
        match &row.outcome {
            None => {
                if row.stale || row.unanswered {
                    self.inner.cache.confirm(command, self.device_now()).await?;
                    self.changed(vec![row.item]);
                    self.recount().await;
                }
                self.upload_again(&row.command).await?;
            }
            Some(Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. }) => return Ok(()),
            Some(Outcome::Conflict { .. }) => {
                return Err(refused(
                    "Somebody changed this after you looked at it. Look at what is there now, and decide again.",
                ));
            }
            Some(Outcome::NotUnderstood { .. }) => {
                return Err(refused(
                    "It may have been done. Look at the item, then discard this line, or do it anew.",
                ));
            }
            Some(Outcome::Refused { .. } | Outcome::Quarantined { .. }) => {
                if self.is_handed_on(&row).await? {
                    return Err(refused(
                        "It was handed on after you looked. Look at who has it now, and decide again.",
                    ));
                }
                let request = repeated(&row.command)?;
                let seen = form::seen_by(&row.command).cloned();
                self.give_again(&row, &request, seen, ActOptions { hold_ms: 0 }).await?;
            }
        }
        self.sync_soon();
        Ok(())
    }

    /// Gives a command that came to nothing anew, on what is there now: `seen` is what its author has looked at since.
    /// It takes the other's place in the same transaction.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Refused`] with the reason.
    pub async fn decide_again(
        &self,
        command: &CommandId,
        seen: Seen,
        options: ActOptions,
    ) -> Result<ActResult, Failure> {
        let row = self.outbox_row(command).await?;
        if !matches!(row.outcome, Some(Outcome::Conflict { .. } | Outcome::Refused { .. })) {
            return Err(refused("There is nothing to decide again: this change was not refused."));
        }
        let request = anew(&row.command)?;
        self.give_again(&row, &request, Some(seen), options).await
    }

    async fn give_again(
        &self,
        row: &OutboxRow,
        request: &Request,
        seen: Option<Seen>,
        options: ActOptions,
    ) -> Result<ActResult, Failure> {
        let targets = [Target { id: row.item.clone(), seen }];
        let given = self.give(&targets, request, options, Some(&row.id)).await?;
        match given.results.iter().find(|result| !result.accepted) {
            Some(not) => return Err(failure(FailureCode::Refused, not.message.clone())),
            // It is so already.
            None if self.inner.cache.outbox_batch(&given.batch).await?.is_empty() => {
                self.discard(&row.id).await?;
            }
            None => {}
        }
        Ok(given)
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
            return Err(refused(
                "This change is on its way to the portal and cannot be taken back any more.",
            ));
        }
        self.changed(vec![row.item]);
        self.recount().await;
        self.drop_unnamed_content().await;
        self.inner.wake.notify_one();
        Ok(())
    }

    async fn outbox_row(&self, command: &CommandId) -> Result<OutboxRow, Failure> {
        let found = self.inner.cache.outbox_row(command, self.device_now()).await?;
        found
            .filter(|row| !row.superseded)
            .ok_or_else(|| failure(FailureCode::NotFound, "This change is not in the outbox any more."))
    }

    /// What [`Engine::decide_again`] would come to on this state of the item.
    pub(crate) fn predict_again(&self, row: &OutboxRow, current: &Item, lookup: &Lookup) -> ActItemResult {
        let now = self.device_now();
        let chance = self.inner.deps.chance.as_ref();
        match anew(&row.command) {
            Ok(request) => super::predicted(current, &request, None, now, lookup, chance),
            Err(failure) => ActItemResult {
                id: row.item.clone(),
                reference: current.reference.clone(),
                accepted: false,
                message: failure.message,
                problems: Vec::new(),
                effects: Vec::new(),
                seen: None,
            },
        }
    }
}

/// Which of the commands that came to nothing on its item a new one is given instead of: the one that its author names,
/// and what it settles anyway.
pub(super) fn superseded(new: &Command, failed: &[OutboxRow], named: Option<&CommandId>) -> Vec<CommandId> {
    let settled = failed.iter().filter(|row| settles(new, row)).map(|row| &row.id);
    let mut superseded: Vec<CommandId> = named.into_iter().chain(settled).cloned().collect();
    superseded.dedup();
    superseded
}

/// Whether giving `new` says what is to become of a command that came to nothing. What may have been done all the same
/// its author looks at.
fn settles(new: &Command, old: &OutboxRow) -> bool {
    if !matches!(old.outcome, Some(Outcome::Conflict { .. } | Outcome::Refused { .. })) {
        return false;
    }
    match (new, &old.command) {
        // Each of these says something of its own.
        (Command::Comment { .. } | Command::AttachVersion { .. } | Command::SetFields { .. }, _) => false,
        (new, old) if is_decision(new) => is_decision(old),
        (new, old) => new.action() == old.action(),
    }
}

fn is_decision(command: &Command) -> bool {
    matches!(command.action(), Action::Approve | Action::RequestChanges | Action::Override)
}

fn repeated(command: &Command) -> Result<Request, Failure> {
    form::request_of(command)
        .ok_or_else(|| refused("This change cannot be repeated; discard it and do it anew."))
}

/// The same wish on what is there now: the step is the one that is open now.
fn anew(command: &Command) -> Result<Request, Failure> {
    Ok(match repeated(command)? {
        Request::Override { reason, outputs, .. } => Request::Override { reason, outputs, step: None },
        request => request,
    })
}

fn refused(why: &str) -> Failure {
    failure(FailureCode::Refused, why)
}
