//! Bringing holidays into a calendar, and again when the file has changed.

use chrono::NaiveDate;
use postern_domain::calendar::{Calendar, Holiday};
use postern_protocol::BroughtIn;
use std::collections::{BTreeMap, BTreeSet};

/// Takes the holidays of the days from `from` to `until`, both included, for those that came under `name` before. Dates
/// that somebody wrote down by hand, and special days, stay as they are.
pub fn bring_in(
    calendar: &Calendar,
    name: &str,
    holidays: Vec<Holiday>,
    (from, until): (NaiveDate, NaiveDate),
) -> BroughtIn {
    let mut next = calendar.clone();
    let (mut new, mut gone, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
    let mut theirs: BTreeSet<NaiveDate> = next.imports.get(name).into_iter().flatten().copied().collect();
    let mut named: BTreeMap<NaiveDate, String> =
        holidays.into_iter().map(|holiday| (holiday.date, holiday.name)).collect();
    next.holidays.retain(|holiday| {
        let date = holiday.date;
        let stays = !theirs.contains(&date) || !(from..=until).contains(&date) || named.contains_key(&date);
        if !stays {
            gone.push(holiday.clone());
        }
        stays
    });
    theirs.retain(|date| !(from..=until).contains(date) || named.contains_key(date));
    for holiday in &mut next.holidays {
        let Some(called) = named.remove(&holiday.date) else { continue };
        if theirs.contains(&holiday.date) && holiday.name != called {
            holiday.name = called;
            renamed.push(holiday.clone());
        }
    }
    named.retain(|date, _| !next.special_days.iter().any(|day| day.date == *date));
    for (date, name) in named {
        theirs.insert(date);
        new.push(Holiday { date, name });
    }
    next.holidays.extend(new.iter().cloned());
    next.imports.remove(name);
    if !theirs.is_empty() {
        next.imports.insert(name.to_owned(), theirs.into_iter().collect());
    }
    BroughtIn { calendar: next, name: name.to_owned(), new, gone, renamed, left_out: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn holidays(all: &[(&str, &str)]) -> Vec<Holiday> {
        all.iter().map(|(date, name)| Holiday { date: day(date), name: (*name).to_owned() }).collect()
    }

    fn again(calendar: &Calendar, all: &[(&str, &str)]) -> BroughtIn {
        bring_in(calendar, "Dutch", holidays(all), (day("2026-01-01"), day("2027-12-31")))
    }

    fn dates(holidays: &[Holiday]) -> Vec<String> {
        holidays.iter().map(|holiday| holiday.date.to_string()).collect()
    }

    #[test]
    fn what_is_gone_from_the_file_goes_and_what_is_called_otherwise_is_renamed() {
        let first = again(&Calendar::standard("UTC"), &[("2026-04-27", "King"), ("2026-12-25", "Christmas")]);
        assert_eq!(dates(&first.new), ["2026-04-27", "2026-12-25"]);
        let second = again(&first.calendar, &[("2026-04-26", "King"), ("2026-12-25", "Christmas Day")]);
        assert_eq!(dates(&second.new), ["2026-04-26"]);
        assert_eq!(dates(&second.gone), ["2026-04-27"]);
        assert_eq!(dates(&second.renamed), ["2026-12-25"]);
        assert_eq!(second.calendar.holidays.len(), 2);
        let third = again(&second.calendar, &[("2026-04-26", "King"), ("2026-12-25", "Christmas Day")]);
        assert_eq!(third.calendar, second.calendar);
    }

    #[test]
    fn holidays_of_ones_own_and_of_other_files_stay() {
        let mut calendar = Calendar::standard("UTC");
        calendar.holidays = holidays(&[("2026-06-01", "Outing"), ("2026-12-25", "Closed")]);
        let first = again(&calendar, &[("2026-12-25", "Christmas"), ("2026-12-26", "Boxing Day")]);
        assert_eq!(dates(&first.new), ["2026-12-26"]);
        assert!(first.calendar.holidays.iter().any(|holiday| holiday.name == "Closed"));
        let other = bring_in(
            &first.calendar,
            "German",
            holidays(&[("2026-10-03", "Unity")]),
            (day("2026-01-01"), day("2027-12-31")),
        );
        let none = again(&other.calendar, &[]);
        assert_eq!(dates(&none.gone), ["2026-12-26"]);
        assert_eq!(dates(&none.calendar.holidays), ["2026-06-01", "2026-12-25", "2026-10-03"]);
    }

    #[test]
    fn years_that_were_not_asked_for_stay_as_they_are() {
        let first = again(&Calendar::standard("UTC"), &[("2026-04-27", "King"), ("2027-04-27", "King")]);
        let window = (day("2027-01-01"), day("2028-12-31"));
        let next = bring_in(&first.calendar, "Dutch", holidays(&[("2028-04-27", "King")]), window);
        assert_eq!(dates(&next.gone), ["2027-04-27"]);
        assert_eq!(dates(&next.calendar.holidays), ["2026-04-27", "2028-04-27"]);
    }
}
