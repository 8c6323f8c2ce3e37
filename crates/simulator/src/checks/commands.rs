//! What became of every command.

use crate::book::{Fate, Made};
use crate::people::word;
use crate::violation::{Check, broken};
use crate::world::World;
use postern_console_core::JOURNAL_KEPT_MS;
use postern_domain::{Command, CommandId, Refusal};
use postern_protocol::Outcome;
use std::collections::BTreeMap;

/// What the portal knows of commands.
pub struct Results {
    pub outcomes: BTreeMap<CommandId, Outcome>,
    /// Under which numbers of the change log each command stands.
    changes: BTreeMap<CommandId, Vec<i64>>,
}

impl Results {
    pub async fn read(world: &mut World) -> anyhow::Result<Self> {
        let watcher = world.portal.watcher();
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT command, outcome FROM command_results").fetch_all(&mut *watcher).await?;
        let outcomes = rows
            .into_iter()
            .map(|(id, outcome)| Ok((CommandId(id), serde_json::from_str(&outcome)?)))
            .collect::<anyhow::Result<_>>()?;
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT command, seq FROM changes WHERE command IS NOT NULL ORDER BY seq")
                .fetch_all(watcher)
                .await?;
        let mut changes: BTreeMap<CommandId, Vec<i64>> = BTreeMap::new();
        for (id, seq) in rows {
            changes.entry(CommandId(id)).or_default().push(seq);
        }
        Ok(Self { outcomes, changes })
    }
}

/// The effects of every command are there once, if it was applied, and not at all if not.
pub fn applied_once(world: &World, portal: &Results) -> anyhow::Result<()> {
    for (id, seqs) in &portal.changes {
        if seqs.len() > 1 {
            return broken(Check::AppliedOnce, format!("{id} was applied {} times", seqs.len()));
        }
        if !matches!(portal.outcomes.get(id), Some(Outcome::Applied { .. })) {
            return broken(Check::AppliedOnce, format!("{id} was applied, and has no outcome that says so"));
        }
        let is_of_a_console = id.as_str().starts_with('c') && id.as_str().contains('p');
        if is_of_a_console && !world.known.contains(id) && !id.as_str().starts_with("climb") {
            return broken(Check::AppliedOnce, format!("{id} was applied, and nobody gave it"));
        }
    }
    let without = portal
        .outcomes
        .iter()
        .find(|(id, outcome)| matches!(outcome, Outcome::Applied { .. }) && !portal.changes.contains_key(id));
    match without {
        Some((id, _)) => {
            broken(Check::AppliedOnce, format!("{id} is said to be applied, and changed nothing"))
        }
        None => Ok(()),
    }
}

/// Everything that was given on a console has one outcome, the same on both sides, or was taken back.
pub async fn one_outcome_each(world: &mut World, who: usize, portal: &Results) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get_mut(who) else { return Ok(()) };
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT command_id, outcome FROM outbox UNION ALL SELECT command_id, outcome FROM journal",
    )
    .fetch_all(&mut profile.watcher)
    .await?;
    let mut kept: BTreeMap<CommandId, Option<Outcome>> = BTreeMap::new();
    for (id, outcome) in rows {
        let outcome = outcome.map(|outcome| serde_json::from_str(&outcome)).transpose()?;
        if kept.insert(CommandId(id.clone()), outcome).is_some() {
            return broken(Check::OneOutcome, format!("c{who} has {id} in its outbox and in its journal"));
        }
    }
    let (last_ended,): (Option<i64>,) =
        sqlx::query_as("SELECT max(ended_ms) FROM journal").fetch_one(&mut profile.watcher).await?;
    let forgotten =
        |made: &Made| last_ended.is_some_and(|last| last - made.wanted_at.ms() >= JOURNAL_KEPT_MS);
    for made in profile.book.made() {
        let id = &made.id;
        let at_portal = portal.outcomes.get(id);
        if made.fate == Fate::Withdrawn {
            if let Some(outcome) = at_portal.filter(|_| !world.shared.contains(id)) {
                let what = format!("{id} was taken back on c{who}, and is {} at the portal", word(outcome));
                return broken(Check::Withdrawn, what);
            }
            continue;
        }
        if made.fate == Fate::Surrendered {
            // What the console itself refused never left it.
            if at_portal.is_none() && !world.restored && !profile.refused_here.contains(id) {
                return broken(
                    Check::NothingLost,
                    format!("{id} of c{who} was surrendered, and nobody has it"),
                );
            }
            continue;
        }
        let Some(outcome) = kept.get(id) else {
            // The portal never forgets what became of it.
            if forgotten(made) && (at_portal.is_some() || world.restored) {
                continue;
            }
            return broken(Check::NothingLost, format!("c{who} knows nothing of {id} any more"));
        };
        let Some(outcome) = outcome else {
            // Held back by a conflict that was there until a moment ago.
            return broken(Check::OneOutcome, format!("{id} of c{who} has no outcome"));
        };
        let changed = matches!(outcome, Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. });
        match at_portal {
            Some(at_portal) if is_same(outcome, at_portal) => {}
            // A restored portal may not know what it refused, and may have been asked again by a copy.
            _ if world.restored && !changed => {}
            // It never left, because it was too large for whatever is in between.
            None if is_too_large(outcome) => {}
            // A copy got through with it.
            Some(_) if is_too_large(outcome) && world.shared.contains(id) => {}
            None => {
                let what = format!("{id} is {} on c{who}, and the portal knows nothing of it", word(outcome));
                return broken(Check::NothingLost, what);
            }
            Some(at_portal) => {
                let what =
                    format!("{id} is {} on c{who} and {} at the portal", word(outcome), word(at_portal));
                return broken(Check::OneOutcome, what);
            }
        }
    }
    Ok(())
}

/// Comments may go beside each other.
fn commutes(command: &Command) -> bool {
    matches!(command, Command::Comment { .. })
}

fn is_too_large(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { refusal: Refusal::TooLong { .. } })
}

/// A console's commands on one item took effect in the order in which they were given.
pub fn in_order(world: &World, who: usize, portal: &Results) -> anyhow::Result<()> {
    let Some(profile) = world.profiles.get(who) else { return Ok(()) };
    let mut last = BTreeMap::new();
    // What two lives of a profile know of, each of them may have sent, or given up, at its own time.
    for made in profile.book.made().iter().filter(|made| !world.shared.contains(&made.id)) {
        let Some(seq) = portal.changes.get(&made.id).and_then(|seqs| seqs.first()) else { continue };
        if let Some((before, earlier)) = last.insert(&made.item, (*seq, &made.id))
            && before > *seq
        {
            let what = format!("{} was given after {earlier} on c{who}, and applied before it", made.id);
            return broken(Check::LaneOrder, what);
        }
    }
    Ok(())
}

/// While a conflict waits for its author, nothing that was given after it on its item is applied.
pub async fn lanes_are_held(world: &mut World, who: usize) -> anyhow::Result<()> {
    let rows = world.outbox(who).await?;
    let conflicts: Vec<_> =
        rows.iter().filter(|row| matches!(row.kind.as_deref(), Some("conflict" | "quarantined"))).collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    let portal = Results::read(world).await?;
    let Some(profile) = world.profiles.get(who) else { return Ok(()) };
    for conflict in conflicts {
        let after = profile.book.made().iter().skip_while(|made| made.id != conflict.id).skip(1);
        let comment =
            serde_json::from_str::<Command>(&conflict.command).is_ok_and(|command| commutes(&command));
        let overtook = after
            .filter(|made| made.item == conflict.item && !world.shared.contains(&made.id))
            .filter(|made| !(comment && commutes(&made.command)))
            .find(|made| portal.changes.contains_key(&made.id));
        if let Some(made) = overtook {
            let what = format!("{} overtook {}, which waits for its author on c{who}", made.id, conflict.id);
            return broken(Check::LaneOrder, what);
        }
    }
    Ok(())
}

/// A console lets go of what a conflict brought when the item leaves its person's sight.
fn is_same(on_console: &Outcome, at_portal: &Outcome) -> bool {
    match (on_console, at_portal) {
        (
            Outcome::Conflict { refusal: one, current: None },
            Outcome::Conflict { refusal: other, current: Some(_) },
        ) => one == other,
        _ => on_console == at_portal,
    }
}
