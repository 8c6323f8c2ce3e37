//! Commands that come again: by the sequence of a console, or by their id alone.

use super::order::{CommandError, Order, Source};
use crate::consoles;
use crate::dialect::Connection;
use crate::error::StoreError;
use crate::results::{self, StoredResult};
use postern_domain::Timestamp;
use postern_protocol::CommandOutcome;

pub(crate) fn answer(order: &Order, result: StoredResult) -> CommandOutcome {
    let seq = match order.source {
        Source::Console { seq, .. } => seq,
        Source::Direct => 0,
    };
    CommandOutcome { id: order.id.clone(), seq, at_seq: result.at_seq, outcome: result.outcome }
}

pub(crate) async fn advance(db: &mut Connection, order: &Order, now: Timestamp) -> Result<(), StoreError> {
    if let Source::Console { console, seq, payload_hash } = &order.source {
        let seq = seq.cast_signed();
        consoles::advance(db, console, &order.author(), seq, &order.id, payload_hash, now).await?;
    }
    Ok(())
}

/// The stored outcome of a command that was applied before, under this sequence number or by another way.
pub(crate) async fn repeated(
    db: &mut Connection,
    order: &Order,
    now: Timestamp,
) -> Result<Option<CommandOutcome>, CommandError> {
    if let Source::Console { console, seq, payload_hash } = &order.source {
        let state = consoles::get(db, console).await?;
        if state.as_ref().is_some_and(|state| state.person != order.author()) {
            return Err(CommandError::ClientForked);
        }
        let expected = state.map_or(0, |state| state.last_seq) + 1;
        let seq = seq.cast_signed();
        if !(1..=expected).contains(&seq) {
            return Err(CommandError::SequenceGap { expected });
        }
        if seq < expected {
            let same = consoles::command_at(db, console, seq).await?;
            if same.is_none_or(|(id, hash)| id != order.id || &hash != payload_hash) {
                return Err(CommandError::ClientForked);
            }
            let result = results::get(db, &order.id).await?.ok_or_else(|| {
                StoreError::inconsistent(format!("command {} was applied, and has no outcome", order.id))
            })?;
            return Ok(Some(answer(order, result)));
        }
    }
    let Some(result) = results::get(db, &order.id).await? else { return Ok(None) };
    if result.person != order.author() {
        return Err(CommandError::IdTaken);
    }
    advance(db, order, now).await?;
    Ok(Some(answer(order, result)))
}
