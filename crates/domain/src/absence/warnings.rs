//! What to say of an absence before it is saved.

use super::dead_ends::dead_ends;
use super::local::{LocalDateTime, Shift};
use super::record::{Absence, AbsenceProblem, Delegation};
use super::region::{WorkRegion, split_all};
use super::registry::Absences;
use super::validate::MAX_DELEGATIONS;
use crate::ids::{AbsenceId, PersonId};
use crate::people::{People, Person};
use crate::refusal::Denial;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that the absentee should know before saving. Spans of time leave out what is past already; delegations are
/// counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "warning", rename_all = "snake_case")]
#[ts(export, rename = "AbsenceWarning")]
pub enum Warning {
    /// It must not be saved.
    Problem(AbsenceProblem),
    /// Everything of it is past.
    AlreadyOver { until: Timestamp },
    /// The zone's clocks skip the time written, or show it twice; `taken` is what they show at the instant taken.
    TimeShifted { end: WindowEnd, shift: Shift, written: LocalDateTime, taken: LocalDateTime },
    /// Another absence of the same person holds in this span, too. While both do, the one that began last decides who
    /// takes the work.
    OverlapsOwn { absence: AbsenceId, from: Timestamp, until: Timestamp },
    /// The deputy's account is switched off.
    DelegateDisabled { delegation: u32, to: PersonId },
    /// The deputy may not do what is handed to them.
    LacksPermission { delegation: u32, to: PersonId, why: Denial },
    /// The deputy contributed to work that is handed to them.
    DutyConflict { delegation: u32, to: PersonId },
    /// The deputy is away, too, in this span; their own deputies come next.
    DelegateAway { to: PersonId, from: Timestamp, until: Timestamp },
    /// Some work comes back to somebody who handed it on: the last of `people` is one of those before. The absentee is
    /// the first. The span is the first in which it is so.
    Loop { people: Vec<PersonId>, from: Timestamp, until: Timestamp },
    /// Some work would pass through more people than may hand it on.
    TooDeep { people: Vec<PersonId>, from: Timestamp, until: Timestamp },
    /// Nobody is named for this work.
    NobodyNamed { work: Vec<WorkRegion> },
    /// The delegations before this one leave nothing to it.
    NeverUsed { delegation: u32, to: PersonId },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum WindowEnd {
    From,
    Until,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, rename = "AbsenceSeverity")]
pub enum Severity {
    /// Must not be saved.
    Error,
    /// May be saved, once it was read.
    Warning,
}

impl Warning {
    pub fn severity(&self) -> Severity {
        match self {
            Warning::Problem(_) => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

/// Whether none of them forbids saving.
pub fn may_be_saved(warnings: &[Warning]) -> bool {
    warnings.iter().all(|warning| warning.severity() == Severity::Warning)
}

/// What to say of `new` at `now`; `absences` are those saved, with or without an older state of it. `may_decide` tells
/// whether a deputy could take what a delegation hands on; [`Denial::Contributor`] is a conflict of duties.
///
/// Problems come first. A cancelled absence hands nothing on, so there is nothing else to say of it; nor of one that is
/// over.
pub fn warnings_before_saving(
    new: &Absence,
    absences: &Absences,
    people: &People,
    now: Timestamp,
    may_decide: impl Fn(&Person, &Delegation) -> Result<(), Denial>,
) -> Vec<Warning> {
    let mut warnings: Vec<Warning> =
        absences.validate(new, people).into_iter().map(Warning::Problem).collect();
    if new.cancelled || new.delegations.len() > MAX_DELEGATIONS {
        return warnings;
    }
    warnings.extend(shifted_times(new));
    let window = new.window();
    if let Ok((_, until)) = window
        && until <= now
    {
        warnings.push(Warning::AlreadyOver { until });
        return warnings;
    }
    let remaining = window.ok().map(|(from, until)| (from.max(now), until));
    if let Some((from, until)) = remaining {
        let others = absences.within(&new.person, from, until).filter(|(_, _, other)| other.id != new.id);
        warnings.extend(others.map(|(from, until, other)| Warning::OverlapsOwn {
            absence: other.id.clone(),
            from,
            until,
        }));
    }
    warnings.extend(unfit_delegates(new, people, may_decide));
    if let Some((from, until)) = remaining {
        warnings.extend(delegates_away(new, absences, from, until));
        warnings.extend(work_to_nobody(new, absences, people, from, until));
    }
    warnings.extend(what_is_left(new));
    warnings
}

fn shifted_times(new: &Absence) -> Vec<Warning> {
    let (Ok((from, until)), Ok(zone)) = (new.instants(), new.time_zone()) else {
        return Vec::new();
    };
    [(WindowEnd::From, new.from, from), (WindowEnd::Until, new.until, until)]
        .into_iter()
        .filter_map(|(end, written, (at, shift))| {
            let taken = LocalDateTime::shown_at(at, zone)?;
            Some(Warning::TimeShifted { end, shift: shift?, written, taken })
        })
        .collect()
}

/// Who is not known, or is the absentee, is a problem and told there.
fn unfit_delegates(
    new: &Absence,
    people: &People,
    may_decide: impl Fn(&Person, &Delegation) -> Result<(), Denial>,
) -> Vec<Warning> {
    new.delegations
        .iter()
        .zip(0_u32..)
        .filter(|(delegation, _)| delegation.to != new.person)
        .filter_map(|(handed, delegation)| {
            let person = people.get(&handed.to)?;
            let to = handed.to.clone();
            if person.disabled {
                return Some(Warning::DelegateDisabled { delegation, to });
            }
            may_decide(person, handed).err().map(|why| match why {
                Denial::Contributor => Warning::DutyConflict { delegation, to },
                why => Warning::LacksPermission { delegation, to, why },
            })
        })
        .collect()
}

/// Each deputy once, with the stretches of their absence joined.
fn delegates_away(new: &Absence, absences: &Absences, from: Timestamp, until: Timestamp) -> Vec<Warning> {
    let mut asked: Vec<&PersonId> = vec![&new.person];
    let mut warnings = Vec::new();
    for Delegation { to, .. } in &new.delegations {
        if asked.contains(&to) {
            continue;
        }
        asked.push(to);
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, until, _) in absences.within(to, from, until) {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        let spans = joined.into_iter();
        warnings.extend(spans.map(|(from, until)| Warning::DelegateAway { to: to.clone(), from, until }));
    }
    warnings
}

fn work_to_nobody(
    new: &Absence,
    absences: &Absences,
    people: &People,
    from: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = Warning> {
    let ends = dead_ends(&absences.with(new), people, &new.person, from, until);
    // Who names themselves is told so as a problem.
    ends.into_iter().filter(|end| end.people.len() > 2).map(|end| {
        let (people, from, until) = (end.people, end.from, end.until);
        if end.circle {
            Warning::Loop { people, from, until }
        } else {
            Warning::TooDeep { people, from, until }
        }
    })
}

fn what_is_left(new: &Absence) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut work = vec![WorkRegion::everything()];
    for (handed, delegation) in new.delegations.iter().zip(0_u32..) {
        let (taken, left) = split_all(&work, &handed.scope);
        if taken.is_empty() {
            warnings.push(Warning::NeverUsed { delegation, to: handed.to.clone() });
        }
        work = left;
    }
    if !work.is_empty() {
        warnings.push(Warning::NobodyNamed { work });
    }
    warnings
}
