//! Calendars: read, edit as a form or as a document, preview what moves, publish, and say who keeps them.

use crate::engine::Engine;
use crate::failure::failure;
use crate::portal::Call;
use crate::queries::encoded;
use crate::views::{
    BroughtInView, CalendarDay, CalendarDraft, CalendarForm, CalendarPreviewView, CalendarSummary,
    CalendarView, DueMoveView, Failure, FailureCode, HolidayLine, SpecialDayLine,
};
use chrono::{NaiveDate, Weekday};
use postern_domain::CalendarKey;
use postern_domain::calendar::{
    Calendar, CalendarUse, Holiday, Interval, SpecialDay, Week, hours_in_words, read_hours,
};
use postern_protocol::{
    BroughtIn, CalendarChange, CalendarLine, CalendarPreview, HolidayFile, kept_by, paths,
};
use std::collections::BTreeMap;

/// Holidays are brought in for so many years, this one included.
const HOLIDAY_YEARS: u32 = 3;

impl Engine {
    /// The calendars that are in force, and who keeps them.
    ///
    /// # Errors
    /// Where the portal cannot be asked.
    pub async fn calendars(&self) -> Result<Vec<CalendarSummary>, Failure> {
        let lines: Vec<CalendarLine> = self.look_at(Call::get(paths::CALENDARS)).await?;
        let lookup = self.lookup().await?;
        let summary = |line: CalendarLine| CalendarSummary {
            key: line.key,
            version: line.version,
            name: line.name,
            zone: line.zone,
            kept_by: line.kept_by.iter().map(|of| kept_by(of, &*lookup)).collect(),
            uses: line.kept_by,
        };
        let mut calendars: Vec<CalendarSummary> = lines.into_iter().map(summary).collect();
        calendars.sort_by_key(|calendar| calendar.name.to_lowercase());
        Ok(calendars)
    }

    /// One calendar; without a version, the one that is in force.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or where the portal cannot be asked.
    pub async fn calendar(&self, key: &CalendarKey, version: Option<u32>) -> Result<CalendarView, Failure> {
        let wish = version.map(|version| format!("?version={version}")).unwrap_or_default();
        let path = format!("{}/{}{wish}", paths::CALENDARS, encoded(key.as_str()));
        let found: Result<Calendar, Failure> = self.look_at(Call::get(path)).await;
        found.map(|calendar| view(&calendar)).map_err(|error| match (error.code, version) {
            (FailureCode::NotFound, None) => {
                failure(FailureCode::NotFound, format!("There is no calendar “{key}”."))
            }
            (FailureCode::NotFound, Some(version)) => failure(
                FailureCode::NotFound,
                format!("There is no version {version} of a calendar “{key}”."),
            ),
            _ => error,
        })
    }

    /// A standard week in the signed-in person's zone, to begin with.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn standard_calendar(&self) -> Result<CalendarView, Failure> {
        let lookup = self.lookup().await?;
        let zone = lookup.myself().map_or("UTC", |me| me.time_zone.as_str());
        Ok(view(&Calendar { key: "".into(), name: String::new(), ..Calendar::standard(zone) }))
    }

    /// A draft in both ways of writing it, checked as far as that goes without the portal.
    ///
    /// # Errors
    /// [`FailureCode::Invalid`] with what is wrong with it.
    pub fn read_calendar(&self, draft: &CalendarDraft) -> Result<CalendarView, Failure> {
        Ok(view(&calendar_of(draft)?))
    }

    /// The draft with the holidays of an iCalendar file, for the next three years. Brought in again under the same name,
    /// what is gone from the file goes, and what is called otherwise is renamed. Nothing is published.
    ///
    /// # Errors
    /// [`FailureCode::Invalid`] with what is wrong with the draft or the file.
    pub async fn bring_in_holidays(
        &self,
        draft: &CalendarDraft,
        file: &str,
        text: String,
        name: Option<String>,
    ) -> Result<BroughtInView, Failure> {
        let calendar = Box::new(calendar_of(draft)?);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned();
        let file = HolidayFile { calendar, text, file: stem, name, years: HOLIDAY_YEARS };
        let done: BroughtIn = self.look_at(Call::post(paths::CALENDAR_HOLIDAYS, &file)).await?;
        Ok(BroughtInView {
            summary: done.summary(),
            days: done.sentences(),
            changed: done.calendar != *file.calendar,
            calendar: view(&done.calendar),
        })
    }

    /// What would become due at another time if the draft were published. Nothing is.
    ///
    /// # Errors
    /// [`FailureCode::Invalid`] with what is wrong with it.
    pub async fn preview_calendar(&self, draft: &CalendarDraft) -> Result<CalendarPreviewView, Failure> {
        self.preview(CalendarChange::Publish(Box::new(sound(draft)?))).await
    }

    /// Publishes the draft as the next version of its key. What is due by it moves within seconds.
    ///
    /// # Errors
    /// As [`Engine::preview_calendar`].
    pub async fn save_calendar(&self, draft: &CalendarDraft) -> Result<CalendarView, Failure> {
        let saved: Calendar = self.arrange(Call::post(paths::CALENDARS, &sound(draft)?)).await?;
        Ok(view(&saved))
    }

    /// What would become due at another time if somebody kept another calendar.
    ///
    /// # Errors
    /// Where there is no such calendar, or the portal cannot be asked.
    pub async fn preview_calendar_use(&self, keeps: &CalendarUse) -> Result<CalendarPreviewView, Failure> {
        self.preview(CalendarChange::Keep(keeps.clone())).await
    }

    /// Everybody, a group or one person keeps a calendar from now on.
    ///
    /// # Errors
    /// As [`Engine::preview_calendar_use`].
    pub async fn keep_calendar(&self, keeps: &CalendarUse) -> Result<(), Failure> {
        self.arrange::<CalendarUse>(Call::post(paths::CALENDAR_USES, keeps)).await.map(drop)
    }

    async fn preview(&self, change: CalendarChange) -> Result<CalendarPreviewView, Failure> {
        let preview: CalendarPreview = self.look_at(Call::post(paths::CALENDAR_PREVIEW, &change)).await?;
        let moves = preview.first.iter().map(|due| DueMoveView {
            reference: due.reference.clone(),
            what: due.of.words(),
            before: due.before.at(),
            after: due.after.at(),
        });
        Ok(CalendarPreviewView {
            summary: preview.summary(),
            looked_at: preview.looked_at,
            moving: preview.moving,
            first: moves.collect(),
        })
    }
}

fn view(calendar: &Calendar) -> CalendarView {
    CalendarView { version: calendar.version, form: form(calendar), document: calendar.to_toml() }
}

fn form(calendar: &Calendar) -> CalendarForm {
    let day = |(day, intervals): (Weekday, &[Interval])| CalendarDay {
        day: name_of(day).to_owned(),
        hours: hours_in_words(intervals),
    };
    let special = |day: &SpecialDay| SpecialDayLine {
        date: day.date.to_string(),
        name: day.name.clone(),
        hours: hours_in_words(&day.intervals),
    };
    let dates = |dates: &Vec<NaiveDate>| dates.iter().map(ToString::to_string).collect();
    let mut holidays: Vec<&Holiday> = calendar.holidays.iter().collect();
    holidays.sort_by_key(|holiday| holiday.date);
    let mut special_days: Vec<&SpecialDay> = calendar.special_days.iter().collect();
    special_days.sort_by_key(|day| day.date);
    CalendarForm {
        key: calendar.key.to_string(),
        name: calendar.name.clone(),
        zone: calendar.zone.clone(),
        week: calendar.week.days().into_iter().map(day).collect(),
        holidays: holidays.into_iter().map(HolidayLine::from).collect(),
        special_days: special_days.into_iter().map(special).collect(),
        imports: calendar.imports.iter().map(|(name, of)| (name.clone(), dates(of))).collect(),
    }
}

fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// A draft that the portal will take as it is.
fn sound(draft: &CalendarDraft) -> Result<Calendar, Failure> {
    let calendar = calendar_of(draft)?;
    calendar.check().map_err(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        failure(FailureCode::Invalid, crate::failure::sentence(&said.join("; ")))
    })?;
    Ok(calendar)
}

fn calendar_of(draft: &CalendarDraft) -> Result<Calendar, Failure> {
    match draft {
        CalendarDraft::Document(text) => Calendar::from_toml(text)
            .map_err(|error| failure(FailureCode::Invalid, format!("The document cannot be read: {error}."))),
        CalendarDraft::Form(form) => {
            calendar_of_form(form).map_err(|wrong| failure(FailureCode::Invalid, wrong))
        }
    }
}

fn calendar_of_form(form: &CalendarForm) -> Result<Calendar, String> {
    let holiday =
        |line: &HolidayLine| Ok(Holiday { date: date(&line.date)?, name: line.name.trim().to_owned() });
    let special = |line: &SpecialDayLine| {
        let intervals = intervals(&line.date, &line.hours)?;
        Ok(SpecialDay { date: date(&line.date)?, name: line.name.trim().to_owned(), intervals })
    };
    let holidays: Vec<Holiday> = form.holidays.iter().map(holiday).collect::<Result<_, String>>()?;
    Ok(Calendar {
        key: CalendarKey::new(form.key.trim()),
        version: 0,
        name: form.name.trim().to_owned(),
        zone: form.zone.trim().to_owned(),
        week: week(&form.week)?,
        imports: imports(&form.imports, &holidays)?,
        special_days: form.special_days.iter().map(special).collect::<Result<_, String>>()?,
        holidays,
    })
}

fn week(days: &[CalendarDay]) -> Result<Week, String> {
    let mut week = Week::default();
    let places = [
        &mut week.monday,
        &mut week.tuesday,
        &mut week.wednesday,
        &mut week.thursday,
        &mut week.friday,
        &mut week.saturday,
        &mut week.sunday,
    ];
    for (place, day) in places.into_iter().zip(days) {
        *place = intervals(&day.day, &day.hours)?;
    }
    Ok(week)
}

fn intervals(of: &str, text: &str) -> Result<Vec<Interval>, String> {
    read_hours(text).map_err(|error| format!("{of}: {error}."))
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.trim().parse().map_err(|_| format!("“{text}” is no date: write one as 2026-12-25."))
}

/// A holiday that was taken out of the form came from no file any more.
fn imports(
    written: &BTreeMap<String, Vec<String>>,
    holidays: &[Holiday],
) -> Result<BTreeMap<String, Vec<NaiveDate>>, String> {
    let mut imports = BTreeMap::new();
    for (name, dates) in written {
        let dates: Vec<NaiveDate> = dates.iter().map(|text| date(text)).collect::<Result<_, _>>()?;
        let there = |date: &NaiveDate| holidays.iter().any(|holiday| &holiday.date == date);
        let kept: Vec<NaiveDate> = dates.into_iter().filter(there).collect();
        if !kept.is_empty() {
            imports.insert(name.clone(), kept);
        }
    }
    Ok(imports)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> Calendar {
        let standard = Calendar::standard("Europe/Amsterdam");
        let mut calendar = Calendar { key: "office".into(), version: 0, ..standard };
        calendar.week.friday = read_hours("09:00–12:30, 13:30–17:00").unwrap();
        let day = |date: &str| date.parse().unwrap();
        let holiday = |date: &str, name: &str| Holiday { date: day(date), name: name.into() };
        calendar.holidays = vec![holiday("2026-12-25", "Christmas"), holiday("2026-12-26", "Boxing Day")];
        calendar.imports.insert("Dutch".into(), vec![day("2026-12-25"), day("2026-12-26")]);
        calendar.special_days = vec![SpecialDay {
            date: day("2026-12-24"),
            name: "Half a day".into(),
            intervals: read_hours("09:00–12:00").unwrap(),
        }];
        calendar
    }

    #[test]
    fn a_form_and_a_document_say_the_same() {
        let shown = view(&office());
        assert_eq!(shown.form.week[4].hours, "09:00–12:30, 13:30–17:00");
        assert_eq!(shown.form.week[6].hours, "closed");
        let again = |draft| calendar_of(&draft).unwrap();
        assert_eq!(again(CalendarDraft::Form(shown.form)), office());
        assert_eq!(again(CalendarDraft::Document(shown.document)), office());
    }

    #[test]
    fn a_holiday_that_is_taken_out_is_forgotten_as_an_imported_one() {
        let mut form = form(&office());
        form.holidays.remove(0);
        let calendar = calendar_of(&CalendarDraft::Form(form)).unwrap();
        assert_eq!(calendar.imports["Dutch"].len(), 1);
    }

    #[test]
    fn what_cannot_be_read_or_used_is_said_with_its_day() {
        let said = |change: fn(&mut CalendarForm)| {
            let mut form = form(&office());
            change(&mut form);
            sound(&CalendarDraft::Form(form)).unwrap_err().message
        };
        assert!(said(|form| form.week[1].hours = "late".into()).starts_with("Tuesday: “late” is no working"));
        assert!(said(|form| form.holidays[0].date = "soon".into()).starts_with("“soon” is no date"));
        assert_eq!(said(|form| form.zone = "Mars".into()), "There is no time zone \"Mars\".");
    }
}
