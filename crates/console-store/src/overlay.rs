//! What my pending commands make of an item: the domain's rules, run on the portal's word.

use crate::directory::Lookup;
use crate::error::Result;
use crate::items::{self, BASE, OVERLAY};
use crate::outbox;
use postern_domain::{
    Actor, Command, CommandId, Event, Item, ItemId, Recorded, Refusal, Ruling, Satisfied, Situation,
    Timestamp, apply, decide,
};
use sqlx::sqlite::SqliteConnection;

/// What a command would do, as far as this console can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicted {
    Changed { item: Box<Item>, events: Vec<Event> },
    Unchanged(Satisfied),
}

/// Predicts one command of mine.
///
/// # Errors
/// The refusal that the portal would give for this state.
pub fn predict(
    item: Option<&Item>,
    id: &ItemId,
    command: &Command,
    command_id: &CommandId,
    now: Timestamp,
    lookup: &Lookup,
) -> std::result::Result<Predicted, Refusal> {
    let Some(me) = lookup.me.clone() else { return Err(Refusal::NoSuchItem) };
    let actor = Actor::Person(me);
    let pinned = match (item, command) {
        (Some(item), _) => &item.journey,
        (None, Command::Submit(submission)) => &submission.journey,
        (None, _) => return Err(Refusal::NoSuchItem),
    };
    let journey = lookup.journeys.get(pinned).ok_or(Refusal::UnknownJourney)?;
    let events = match decide(
        Situation { item, journey, organisation: &lookup.organisation, successor: None },
        command,
        &actor,
        now,
    )? {
        Ruling::AlreadySatisfied(why) => return Ok(Predicted::Unchanged(why)),
        Ruling::Happened(events) => events,
    };
    let mut state = item.cloned();
    for event in &events {
        let recorded = Recorded {
            event: event.clone(),
            by: actor.clone(),
            on_behalf_of: None,
            at: now,
            device_at: Some(now),
            command: Some(command_id.clone()),
        };
        // An event that cannot follow is the portal's to refuse; the prediction stops short of it.
        match apply(state.clone(), id, &recorded) {
            Ok(next) => state = Some(next),
            Err(_) => break,
        }
    }
    match state {
        Some(item) => Ok(Predicted::Changed { item: Box::new(item), events }),
        None => Err(Refusal::NoSuchItem),
    }
}

/// The item with `pending` commands applied in their order. A command that is refused here changes nothing here: the
/// portal decides. None when nothing changes.
pub fn effective<'a>(
    base: Option<&Item>,
    id: &ItemId,
    pending: impl IntoIterator<Item = (&'a CommandId, &'a Command, Timestamp)>,
    lookup: &Lookup,
) -> Option<Item> {
    let mut state: Option<Item> = None;
    for (command_id, command, made_at) in pending {
        let now = state.as_ref().or(base);
        if let Ok(Predicted::Changed { item, .. }) = predict(now, id, command, command_id, made_at, lookup) {
            state = Some(*item);
        }
    }
    state
}

/// Rebuilds the overlay of one item from base and outbox.
pub(crate) async fn rebuild(connection: &mut SqliteConnection, id: &ItemId, lookup: &Lookup) -> Result<()> {
    let pending = outbox::pending_of(connection, id).await?;
    if pending.is_empty() {
        if items::remove(connection, id, OVERLAY).await? {
            items::show(connection, id, BASE).await?;
        }
        return Ok(());
    }
    let base = items::read_layer(connection, id, BASE).await?;
    let commands = pending.iter().map(|row| (&row.id, &row.command, row.made_at));
    match effective(base.as_ref(), id, commands, lookup) {
        // As it is shown already: an outcome came, say, that says what was expected.
        Some(item) if items::read_layer(connection, id, OVERLAY).await?.as_ref() == Some(&item) => {
            items::show(connection, id, OVERLAY).await
        }
        Some(item) => {
            items::put(connection, OVERLAY, &item, lookup).await?;
            items::show(connection, id, OVERLAY).await
        }
        None => {
            items::remove(connection, id, OVERLAY).await?;
            items::show(connection, id, BASE).await
        }
    }
}

/// Adds one command to what is shown: the same as rebuilding, for a command that comes last.
pub(crate) async fn extend(
    connection: &mut SqliteConnection,
    id: &ItemId,
    shown: Option<&Item>,
    command_id: &CommandId,
    command: &Command,
    made_at: Timestamp,
    lookup: &Lookup,
) -> Result<()> {
    if let Ok(Predicted::Changed { item, .. }) = predict(shown, id, command, command_id, made_at, lookup) {
        items::put(connection, OVERLAY, &item, lookup).await?;
        items::show(connection, id, OVERLAY).await?;
    }
    Ok(())
}

/// Rebuilds every overlay, after the base was replaced or the rules' surroundings changed.
pub(crate) async fn rebuild_all(connection: &mut SqliteConnection, lookup: &Lookup) -> Result<()> {
    let ids: Vec<String> =
        sqlx::query_scalar("SELECT item FROM outbox UNION SELECT id FROM items WHERE layer = 1")
            .fetch_all(&mut *connection)
            .await?;
    for id in ids.into_iter().map(ItemId) {
        // The same document may stand in other queues now.
        items::remove(connection, &id, OVERLAY).await?;
        rebuild(connection, &id, lookup).await?;
    }
    Ok(())
}
