//! The outbox, line by line, and what became of a command.

use super::differences::differences;
use super::item::since;
use crate::engine::Engine;
use crate::files::{progress, upload_of, upload_view};
use crate::views::{ConflictView, Failure, JournalEnd, JournalLine, OutboxLine, OutboxState};
use postern_console_store::{JournalRow, Lookup, OutboxRow, Upload};
use postern_domain::explain;
use postern_domain::{CommandId, Item, ItemId, Timestamp};
use postern_protocol::Outcome;
use serde::{Deserialize, Serialize};

/// How a command stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Settlement {
    /// Not confirmed yet; it stays in the outbox.
    Pending {
        why: String,
    },
    Applied,
    AlreadySatisfied {
        why: String,
    },
    Refused {
        why: String,
    },
    Conflict {
        why: String,
    },
    Quarantined {
        why: String,
    },
    /// Given up before it was sent.
    Discarded,
}

impl Engine {
    /// Every change of mine that is not confirmed or that needs me, in the order in which it was made.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn outbox(&self) -> Result<Vec<OutboxLine>, Failure> {
        let rows = self.inner.cache.outbox(self.device_now()).await?;
        let lookup = self.lookup().await?;
        self.outbox_lines(&rows, &lookup).await
    }

    /// The commands of one action that are in the outbox still, with the item of each.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn commands_of(&self, batch: &str) -> Result<Vec<(ItemId, CommandId)>, Failure> {
        Ok(self.inner.cache.outbox_batch(batch).await?)
    }

    /// What became of my changes that left the outbox, the last one first: at most `limit`, of the last thirty days.
    ///
    /// # Errors
    /// [`crate::FailureCode::Cache`].
    pub async fn journal(&self, limit: u32) -> Result<Vec<JournalLine>, Failure> {
        let lookup = &*self.lookup().await?;
        let rows = self.inner.cache.journal(limit).await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let (what, detail) = explain::command(&row.command, lookup);
            let (reference, title) = self.name_of(&row.item, None).await?;
            let (end, why) = ended(&row, lookup);
            let JournalRow { id: command, item, made_at, ended_at, .. } = row;
            lines.push(JournalLine {
                command,
                item,
                reference,
                title,
                what,
                detail,
                made_at,
                ended_at,
                end,
                why,
            });
        }
        Ok(lines)
    }

    /// What became of a command, also after it left the outbox.
    ///
    /// # Errors
    /// [`crate::FailureCode::NotFound`], when nothing is known of it any more.
    pub async fn settlement(&self, command: &CommandId) -> Result<Settlement, Failure> {
        let lookup = self.lookup().await?;
        let now = self.device_now();
        if let Some(row) = self.inner.cache.outbox_row(command, now).await? {
            return Ok(match &row.outcome {
                None => {
                    let uploads = self.waiting_uploads().await?;
                    let upload = upload_of(&row.command, &uploads);
                    Settlement::Pending { why: why(&row, state(&row, upload, now), upload, &lookup) }
                }
                Some(outcome) => settled(outcome, &lookup),
            });
        }
        match self.inner.cache.journal_row(command).await? {
            Some(row) => Ok(row.outcome.map_or(Settlement::Discarded, |outcome| settled(&outcome, &lookup))),
            None => Err(crate::failure::failure(
                crate::views::FailureCode::NotFound,
                "Nothing is known of this change: it was undone, or settled more than thirty days ago.",
            )),
        }
    }

    pub(super) async fn outbox_lines(
        &self,
        rows: &[OutboxRow],
        lookup: &Lookup,
    ) -> Result<Vec<OutboxLine>, Failure> {
        let now = self.device_now();
        let uploads = self.waiting_uploads().await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let upload = upload_of(&row.command, &uploads).filter(|_| row.outcome.is_none());
            let state = state(row, upload, now);
            let (what, detail) = explain::command(&row.command, lookup);
            let conflict = match &row.outcome {
                Some(Outcome::Conflict { refusal, current }) => {
                    let base = self.inner.cache.item(&row.item).await?.and_then(|cached| cached.base);
                    let told = current.as_deref().cloned();
                    let current = match (base, told) {
                        (Some(base), Some(told)) if told.version >= base.version => Some(told),
                        (base, told) => base.or(told),
                    };
                    // Out of sight, there is nothing to decide on again.
                    current.map(|current| ConflictView {
                        summary: explain::refusal(refusal, lookup),
                        differences: differences(row, &current, lookup),
                        since: row
                            .seen
                            .as_deref()
                            .map_or_else(Vec::new, |seen| since(seen, &current, lookup)),
                        again: self.predict_again(row, &current, lookup),
                    })
                }
                _ => None,
            };
            let (reference, title) = self.name_of(&row.item, row.seen.as_deref()).await?;
            lines.push(OutboxLine {
                command: row.id.clone(),
                batch: row.batch.clone(),
                item: row.item.clone(),
                reference,
                title,
                what,
                detail,
                made_at: row.made_at,
                state,
                why: why(row, state, upload, lookup),
                can_undo: state == OutboxState::Held,
                can_retry: matches!(
                    state,
                    OutboxState::Waiting
                        | OutboxState::Uploading
                        | OutboxState::UploadStopped
                        | OutboxState::Sending
                        | OutboxState::Refused
                        | OutboxState::Quarantined
                        | OutboxState::Stale
                ),
                can_discard: matches!(
                    state,
                    OutboxState::Held
                        | OutboxState::Waiting
                        | OutboxState::Blocked
                        | OutboxState::Uploading
                        | OutboxState::UploadStopped
                        | OutboxState::Stale
                        | OutboxState::Conflict
                        | OutboxState::Refused
                        | OutboxState::Quarantined
                ),
                upload: upload.map(upload_view),
                conflict,
            });
        }
        Ok(lines)
    }

    /// What the item was called when it was acted on, or is called now.
    async fn name_of(&self, id: &ItemId, seen: Option<&Item>) -> Result<(String, String), Failure> {
        if let Some(seen) = seen {
            return Ok((seen.reference.clone(), seen.title.clone()));
        }
        let cached = self.inner.cache.item(id).await?;
        Ok(cached.map_or_else(
            || (id.to_string(), String::new()),
            |cached| (cached.item.reference, cached.item.title),
        ))
    }
}

fn state(row: &OutboxRow, upload: Option<&Upload>, now: Timestamp) -> OutboxState {
    match &row.outcome {
        Some(Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. }) => OutboxState::Confirmed,
        Some(Outcome::Conflict { .. }) => OutboxState::Conflict,
        Some(Outcome::Refused { .. }) => OutboxState::Refused,
        Some(Outcome::Quarantined { .. } | Outcome::NotUnderstood { .. }) => OutboxState::Quarantined,
        None if row.sent && upload.is_none() => OutboxState::Sending,
        None if row.held_until > now && row.made_at <= now => OutboxState::Held,
        None if row.stale => OutboxState::Stale,
        None if upload.is_some_and(|upload| upload.stopped) => OutboxState::UploadStopped,
        None if upload.is_some() => OutboxState::Uploading,
        None if row.blocked => OutboxState::Blocked,
        None => OutboxState::Waiting,
    }
}

fn why(row: &OutboxRow, state: OutboxState, upload: Option<&Upload>, lookup: &Lookup) -> String {
    match (state, &row.outcome) {
        (OutboxState::Uploading | OutboxState::UploadStopped, _) => {
            upload.map_or_else(String::new, uploading)
        }
        (OutboxState::Held, _) => "Held for a moment, so that it can be undone.".to_owned(),
        (OutboxState::Waiting, _) => "Saved on this device; it is sent with the next contact.".to_owned(),
        (OutboxState::Sending, _) => "Sent; the portal has not confirmed it yet.".to_owned(),
        (OutboxState::Stale, _) => {
            "You did this more than two weeks ago, and it was never sent. Look at the item, then \
                                    send it or discard it."
                .to_owned()
        }
        (OutboxState::Blocked, _) => "An earlier change of the same item must be settled first.".to_owned(),
        (OutboxState::Confirmed, _) => "The portal has applied it; the change is on its way down.".to_owned(),
        (_, Some(outcome)) => outcome.sentence(lookup),
        (_, None) => String::new(),
    }
}

/// How far a file came, and why it did not come further.
fn uploading(upload: &Upload) -> String {
    let came = format!("Uploading {}.", progress(upload.sent, upload.size));
    match &upload.problem {
        None => came,
        Some(problem) if upload.stopped => problem.clone(),
        Some(problem) => format!("{came} It did not go on: {problem} It is tried again by itself."),
    }
}

fn ended(row: &JournalRow, lookup: &Lookup) -> (JournalEnd, String) {
    let said = row.outcome.as_ref().map(|outcome| outcome.sentence(lookup));
    match (&row.outcome, said) {
        (Some(Outcome::Applied { .. }), _) => (JournalEnd::Done, "Applied by the portal.".to_owned()),
        (Some(Outcome::AlreadySatisfied { .. }), Some(said)) => (JournalEnd::Done, said),
        (Some(_), Some(said)) if row.superseded => (JournalEnd::Superseded, said),
        (_, Some(said)) => (JournalEnd::PutAway, said),
        (_, None) => (JournalEnd::Discarded, "Given up before it was sent.".to_owned()),
    }
}

fn settled(outcome: &Outcome, lookup: &Lookup) -> Settlement {
    let why = outcome.sentence(lookup);
    match outcome {
        Outcome::Applied { .. } => Settlement::Applied,
        Outcome::AlreadySatisfied { .. } => Settlement::AlreadySatisfied { why },
        Outcome::Refused { .. } => Settlement::Refused { why },
        Outcome::Conflict { .. } => Settlement::Conflict { why },
        Outcome::Quarantined { .. } | Outcome::NotUnderstood { .. } => Settlement::Quarantined { why },
    }
}
