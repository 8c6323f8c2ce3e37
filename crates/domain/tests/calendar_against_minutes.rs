//! Every answer of a calendar against a walk that looks at each minute by itself.
#![allow(clippy::unwrap_used)]

mod minutes;

use minutes::*;
use postern_domain::calendar::*;
use postern_domain::{MINUTE_MS, Timestamp};
use proptest::prelude::*;

/// By which minute `wanted` minutes for which `counts` holds are over, from `start` on.
fn walk(start: i64, wanted: i64, counts: impl Fn(i64) -> bool) -> Option<i64> {
    let mut left = wanted;
    for minute in start..WINDOW {
        if counts(minute) {
            if left == 0 {
                return Some(minute);
            }
            left -= 1;
            if left == 0 {
                return Some(minute + 1);
            }
        }
    }
    None
}

/// The due in business days without pauses, as its definition says it.
fn walk_days(minutes: &[Minute], start: i64, days: u32) -> Option<i64> {
    let minute = |index: i64| &minutes[usize::try_from(index).unwrap()];
    let first = (start..WINDOW).find(|&index| minute(index).open)?;
    let (first_date, time) = (minute(first).date, minute(first).of_day);
    let mut dates: Vec<_> =
        minutes.iter().filter(|m| m.open && m.date > first_date).map(|m| m.date).collect();
    dates.sort_unstable();
    dates.dedup();
    let date = *dates.get(usize::try_from(days).unwrap() - 1)?;
    let of_date: Vec<i64> = (0..WINDOW).filter(|&index| minute(index).date == date).collect();
    if *of_date.last().unwrap() == WINDOW - 1 {
        return None;
    }
    let then = of_date.iter().find(|&&index| minute(index).of_day >= time);
    if let Some(&then) = then
        && minute(then).of_day == time
        && minute(then).open
    {
        return Some(then);
    }
    let end = then.copied().unwrap_or(WINDOW);
    let open = |index: &i64| minute(*index).open;
    let closing = of_date.iter().copied().filter(open).rfind(|&index| index < end).map(|last| last + 1);
    closing.or_else(|| of_date.iter().copied().find(open))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn working_time_is_the_minutes_that_lie_in_an_interval(
        world in world(),
        spans in prop::collection::vec((0..WINDOW, 0..WINDOW), 20),
    ) {
        let calendar = world.compiled();
        let minutes = world.minutes();
        for (index, minute) in (0..).zip(&minutes) {
            prop_assert_eq!(calendar.is_open(world.at(index)), minute.open, "{}", world.at(index));
            prop_assert_eq!(calendar.is_open(world.at(index).plus_ms(MINUTE_MS - 1)), minute.open);
        }
        for (from, until) in spans {
            let open = (from..until).filter(|&index| minutes[usize::try_from(index).unwrap()].open).count();
            let expected = i64::try_from(open).unwrap() * MINUTE_MS;
            prop_assert_eq!(calendar.working_ms(world.at(from), world.at(until)), expected);
        }
    }

    #[test]
    fn a_due_in_minutes_or_hours_is_where_the_walk_arrives(
        world in world(),
        pauses in pauses(),
        tries in prop::collection::vec((0..WINDOW / 2, prop_oneof![Just(0_u32), 0..90_u32, 0..4000_u32]), 12),
    ) {
        let calendar = world.compiled();
        let minutes = world.minutes();
        let spans = spans(&world, &pauses);
        for (start, target) in tries {
            let wall = |index: i64| !paused(&pauses, index);
            let working = |index: i64| minutes[usize::try_from(index).unwrap()].open && wall(index);
            let hours = target / 60;
            for (target, wanted, counts) in [
                (Target::BusinessMinutes(target), i64::from(target), &working as &dyn Fn(i64) -> bool),
                (Target::Hours(hours), i64::from(hours) * 60, &wall),
            ] {
                let due = calendar.due(world.at(start), target, &spans);
                match walk(start, wanted, counts) {
                    Some(minute) => prop_assert_eq!(due, Due::At(world.at(minute))),
                    None if pauses.iter().any(|(_, length)| length.is_none()) => {
                        let counted = (start..WINDOW).filter(|&index| counts(index)).count();
                        let left = (wanted - i64::try_from(counted).unwrap()) * MINUTE_MS;
                        let is_right = matches!(due, Due::Paused { remaining_ms, .. } if remaining_ms == left);
                        prop_assert!(is_right, "{:?}, but {} left", due, left);
                    }
                    None => prop_assert!(due.at().unwrap() >= world.at(WINDOW)),
                }
            }
        }
    }

    #[test]
    fn a_due_in_days_is_where_its_definition_leads(
        world in world(),
        pauses in pauses(),
        tries in prop::collection::vec((0..WINDOW / 2, 1..5_u32), 8),
    ) {
        let calendar = world.compiled();
        let minutes = world.minutes();
        let open = |index: i64| minutes[usize::try_from(index).unwrap()].open;
        let spans = spans(&world, &pauses);
        for (start, days) in tries {
            let Some(base) = walk_days(&minutes, start, days) else { continue };
            prop_assert_eq!(
                calendar.due(world.at(start), Target::BusinessDays(days), &[]),
                Due::At(world.at(base))
            );
            let mut due = Some(base);
            while let Some(before) = due {
                let moved_by = (start..before).filter(|&index| open(index) && paused(&pauses, index)).count();
                let moved_by = i64::try_from(moved_by).unwrap();
                due = if moved_by == 0 { Some(base) } else { walk(base, moved_by, open) };
                if due == Some(before) {
                    break;
                }
            }
            let answer = calendar.due(world.at(start), Target::BusinessDays(days), &spans);
            let goes_on = pauses.iter().filter(|(_, length)| length.is_none()).map(|(from, _)| *from).min();
            match (due, goes_on) {
                (Some(due), Some(pause)) if due <= pause => prop_assert_eq!(answer, Due::At(world.at(due))),
                (_, Some(pause)) => {
                    let Due::Paused { remaining_ms, .. } = answer else {
                        return Err(TestCaseError::fail(format!("{answer:?} in a pause")));
                    };
                    // Had the pause ended as it began, so much unpaused working time would have been left.
                    let ended: Vec<Span> = spans
                        .iter()
                        .map(|span| Span { until: span.until.or(Some(world.at(pause).max(span.from))), ..*span })
                        .collect();
                    let due = calendar.due(world.at(start), Target::BusinessDays(days), &ended).at().unwrap();
                    let ledger = calendar.ledger(world.at(pause.max(start)), Target::BusinessMinutes(0), &ended, due);
                    let running = ledger.segments.last().map_or(0, |segment| segment.counted_ms);
                    prop_assert_eq!(remaining_ms, running);
                }
                (Some(due), None) => prop_assert_eq!(answer, Due::At(world.at(due))),
                (None, None) => prop_assert!(answer.at().unwrap() >= world.at(WINDOW)),
            }
        }
    }

    #[test]
    fn a_ledger_tiles_the_time_says_of_each_minute_what_it_was_and_adds_up(
        world in world(),
        pauses in pauses(),
        start in 0..WINDOW / 2,
        until in 0..WINDOW,
        target in prop_oneof![
            (0..3000_u32).prop_map(Target::BusinessMinutes),
            (0..100_u32).prop_map(Target::Hours),
            (0..5_u32).prop_map(Target::BusinessDays),
        ],
    ) {
        let calendar = world.compiled();
        let minutes = world.minutes();
        let spans = spans(&world, &pauses);
        let ledger = calendar.ledger(world.at(start), target, &spans, world.at(until));
        prop_assert_eq!(ledger.due, calendar.due(world.at(start), target, &spans));
        let due = ledger.due.at();
        let end = due.unwrap_or(world.at(start)).max(world.at(until)).max(world.at(start));
        let (mut at, mut counted) = (world.at(start), 0);
        let mut counted_until_due = 0;
        for (index, segment) in ledger.segments.iter().enumerate() {
            prop_assert_eq!(segment.from, at);
            prop_assert!(segment.until > segment.from);
            if segment.what == What::Counted {
                counted += segment.length_ms();
            }
            prop_assert_eq!(segment.counted_ms, counted);
            if due.is_some_and(|due| segment.until <= due) {
                counted_until_due = counted;
            }
            if let Some(next) = ledger.segments.get(index + 1) {
                prop_assert!(next.what != segment.what || Some(segment.until) == due);
            }
            for index in world.minute_of(segment.from)..world.minute_of(segment.until).min(WINDOW) {
                let minute = minutes[usize::try_from(index).unwrap()];
                let holiday = world.calendar.holidays.iter().find(|holiday| holiday.date == minute.date);
                let expected = match holiday {
                    _ if paused(&pauses, index) => What::Paused { why: PauseReason::WaitingForClient },
                    _ if matches!(target, Target::Hours(_)) => What::Counted,
                    Some(holiday) => What::Holiday { name: holiday.name.clone() },
                    None if minute.open => What::Counted,
                    None => What::Closed,
                };
                prop_assert_eq!(&segment.what, &expected);
            }
            at = segment.until;
        }
        prop_assert_eq!(at, end);
        prop_assert_eq!(ledger.segments.iter().map(Segment::length_ms).sum::<i64>(), end.since(world.at(start)));
        prop_assert_eq!(ledger.lines().len(), ledger.segments.len() + 1);
        match (target, due) {
            (Target::BusinessMinutes(minutes), Some(_)) => {
                prop_assert_eq!(counted_until_due, i64::from(minutes) * MINUTE_MS);
            }
            (Target::Hours(hours), Some(_)) => {
                prop_assert_eq!(counted_until_due, i64::from(hours) * 60 * MINUTE_MS);
            }
            _ => {}
        }
    }

    #[test]
    fn a_due_in_minutes_holds_to_the_millisecond_and_is_never_earlier_for_a_later_start(
        world in world(),
        pauses in pauses(),
        tries in prop::collection::vec((0..WINDOW * MINUTE_MS, 0..200 * MINUTE_MS, 0..6000_u32), 20),
    ) {
        let calendar = world.compiled();
        let spans: Vec<Span> = spans(&world, &pauses).into_iter().filter(|span| span.until.is_some()).collect();
        for (start, later, minutes) in tries {
            let (start, target) = (world.begin.plus_ms(start), Target::BusinessMinutes(minutes));
            let later = start.plus_ms(later);
            let due = calendar.due(start, target, &[]).at().unwrap();
            let wanted = i64::from(minutes) * MINUTE_MS;
            prop_assert_eq!(calendar.working_ms(start, due), wanted);
            prop_assert_eq!(calendar.add_working_ms(start, wanted), Some(due));
            if minutes > 0 {
                prop_assert_eq!(calendar.working_ms(start, due.plus_ms(-1)), wanted - 1);
            }
            prop_assert!(due <= calendar.due(later, target, &[]).at().unwrap());
            let paused = calendar.due(start, target, &spans).at().unwrap();
            prop_assert!(paused <= calendar.due(later, target, &spans).at().unwrap());
        }
    }

    #[test]
    fn another_pause_never_makes_a_due_earlier(
        world in world(),
        pauses in pauses(),
        another in (0..WINDOW, prop::option::weighted(0.8, 0..3000_i64)),
        start in 0..WINDOW,
        amount in 0..12_u32,
    ) {
        let calendar = world.compiled();
        let fewer = spans(&world, &pauses);
        let mut more = pauses.clone();
        more.insert(more.len() / 2, another);
        let more = spans(&world, &more);
        let start = world.at(start);
        let end_of_time = Timestamp(i64::MAX);
        for target in [Target::Hours(amount * 9), Target::BusinessMinutes(amount * 97), Target::BusinessDays(amount)] {
            let before = calendar.due(start, target, &fewer).at().unwrap_or(end_of_time);
            let after = calendar.due(start, target, &more).at().unwrap_or(end_of_time);
            prop_assert!(before <= after, "{target:?}");
        }
    }
}
