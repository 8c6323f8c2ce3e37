//! Targets: whether there is one, and a calendar to count it by.

use super::{DEFAULT_CALENDAR, Findings, Problem};
use crate::calendar::Target;
use crate::ids::CalendarKey;
use crate::journey::{Journey, Rung, RungTime};

pub(super) fn check(journey: &Journey, calendars: &dyn Fn(&CalendarKey) -> bool, findings: &mut Findings) {
    if let Some(calendar) = journey.calendar.as_ref().filter(|calendar| !calendars(calendar)) {
        findings.error("calendar", Problem::UnknownCalendar { calendar: calendar.clone() });
    }
    for (index, stage) in journey.stages.iter().enumerate() {
        if stage.target.is_none() {
            let stage = stage.key.to_string();
            findings.warning(format!("stages[{index}].target"), Problem::NoTarget { stage });
        }
    }
    for (at, target) in deadlines(journey) {
        let (Target::Hours(time) | Target::BusinessMinutes(time) | Target::BusinessDays(time)) = target;
        if time == 0 {
            findings.warning(at, Problem::NoTime);
        }
    }
    let has_calendar = journey.calendar.is_some() || calendars(&CalendarKey::from(DEFAULT_CALENDAR));
    let business =
        deadlines(journey).into_iter().chain(rungs(journey)).filter(|(_, target)| in_business(*target));
    if !has_calendar {
        for (at, _) in business {
            findings.error(at, Problem::NoCalendar);
        }
    }
}

fn in_business(target: Target) -> bool {
    match target {
        Target::Hours(_) => false,
        Target::BusinessMinutes(_) | Target::BusinessDays(_) => true,
    }
}

fn deadlines(journey: &Journey) -> Vec<(String, Target)> {
    let own = [
        ("target", journey.target),
        ("completion", journey.completion),
        ("client_answer", journey.client_answer),
    ];
    let stages = journey.stages.iter().enumerate();
    let stages = stages.map(|(index, stage)| (format!("stages[{index}].target"), stage.target));
    let all = own.into_iter().map(|(at, target)| (at.to_owned(), target)).chain(stages);
    all.filter_map(|(at, target)| Some((at, target?))).collect()
}

fn rungs(journey: &Journey) -> Vec<(String, Target)> {
    let within = |at: String, ladder: &[Rung]| -> Vec<(String, Target)> {
        let rung = |(index, rung): (usize, &Rung)| {
            let (RungTime::Opened(target) | RungTime::Overdue(target)) = rung.after;
            (format!("{at}[{index}].after"), target)
        };
        ladder.iter().enumerate().map(rung).collect()
    };
    let mut all = within("escalation".to_owned(), &journey.escalation);
    for (index, stage) in journey.stages.iter().enumerate() {
        all.extend(within(
            format!("stages[{index}].escalation"),
            stage.escalation.as_deref().unwrap_or_default(),
        ));
    }
    all
}
