//! Bugs in how the portal judges.

use super::Mutation;
use crate::{cast, rules};
use postern_domain::{Actor, Command, Organisation, People, Refusal, Ruling, Seen, Situation, Timestamp};
use postern_portal_store::Rules;

pub fn rules(mutation: Mutation) -> Rules {
    let sound = rules::sound();
    let decide = match mutation {
        Mutation::ContentNotCompared => without_content,
        Mutation::AssignmentNotCompared => without_assignment,
        Mutation::YesterdaysGrants => as_founded,
        _ => sound.decide,
    };
    Rules { decide, ..sound }
}

fn without_content(
    situation: Situation<'_>,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let mut command = command.clone();
    if let (
        Some(item),
        Command::Approve { seen, .. } | Command::Override { seen, .. } | Command::RequestChanges { seen, .. },
    ) = (situation.item, &mut command)
    {
        *seen = Seen::of(item, seen.step.clone());
    }
    rules::decide(situation, &command, actor, now)
}

fn without_assignment(
    situation: Situation<'_>,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let mut command = command.clone();
    if let (
        Some(item),
        Command::Reassign { assignment_version, .. } | Command::Claim { assignment_version, .. },
    ) = (situation.item, &mut command)
    {
        *assignment_version = item.assignment_version;
    }
    rules::decide(situation, &command, actor, now)
}

fn as_founded(
    situation: Situation<'_>,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    let organisation = Organisation {
        people: People::new(cast::people()).with_clients(&cast::clients()),
        ..situation.organisation.clone()
    };
    rules::decide(Situation { organisation: &organisation, ..situation }, command, actor, now)
}
