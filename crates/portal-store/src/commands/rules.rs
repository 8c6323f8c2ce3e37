//! The pure part: what the domain makes of a command. No database here.

use super::order::Order;
use crate::directory::DirectorySnapshot;
use crate::error::StoreError;
use postern_domain::{
    Actor, Command, Denial, Event, Inconsistent, Item, ItemId, JourneyRef, Recorded, Refusal, Ruling,
    Situation, Timestamp, may_view,
};
use postern_protocol::Outcome;

/// The domain's rules; a test may put others in their place.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub decide: fn(Situation<'_>, &Command, &Actor, Timestamp) -> Result<Ruling, Refusal>,
    pub apply: fn(Option<Item>, &ItemId, &Recorded) -> Result<Item, Inconsistent>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { decide: postern_domain::decide, apply: postern_domain::apply }
    }
}

/// What the pure part came to.
pub(crate) struct Effect {
    pub outcome: Outcome,
    pub after: Option<(Item, Vec<Recorded>)>,
}

pub(crate) fn evaluate(
    rules: &Rules,
    order: &Order,
    command: &Command,
    item: Option<&Item>,
    directory: &DirectorySnapshot,
    now: Timestamp,
) -> Result<Effect, StoreError> {
    let refused = |refusal| Effect { outcome: Outcome::Refused { refusal }, after: None };
    let reference = match (item, command) {
        (Some(item), _) => &item.journey,
        (None, _) if order.is_only_if_known() => return Ok(refused(Refusal::TooOld)),
        (None, Command::Submit(submission)) => &submission.journey,
        (None, _) => return Ok(refused(Refusal::NoSuchItem)),
    };
    let Some(journey) = directory.journey(reference) else { return Ok(refused(Refusal::UnknownJourney)) };
    let actor = order.by.clone();
    let successor = match command {
        Command::Migrate { to, .. } => {
            directory.journey(&JourneyRef { key: reference.key.clone(), version: *to })
        }
        _ => None,
    };
    let situation = Situation { item, journey, organisation: &directory.organisation, successor };
    let ruling = match order.is_only_if_known() {
        true => Err(Refusal::TooOld),
        false => (rules.decide)(situation, command, &actor, now),
    };
    match ruling {
        Ok(Ruling::AlreadySatisfied(why)) => {
            Ok(Effect { outcome: Outcome::AlreadySatisfied { why }, after: None })
        }
        Ok(Ruling::Happened(events)) => happen(rules, order, item, events, actor, now),
        Err(refusal) => Ok(match item {
            Some(current) if refusal.is_conflict() => {
                let viewer = order.by.person().and_then(|id| directory.people().get(id));
                if viewer.is_some_and(|person| may_view(person, current)) {
                    let current = Some(Box::new(current.clone()));
                    Effect { outcome: Outcome::Conflict { refusal, current }, after: None }
                } else {
                    refused(Refusal::Denied { action: command.action(), why: Denial::OutOfScope })
                }
            }
            _ => refused(refusal),
        }),
    }
}

fn happen(
    rules: &Rules,
    order: &Order,
    item: Option<&Item>,
    events: Vec<Event>,
    by: Actor,
    now: Timestamp,
) -> Result<Effect, StoreError> {
    let mut after = item.cloned();
    let mut log = Vec::with_capacity(events.len());
    for event in events {
        let recorded = Recorded {
            event,
            by: by.clone(),
            on_behalf_of: None,
            at: now,
            device_at: order.made_at,
            command: Some(order.id.clone()),
        };
        let next = (rules.apply)(after.take(), &order.item, &recorded).map_err(|error| {
            StoreError::inconsistent(format!("an event of command {} does not apply: {error}", order.id))
        })?;
        after = Some(next);
        log.push(recorded);
    }
    let item = after
        .filter(|_| !log.is_empty())
        .ok_or_else(|| StoreError::inconsistent(format!("command {} happened without events", order.id)))?;
    let outcome = Outcome::Applied { version: item.version };
    Ok(Effect { outcome, after: Some((item, log)) })
}
