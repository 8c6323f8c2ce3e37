//! Cover, holes, warnings and problems as one plain English sentence each.
//!
//! Times are those that the absentee's own clock shows, as they were entered; the year stands with them where it is
//! another than the current one. People are called by their names, never by a pronoun that nobody told us.

mod words;

pub use words::region;

use super::cover::{Cover, Hole, MAX_CHAIN};
use super::local::{LocalDateTime, Shift};
use super::record::{Absence, AbsenceProblem};
use super::registry::Absences;
use super::warnings::{Warning, WindowEnd};
use crate::explain::{Names, denial_of, list};
use crate::ids::PersonId;
use crate::refusal::Denial;
use crate::time::Timestamp;
use words::{arrows, chain, local_time};

/// Why somebody may not say that another is away.
pub const NOT_YOURS_TO_SAY: &str = "Only somebody themselves, whom they report to, a team lead over all of their work or a \
                                    portal admin over everything that they may do says when they are away.";

/// Who decides in the seat of `person` at `at`, and by which rule. `absences` are those the cover was made with.
pub fn cover(
    cover: &Cover,
    person: &PersonId,
    at: Timestamp,
    absences: &Absences,
    names: &dyn Names,
) -> String {
    let away = || away(person, at, absences, names);
    match cover {
        Cover::Present => format!("{} is not away and decides.", names.person(person)),
        Cover::By { person: deputy, via } => {
            let deputy = names.person(deputy);
            let between: Vec<String> = via.iter().skip(1).map(|id| names.person(id)).collect();
            match between.as_slice() {
                [] => format!("{}; {deputy} decides instead.", away()),
                [one] => format!("{}, and so is the deputy {one}; {deputy} decides instead.", away()),
                more => format!(
                    "{}, and so are the deputies {}; {deputy} decides instead.",
                    away(),
                    list(more, "and")
                ),
            }
        }
        Cover::Uncovered { why, person: end, via } if via.is_empty() => match why {
            Hole::Disabled | Hole::Unknown => {
                format!("Nobody decides: {} {}.", names.person(end), hole(why))
            }
            Hole::NotEligible(why) => {
                let name = names.person(end);
                format!("{}; nobody may decide for {name}, who {}.", away(), denial_of(why))
            }
            why => format!("{} and {}, so nobody decides.", away(), hole(why)),
        },
        Cover::Uncovered { why: Hole::Loop, person: end, via } => {
            format!(
                "{}, and the work goes round in a circle ({}), so nobody decides.",
                away(),
                chain(via, end, names)
            )
        }
        Cover::Uncovered { why: Hole::TooDeep, person: end, via } => format!(
            "{}, and the work would be handed on more than {MAX_CHAIN} times ({}), so nobody decides.",
            away(),
            chain(via, end, names)
        ),
        Cover::Uncovered { why, person: end, via } => {
            let end = names.person(end);
            let too = if matches!(why, Hole::NoDelegate) { "is away too and " } else { "" };
            let between: Vec<String> = via.iter().skip(1).map(|id| names.person(id)).collect();
            let through = if between.is_empty() {
                String::new()
            } else {
                format!(" through {}", list(&between, "and"))
            };
            format!(
                "{} and handed this on{through} to {end}, who {too}{}, so nobody decides.",
                away(),
                hole(why)
            )
        }
    }
}

/// Why the hand-over ends with somebody; goes on after their name.
pub fn hole(why: &Hole) -> String {
    match why {
        Hole::NoDelegate => "named nobody for this work".to_owned(),
        Hole::Loop => "had handed it on already".to_owned(),
        Hole::TooDeep => format!("would be the next after {MAX_CHAIN} who are away"),
        Hole::Disabled => "has an account that is switched off".to_owned(),
        Hole::Unknown => "is not known".to_owned(),
        Hole::NotEligible(why) => denial_of(why),
    }
}

/// What to know of `new` before it is saved.
pub fn warning(warning: &Warning, new: &Absence, names: &dyn Names) -> String {
    let person = |id: &PersonId| names.person(id);
    let me = person(&new.person);
    let time = |at: &Timestamp| local_time(*at, new, new.from.year());
    match warning {
        Warning::Problem(why) => problem(why, new, names),
        Warning::AlreadyOver { until } => {
            format!("This absence ended on {} and changes nothing.", local_time(*until, new, i32::MIN))
        }
        Warning::TimeShifted { end, shift, written, taken } => {
            let end = match end {
                WindowEnd::From => "begins",
                WindowEnd::Until => "ends",
            };
            let (year, zone) = (new.from.year(), &new.zone);
            let written = written.in_words(year);
            match shift {
                Shift::Skipped => format!(
                    "The clocks in {zone} skip {written}; the absence {end} at {} instead.",
                    taken.in_words(year)
                ),
                Shift::Repeated => {
                    format!("The clocks in {zone} show {written} twice; the absence {end} the first time.")
                }
            }
        }
        Warning::OverlapsOwn { from, until, .. } => format!(
            "{me} has another absence from {} to {}; meanwhile the one that began last decides who takes the work.",
            time(from),
            time(until)
        ),
        Warning::DelegateDisabled { to, .. } => {
            format!("{} cannot decide for {me}: the account is switched off.", person(to))
        }
        Warning::LacksPermission { to, why, .. } => {
            let to = person(to);
            format!("{to} cannot decide for {me}: {to} {}.", denial_of(why))
        }
        Warning::DutyConflict { to, .. } => {
            let to = person(to);
            format!("{to} cannot decide on all of it for {me}: {to} {}.", denial_of(&Denial::Contributor))
        }
        Warning::DelegateAway { to, from, until } => {
            format!("{} is away too, from {} to {}.", person(to), time(from), time(until))
        }
        Warning::Loop { people, from, until } => format!(
            "From {} to {} some work goes round in a circle and nobody decides: {}.",
            time(from),
            time(until),
            arrows(people, names)
        ),
        Warning::TooDeep { people, from, until } => format!(
            "From {} to {} some work would be handed on more than {MAX_CHAIN} times and nobody decides: {}.",
            time(from),
            time(until),
            arrows(people, names)
        ),
        Warning::NobodyNamed { work } => {
            let work: Vec<String> = work.iter().map(|work| region(work, names)).collect();
            format!("While {me} is away, nobody is named for {}.", work.join(", or for "))
        }
        Warning::NeverUsed { to, .. } => {
            format!("{} gets nothing: those named before take all of that work.", person(to))
        }
    }
}

/// Why `new` must not be saved.
pub fn problem(problem: &AbsenceProblem, new: &Absence, names: &dyn Names) -> String {
    let me = names.person(&new.person);
    match problem {
        AbsenceProblem::UnknownPerson => format!("Nobody is known as {me}."),
        AbsenceProblem::UnknownZone { zone } => format!("There is no time zone called “{zone}”."),
        AbsenceProblem::EndsBeforeItBegins => "The absence has to end after it begins.".to_owned(),
        AbsenceProblem::BelongsToAnother { person } => {
            format!("This absence is {}'s and cannot become {me}'s.", names.person(person))
        }
        AbsenceProblem::DelegatesToSelf { .. } => format!("{me} cannot stand in for {me}."),
        AbsenceProblem::DelegateUnknown { to, .. } => format!("Nobody is known as {}.", names.person(to)),
        AbsenceProblem::NegativeAmount { .. } => "The largest amount cannot be less than nothing.".to_owned(),
        AbsenceProblem::TooManyDelegations { count, limit } => {
            format!("{count} deputies are named, and at most {limit} are taken.")
        }
        AbsenceProblem::NoteTooLong { length, limit } => {
            format!("The note is too long: {length} bytes, and at most {limit} are taken.")
        }
    }
}

fn away(person: &PersonId, at: Timestamp, absences: &Absences, names: &dyn Names) -> String {
    let name = names.person(person);
    match absences.back_at(person, at) {
        Some((back, last)) => {
            let zone = last.time_zone().ok();
            let year =
                zone.and_then(|zone| LocalDateTime::shown_at(at, zone)).map_or(i32::MIN, LocalDateTime::year);
            format!("{name} is away until {}", local_time(back, last, year))
        }
        None => format!("{name} is away"),
    }
}
