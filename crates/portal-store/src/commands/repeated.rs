//! Commands that come again: by the sequence of a console, or by their id alone.

use super::order::{CommandError, Order, Source};
use crate::appended::Step;
use crate::error::StoreError;
use crate::head::Writing;
use crate::results::StoredResult;
use postern_domain::Timestamp;
use postern_protocol::CommandOutcome;

pub(crate) fn answer(order: &Order, result: StoredResult) -> CommandOutcome {
    let seq = match order.source {
        Source::Console { seq, .. } => seq,
        Source::Direct => 0,
    };
    CommandOutcome { id: order.id.clone(), seq, at_seq: result.at_seq, outcome: result.outcome }
}

pub(crate) fn advance(writing: &mut Writing, order: &Order, now: Timestamp) {
    if let Source::Console { console, seq, payload_hash, .. } = &order.source {
        writing.appended.step(Step {
            console: console.clone(),
            person: order.author(),
            seq: seq.cast_signed(),
            command: order.id.clone(),
            payload_hash: payload_hash.clone(),
            at: now,
        });
    }
}

/// The stored outcome of a command that was applied before, under this sequence number or by another way.
pub(crate) async fn repeated(
    writing: &mut Writing,
    order: &Order,
    now: Timestamp,
) -> Result<Option<CommandOutcome>, CommandError> {
    let Writing { tx, appended, .. } = writing;
    if let Source::Console { console, seq, payload_hash, .. } = &order.source {
        let state = appended.console(tx, console).await?;
        if state.as_ref().is_some_and(|state| state.person != order.author()) {
            return Err(CommandError::ClientForked);
        }
        let expected = state.map_or(0, |state| state.last_seq) + 1;
        let seq = seq.cast_signed();
        if !(1..=expected).contains(&seq) {
            return Err(CommandError::SequenceGap { expected });
        }
        if seq < expected {
            let same = appended.command_at(tx, console, seq).await?;
            if same.is_none_or(|(id, hash)| id != order.id || &hash != payload_hash) {
                return Err(CommandError::ClientForked);
            }
            let result = appended.result_of(tx, &order.id).await?.ok_or_else(|| {
                StoreError::inconsistent(format!("command {} was applied, and has no outcome", order.id))
            })?;
            return Ok(Some(answer(order, result)));
        }
    }
    let Some(result) = appended.result_of(tx, &order.id).await? else { return Ok(None) };
    if result.person != order.author() {
        return Err(CommandError::IdTaken);
    }
    advance(writing, order, now);
    Ok(Some(answer(order, result)))
}
