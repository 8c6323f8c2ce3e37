//! `decide`: a command becomes events, or a typed refusal. The same function predicts and enforces.

mod assignment;
mod clock;
mod content;
mod covering;
mod deciders;
mod escalation;
mod exception;
mod flow;
mod migration;
mod opening;
mod present;
mod refresh;
mod review;
mod short_handed;

pub use clock::{ledger, pauses, whole_ledger};
pub use covering::may_stand_in;
pub use deciders::eligible;
pub use escalation::{LadderRung, ladder};
pub use opening::{NOBODY_TO_DECIDE, stage_opening};
pub use short_handed::{ShortHanded, Unable, short_handed};

use crate::apply::apply;
use crate::command::{Action, Command};
use crate::event::{Event, Recorded};
use crate::ids::PersonId;
use crate::item::{Actor, Item, Phase};
use crate::journey::Journey;
use crate::organisation::Organisation;
use crate::people::Person;
use crate::permission::{by_relation, permits_actor};
use crate::refusal::{Denial, Refusal, Satisfied};
use crate::time::Timestamp;
use opening::Opening;

/// What a decision is made upon.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The item as it is; none when it is not there.
    pub item: Option<&'a Item>,
    /// The journey version that the item is pinned to, or starts on.
    pub journey: &'a Journey,
    pub organisation: &'a Organisation,
    /// The version that a migration leads to; no other command asks for it.
    pub successor: Option<&'a Journey>,
}

/// What a command comes to when no rule refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// These events, in this order; never empty.
    Happened(Vec<Event>),
    /// Nothing to do.
    AlreadySatisfied(Satisfied),
}

/// The longest reason or comment, in bytes.
pub const MAX_TEXT: usize = 20_000;
/// The longest title, in bytes.
pub const MAX_TITLE: usize = 500;

/// Decides one command by `actor` at the portal's (or, predicting, the device's) instant `now`.
///
/// # Errors
/// The rule that refuses; [`Refusal::is_conflict`] tells those that ask the author to look again.
pub fn decide(
    situation: Situation<'_>,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let Some(item) = situation.item else {
        return match command {
            Command::Submit(submission) => flow::submit(situation, submission, actor, now),
            _ => Err(Refusal::NoSuchItem),
        };
    };
    let case = Case { item, journey: situation.journey, organisation: situation.organisation, actor, now };
    case.permitted(command.action())?;
    match command {
        Command::Submit(submission) => flow::submit_draft(&case, submission),
        Command::Approve { seen, comment, outputs } => {
            review::approve(&case, seen, comment.as_deref(), outputs)
        }
        Command::Override { seen, reason, outputs } => review::overrule(&case, seen, reason, outputs),
        Command::RequestChanges { seen, reason } => review::request_changes(&case, seen, reason),
        Command::Claim { step, assignment_version } => {
            assignment::claim(&case, step.as_ref(), *assignment_version)
        }
        Command::Reassign { step, from, to, assignment_version, reason } => assignment::reassign(
            &case,
            step.as_ref(),
            from.as_ref(),
            to,
            *assignment_version,
            reason.as_deref(),
        ),
        Command::Resubmit { comment } => flow::resubmit(&case, comment.as_deref()),
        Command::Escalate { to, reason } => escalation::escalate(&case, to.as_ref(), reason),
        Command::DeEscalate { reason } => escalation::de_escalate(&case, reason.as_deref()),
        Command::Climb { stage, round, rung } => escalation::climb(&case, stage, *round, *rung),
        Command::Refresh {} => refresh::refresh(&case),
        Command::Migrate { to, stages } => migration::migrate(&case, situation.successor, *to, stages),
        Command::RaiseException { category, reason } => exception::raise(&case, category, reason),
        Command::ResolveException { to, reason } => exception::resolve(&case, to, reason),
        Command::Complete {} => flow::complete(&case),
        Command::Withdraw { reason } => flow::withdraw(&case, reason),
        Command::Reopen { reason } => flow::reopen(&case, reason),
        Command::Comment { id, visibility, body, mentions } => {
            content::comment(&case, id, *visibility, body, mentions)
        }
        Command::SetFields { fields, title, description } => {
            content::set_fields(&case, fields, title.as_deref(), description.as_deref())
        }
        Command::SetDue { due_at } => content::set_due(&case, *due_at),
        Command::SetPriority { priority } => content::set_priority(&case, *priority),
        Command::AttachVersion { attachment, name, sha256, size, media_type } => {
            content::attach_version(&case, attachment, name, sha256, *size, media_type)
        }
    }
}

/// One command on one existing item, with everything around it.
struct Case<'a> {
    item: &'a Item,
    journey: &'a Journey,
    organisation: &'a Organisation,
    actor: &'a Actor,
    now: Timestamp,
}

impl<'a> Case<'a> {
    fn actor_id(&self) -> Option<&'a PersonId> {
        self.actor.person()
    }

    fn acting_person(&self) -> Option<&'a Person> {
        self.actor_id().and_then(|id| self.organisation.people.get(id))
    }

    fn permitted(&self, action: Action) -> Result<(), Refusal> {
        permits_actor(self.actor, self.acting_person(), action, self.item)
            .map_err(|why| Refusal::Denied { action, why })
    }

    fn only_automation(&self, action: Action) -> Result<(), Refusal> {
        match self.actor {
            Actor::System(_) => Ok(()),
            Actor::Person(_) => Err(Refusal::Denied { action, why: Denial::AutomationOnly }),
        }
    }

    fn related(&self, action: Action) -> Result<(), Refusal> {
        self.acting_person()
            .map_or(Ok(()), |person| by_relation(person, action, self.item))
            .map_err(|why| Refusal::Denied { action, why })
    }

    /// What opens next, the item being `item` by then.
    fn opening<'b>(&'b self, item: &'b Item) -> Opening<'b> {
        Opening { journey: self.journey, item, organisation: self.organisation, now: self.now }
    }

    /// The item as it will be after `events`, to look ahead.
    fn after(&self, events: &[Event]) -> Result<Item, Refusal> {
        self.afterwards(self.item.clone(), events)
    }

    /// `item` as it will be after `events`.
    fn afterwards(&self, mut item: Item, events: &[Event]) -> Result<Item, Refusal> {
        for event in events {
            let recorded = Recorded {
                event: event.clone(),
                by: self.actor.clone(),
                on_behalf_of: None,
                at: self.now,
                device_at: None,
                command: None,
            };
            let id = item.id.clone();
            item = apply(Some(item), &id, &recorded).map_err(|_| Refusal::NoOpenReview)?;
        }
        Ok(item)
    }

    fn is_open(&self, action: Action) -> Result<(), Refusal> {
        if self.item.phase.is_open() {
            Ok(())
        } else {
            Err(Refusal::WrongPhase { action, phase: self.item.phase })
        }
    }

    fn in_phase(&self, action: Action, phases: &[Phase]) -> Result<(), Refusal> {
        if phases.contains(&self.item.phase) {
            Ok(())
        } else {
            Err(Refusal::WrongPhase { action, phase: self.item.phase })
        }
    }
}

fn required(text: &str, action: Action) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::ReasonRequired { action });
    }
    bounded("reason", text, MAX_TEXT)
}

fn optional(text: Option<&str>) -> Result<Option<String>, Refusal> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => bounded("reason", text, MAX_TEXT).map(Some),
    }
}

fn bounded(field: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    if text.len() > limit {
        return Err(Refusal::TooLong {
            field: field.to_owned(),
            length: u32::try_from(text.len()).unwrap_or(u32::MAX),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        });
    }
    Ok(text.to_owned())
}

fn happened(events: Vec<Event>) -> Result<Ruling, Refusal> {
    Ok(Ruling::Happened(events))
}
