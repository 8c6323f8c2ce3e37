//! What people and the portal's automation try.

use super::{Dice, START, submission, value};
use postern_domain::*;
use std::collections::BTreeMap;

/// What the step asks to be filled in, mostly.
fn outputs(journey: &Journey, step: Option<&StepKey>, dice: &mut Dice) -> Fields {
    let step = step.and_then(|key| journey.step(key)).map(|(_, step)| step);
    let mut fields = Fields::new();
    for key in step.iter().flat_map(|step| &step.outputs) {
        if let Some(field) = journey.field(key).filter(|_| dice.chance(85)) {
            fields.insert(key.clone(), value(&field.of, dice));
        }
    }
    fields
}

pub fn command(item: &Item, journey: &Journey, seen: Seen, who: &PersonId, dice: &mut Dice) -> Command {
    let assignment_version = item.assignment_version;
    let step = item.review_for(who).map(|review| review.step.clone());
    // Mostly what leads on from there.
    match item.phase {
        Phase::ChangesRequested if dice.chance(50) => return Command::Resubmit { comment: None },
        Phase::ChangesRequested if dice.chance(30) => return set_field(journey, dice),
        Phase::Draft if dice.chance(60) => {
            let submission = submission(journey, dice);
            let (reference, client) = (item.reference.clone(), item.client.clone());
            return Command::Submit(Box::new(Submission { reference, client, ..submission }));
        }
        Phase::Completed | Phase::Withdrawn if dice.chance(80) => {
            return Command::Reopen { reason: "not done".into() };
        }
        Phase::Exception if dice.chance(50) => {
            return Command::ResolveException { to: ExceptionExit::Back, reason: "there".into() };
        }
        _ => {}
    }
    match dice.below(30) {
        0..=7 => {
            let outputs = outputs(journey, step.as_ref(), dice);
            Command::Approve { seen, comment: dice.chance(70).then(|| "fine".into()), outputs }
        }
        8 | 9 => Command::RequestChanges { seen, reason: "again".into() },
        10 | 11 => Command::Resubmit { comment: None },
        12 => Command::Claim { step, assignment_version },
        13 => {
            let to = dice.somebody();
            Command::Reassign { step, from: None, to, assignment_version, reason: None }
        }
        24 => {
            let seats: Vec<&PersonId> = item.reviews.iter().flat_map(Review::undecided).collect();
            let from = if seats.is_empty() { dice.somebody() } else { (*dice.pick(&seats)).clone() };
            let to = dice.somebody();
            Command::Reassign { step, from: Some(from), to, assignment_version, reason: None }
        }
        14 => {
            let outputs = outputs(journey, seen.step.as_ref(), dice);
            Command::Override { seen, reason: "agreed by phone".into(), outputs }
        }
        15 => Command::Escalate { to: dice.chance(30).then(|| dice.somebody()), reason: "late".into() },
        16 => {
            let category = journey.exceptions.categories.first().cloned();
            let category = category.unwrap_or_else(|| "data".into());
            Command::RaiseException { category, reason: "missing".into() }
        }
        17 => {
            let to = match dice.below(3) {
                0 => ExceptionExit::Back,
                1 => ExceptionExit::Complete,
                _ => ExceptionExit::Withdraw,
            };
            Command::ResolveException { to, reason: "there".into() }
        }
        18 => {
            let stage = dice.pick(&journey.stages).key.clone();
            Command::ResolveException { to: ExceptionExit::Stage(stage), reason: "elsewhere".into() }
        }
        19 => Command::SetFields {
            fields: Fields::new(),
            title: Some(format!("Work {}", dice.below(4))),
            description: None,
        },
        20 => Command::Complete {},
        21 if dice.chance(25) => Command::Withdraw { reason: "no".into() },
        21 => Command::SetPriority { priority: Priority::High },
        22 => Command::Reopen { reason: "yes".into() },
        23 => {
            Command::SetDue { due_at: dice.chance(60).then(|| START.plus_ms(dice.below(12) as i64 * DAY_MS)) }
        }
        25 => Command::DeEscalate { reason: None },
        26 => comment(dice),
        27 => attach(dice),
        28 => set_field(journey, dice),
        _ => Command::Submit(Box::new(Submission {
            reference: item.reference.clone(),
            client: item.client.clone(),
            ..submission(journey, dice)
        })),
    }
}

fn comment(dice: &mut Dice) -> Command {
    let visibility = if dice.chance(50) { Visibility::Client } else { Visibility::Internal };
    let mentions = if dice.chance(30) { vec![dice.somebody()] } else { Vec::new() };
    let id = CommentId(format!("c{}", dice.below(40)));
    Command::Comment { id, visibility, body: "Look at page 3.".into(), mentions }
}

fn attach(dice: &mut Dice) -> Command {
    let digit = dice.below(4);
    Command::AttachVersion {
        attachment: AttachmentId(format!("a{}", dice.below(3))),
        name: format!("paper {digit}.pdf"),
        sha256: digit.to_string().repeat(64),
        size: 5,
        media_type: "application/pdf".into(),
    }
}

/// One field of the form, outputs too: they are refused.
fn set_field(journey: &Journey, dice: &mut Dice) -> Command {
    let mut fields = Fields::new();
    if !journey.fields.is_empty() {
        let field = dice.pick(&journey.fields);
        fields.insert(field.key.clone(), value(&field.of, dice));
    }
    let description = fields.is_empty().then(|| format!("Words {}", dice.below(3)));
    Command::SetFields { fields, title: None, description }
}

/// What the portal does by itself, and under which name: it looks again, climbs, or moves the item to `next`.
pub fn by_automation(
    item: &Item,
    journey: &Journey,
    organisation: &Organisation,
    next: &(Journey, BTreeMap<StageKey, StageKey>),
    dice: &mut Dice,
) -> (Command, Actor) {
    let by = |name: &str| Actor::System(name.to_owned());
    match dice.below(20) {
        0..=9 => (Command::Refresh {}, by("clock")),
        10..=18 => {
            let rungs = ladder(item, journey, organisation);
            let due = rungs.iter().find(|rung| rung.rung > item.rungs).map(|rung| rung.rung);
            let rung = due.filter(|_| dice.chance(85)).unwrap_or_else(|| 1 + dice.below(3) as u8);
            let stage = item.stage().cloned().unwrap_or_else(|| "none".into());
            (Command::Climb { stage, round: item.round, rung }, by("escalation"))
        }
        _ => (Command::Migrate { to: next.0.version, stages: next.1.clone() }, by("migration")),
    }
}
