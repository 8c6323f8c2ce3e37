//! Acts a case out: each act becomes a command, goes through `decide`, and its events through `apply`.

use super::expect::{Difference, Outcome, compare};
use super::{Act, Case, Deed, Member, START};
use crate::apply::apply;
use crate::command::ExceptionExit;
use crate::command::{Command, Seen, Submission};
use crate::decide::{Ruling, Situation, decide, eligible, ladder};
use crate::event::{Event, Recorded};
use crate::ids::{ClientId, ItemId, PersonId, StageKey, StepKey};
use crate::item::{Actor, Item};
use crate::journey::Journey;
use crate::organisation::Organisation;
use crate::people::{Client, Grant, People, Person, Scope};
use crate::refusal::Refusal;
use crate::review::Review;
use crate::time::{HOUR_MS, MINUTE_MS, Timestamp};

/// The portal's clock, which climbs ladders.
const CLOCK: &str = "clock";

pub(super) fn play(journey: &Journey, cast: &[Member], case: &Case) -> Result<(), Difference> {
    let mut stage = Play {
        journey,
        organisation: organisation(cast, case),
        item: None,
        happened: Vec::new(),
        now: START,
    };
    let submit = Command::Submit(Box::new(submission(journey, case)));
    let refused = case.refused.as_deref();
    let submitter = Actor::Person(case.submitter.clone());
    stage.act(0, &submitter, &submit, refused, false)?;
    for (number, act) in (1..).zip(&case.acts) {
        stage.now = stage.now.plus_ms(MINUTE_MS + i64::from(act.after_hours) * HOUR_MS);
        let (actor, command) = stage.command(number, act)?;
        stage.act(number, &actor, &command, act.refused.as_deref(), act.already)?;
    }
    compare(&case.expect, &Outcome { item: stage.item.as_ref(), happened: &stage.happened })
}

struct Play<'a> {
    journey: &'a Journey,
    organisation: Organisation,
    item: Option<Item>,
    happened: Vec<Event>,
    now: Timestamp,
}

impl Play<'_> {
    fn act(
        &mut self,
        act: usize,
        actor: &Actor,
        command: &Command,
        refused: Option<&str>,
        already: bool,
    ) -> Result<(), Difference> {
        let situation = Situation {
            item: self.item.as_ref(),
            journey: self.journey,
            organisation: &self.organisation,
            successor: None,
        };
        match (decide(situation, command, actor, self.now), refused) {
            (Err(refusal), None) => {
                Err(Difference::Refused { act, rule: rule(&refusal), said: refusal.to_string() })
            }
            (Err(refusal), Some(expected)) => {
                let found = rule(&refusal);
                let is_it = found == expected || found.starts_with(&format!("{expected}."));
                let expected = expected.to_owned();
                if is_it { Ok(()) } else { Err(Difference::RefusedOtherwise { act, expected, found }) }
            }
            (Ok(_), Some(expected)) => Err(Difference::NotRefused { act, expected: expected.to_owned() }),
            (Ok(Ruling::AlreadySatisfied(_)), None) if already => Ok(()),
            (Ok(Ruling::AlreadySatisfied(_)), None) => Err(Difference::AlreadySo { act }),
            (Ok(Ruling::Happened(_)), None) if already => Err(Difference::NotYetSo { act }),
            (Ok(Ruling::Happened(events)), None) => self.apply(act, actor, events),
        }
    }

    fn apply(&mut self, act: usize, actor: &Actor, events: Vec<Event>) -> Result<(), Difference> {
        for event in events {
            let recorded = Recorded {
                event: event.clone(),
                by: actor.clone(),
                on_behalf_of: None,
                at: self.now,
                device_at: None,
                command: None,
            };
            let applied = apply(self.item.take(), &ItemId::from("golden"), &recorded);
            self.item = Some(applied.map_err(|why| Difference::Inconsistent { act, why: why.to_string() })?);
            self.happened.push(event);
        }
        Ok(())
    }

    fn command(&self, number: usize, act: &Act) -> Result<(Actor, Command), Difference> {
        let item = self.item.as_ref().ok_or(Difference::NoItem { act: number })?;
        let review = match &act.at {
            Some(step) => item.review(step),
            None => item.reviews.first().filter(|_| item.reviews.len() == 1),
        };
        let step = act.at.clone().or_else(|| review.map(|review| review.step.clone()));
        let command = match act.does {
            Deed::Climb => self.climb(number, item)?,
            _ => command(number, act, item, step)?,
        };
        let actor = match (&act.who, act.does) {
            (Some(who), _) => Actor::Person(who.clone()),
            (None, Deed::Climb) => Actor::System(CLOCK.to_owned()),
            (None, _) => Actor::Person(
                review
                    .and_then(|review| self.whose_turn(item, review))
                    .ok_or(Difference::Nobody { act: number })?,
            ),
        };
        Ok((actor, command))
    }

    /// The next rung that the item can reach.
    fn climb(&self, number: usize, item: &Item) -> Result<Command, Difference> {
        let rungs = ladder(item, self.journey, &self.organisation);
        let rung = rungs.iter().find(|rung| rung.rung > item.rungs).map(|rung| rung.rung);
        Ok(Command::Climb {
            stage: item.stage().cloned().ok_or(Difference::Nobody { act: number })?,
            round: item.round,
            rung: rung.unwrap_or_else(|| item.rungs.saturating_add(1)),
        })
    }

    fn whose_turn(&self, item: &Item, review: &Review) -> Option<PersonId> {
        let mut waiting: Vec<&PersonId> = review.waiting_on().collect();
        waiting.sort_unstable();
        if let Some(first) = waiting.first() {
            return Some((*first).clone());
        }
        let (_, step) = self.journey.step(&review.step)?;
        let people = &self.organisation.people;
        let able = |person: &&Person| eligible(step, item, people, person).is_ok();
        people.iter().find(able).map(|person| person.id.clone())
    }
}

fn command(number: usize, act: &Act, item: &Item, step: Option<StepKey>) -> Result<Command, Difference> {
    let needs = |key: &'static str| Difference::Incomplete { act: number, key };
    let reason = || act.reason.clone().ok_or_else(|| needs("reason"));
    let seen = || Seen::of(item, step.clone());
    let assignment_version = item.assignment_version;
    Ok(match act.does {
        Deed::Approve => {
            Command::Approve { seen: seen(), comment: act.reason.clone(), outputs: act.outputs.clone() }
        }
        Deed::RequestChanges => Command::RequestChanges { seen: seen(), reason: reason()? },
        Deed::Override => Command::Override { seen: seen(), reason: reason()?, outputs: act.outputs.clone() },
        Deed::Claim => Command::Claim { step: step.clone(), assignment_version },
        Deed::Reassign => Command::Reassign {
            step: step.clone(),
            from: act.from.clone(),
            to: PersonId::new(act.to.clone().ok_or_else(|| needs("to"))?),
            assignment_version,
            reason: act.reason.clone(),
        },
        Deed::Resubmit => Command::Resubmit { comment: act.reason.clone() },
        Deed::SetFields => {
            Command::SetFields { fields: act.fields.clone(), title: act.title.clone(), description: None }
        }
        Deed::RaiseException => Command::RaiseException {
            category: act.category.clone().ok_or_else(|| needs("category"))?,
            reason: reason()?,
        },
        Deed::ResolveException => Command::ResolveException {
            to: match act.to.as_deref().ok_or_else(|| needs("to"))? {
                "back" => ExceptionExit::Back,
                "complete" => ExceptionExit::Complete,
                "withdraw" => ExceptionExit::Withdraw,
                stage => ExceptionExit::Stage(StageKey::from(stage)),
            },
            reason: reason()?,
        },
        Deed::Complete => Command::Complete {},
        Deed::Withdraw => Command::Withdraw { reason: reason()? },
        Deed::Reopen => Command::Reopen { reason: reason()? },
        Deed::Escalate => Command::Escalate { to: act.to.clone().map(PersonId::new), reason: reason()? },
        // Which rung is next depends on more than the item.
        Deed::Climb => return Err(needs("rung")),
    })
}

fn submission(journey: &Journey, case: &Case) -> Submission {
    Submission {
        reference: "GOLD-1".to_owned(),
        kind: case.kind,
        title: case.title.clone().unwrap_or_else(|| case.name.clone()),
        description: String::new(),
        client: client(case),
        project: case.project.clone(),
        journey: journey.reference(),
        fields: case.fields.clone(),
        priority: case.priority,
        owner: case.owner.clone(),
    }
}

fn client(case: &Case) -> ClientId {
    case.client.clone().unwrap_or_else(|| ClientId::from("client"))
}

/// The cast, with nothing around it that a case does not say.
#[allow(clippy::needless_update)]
fn organisation(cast: &[Member], case: &Case) -> Organisation {
    let there = cast.iter().filter(|member| !case.without.contains(&member.id)).chain(&case.people);
    let client = Client {
        id: client(case),
        name: String::new(),
        code: "GOLD".to_owned(),
        cohort: String::new(),
        owner: case.client_owner.clone(),
    };
    let people = People::new(there.map(person)).with_clients([&client]);
    Organisation { people, ..Organisation::default() }
}

fn person(member: &Member) -> Person {
    let scope = Scope { client: member.client.clone(), ..Scope::EVERYTHING };
    Person {
        id: member.id.clone(),
        name: member.id.to_string(),
        email: String::new(),
        time_zone: "UTC".to_owned(),
        grants: member.roles.iter().map(|role| Grant { role: *role, scope: scope.clone() }).collect(),
        disabled: member.disabled,
        groups: member.groups.clone(),
        lead: member.lead.clone(),
    }
}

/// The refusal's rule, and the detail that tells it from others of the same rule, for example `denied.contributor`.
fn rule(refusal: &Refusal) -> String {
    let Ok(told) = serde_json::to_value(refusal) else { return refusal.to_string() };
    let word = |key: &str| match told.get(key) {
        Some(serde_json::Value::String(word)) => Some(word.clone()),
        Some(serde_json::Value::Object(table)) => table.keys().next().cloned(),
        _ => None,
    };
    let rule = word("rule").unwrap_or_default();
    match word("why").or_else(|| word("problem")) {
        Some(detail) => format!("{rule}.{detail}"),
        None => rule,
    }
}
