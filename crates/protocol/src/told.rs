//! What admins are told of journeys and calendars, in the same sentences by every front end.

use crate::administration::{
    BroughtIn, CalendarPreview, DueMove, DueOf, JourneyCheck, JourneyFinding, JourneyMigration,
    JourneyReplay, PlayedCase, Stayed,
};
use postern_domain::calendar::{CalendarOf, Due};
use postern_domain::explain::Names;

impl BroughtIn {
    pub fn summary(&self) -> String {
        let Self { name, new, gone, renamed, .. } = self;
        let (new, gone, renamed) = (new.len(), gone.len(), renamed.len());
        format!("{name}: {new} holidays are new, {gone} are gone, {renamed} are called otherwise.")
    }

    /// Day by day, one line each; what was left out comes first.
    pub fn sentences(&self) -> Vec<String> {
        let mut told: Vec<String> = self.left_out.iter().map(|why| format!("left out: {why}")).collect();
        for (sign, days) in [("new", &self.new), ("gone", &self.gone), ("renamed", &self.renamed)] {
            told.extend(days.iter().map(|day| format!("{sign}: {} {}", day.date, day.name)));
        }
        told
    }
}

impl JourneyFinding {
    /// Where, what is wrong, and the way out.
    pub fn sentence(&self) -> String {
        let sign = if self.is_error { "error" } else { "warning" };
        format!("{sign}: {}: {}", self.at, self.problem)
    }
}

impl JourneyCheck {
    pub fn summary(&self) -> String {
        let passed = self.cases.iter().filter(|played| played.difference.is_none()).count();
        format!("{passed} of {} golden cases as expected.", self.cases.len())
    }

    /// The cases that came out otherwise, one sentence each.
    pub fn failed_cases(&self) -> impl Iterator<Item = String> {
        self.cases.iter().filter_map(PlayedCase::sentence)
    }
}

impl PlayedCase {
    /// How it came out otherwise; none where it is as expected.
    pub fn sentence(&self) -> Option<String> {
        let difference = self.difference.as_ref()?;
        Some(format!("case “{}”: {difference}", self.case))
    }
}

impl JourneyReplay {
    pub fn summary(&self) -> String {
        format!("Of {} of this journey, {} would have gone another way.", items(self.looked_at), self.moved)
    }
}

impl JourneyMigration {
    /// What goes where, from version `from` to version `to`, one sentence each.
    pub fn sentences(&self, from: u32, to: u32) -> Vec<String> {
        let mut told: Vec<String> = self
            .stages
            .iter()
            .map(|moving| {
                let (count, stage) = (moving.items, &moving.stage);
                match &moving.to {
                    Some(new) if new == stage => {
                        format!("{} {} at {stage}", items(count), verb(count, "stay"))
                    }
                    Some(new) => format!("{} {} from {stage} to {new}", items(count), verb(count, "go")),
                    None => format!("{} at {stage} {} no place to go", items(count), has(count)),
                }
            })
            .collect();
        if self.elsewhere > 0 {
            let (are, count) = (is(self.elsewhere), items(self.elsewhere));
            told.push(format!("{count} {are} at no stage now and {are} only pinned anew"));
        }
        if !self.set_aside.is_empty() {
            let count = self.set_aside.len() as u64;
            let exceptions = if count == 1 { "is an exception and stays" } else { "are exceptions and stay" };
            let (they, listed) = (if count == 1 { "it is" } else { "they are" }, self.set_aside.join(", "));
            told.push(format!(
                "{} {exceptions} on version {from} until {they} resolved: {listed}",
                items(count)
            ));
        }
        if !self.approved.is_empty() {
            let count = self.approved.len() as u64;
            let listed = self.approved.join(", ");
            told.push(format!(
                "{} {} nothing left to decide under version {to} and {} approved: {listed}",
                items(count),
                has(count),
                verb(count, "become")
            ));
        }
        if told.is_empty() {
            told.push(format!("No item is on version {from}"));
        }
        told
    }

    /// What came of it; none where it was only looked at.
    pub fn outcome(&self, to: u32) -> Option<String> {
        self.moved.map(|moved| format!("Moved {} to version {to}.", items(moved)))
    }
}

impl Stayed {
    pub fn sentence(&self, from: u32) -> String {
        format!("{} stays on version {from}: {}", self.reference, self.why)
    }
}

impl CalendarPreview {
    pub fn summary(&self) -> String {
        format!("Of {} due times that hang on working time, {} would move.", self.looked_at, self.moving)
    }
}

impl DueMove {
    /// With instants in UTC.
    pub fn sentence(&self) -> String {
        let said = |due: Due| due.at().map_or_else(|| "not set".to_owned(), |at| at.to_rfc3339());
        format!("{} {}: {} → {}", self.reference, self.of.words(), said(self.before), said(self.after))
    }
}

impl DueOf {
    pub fn words(&self) -> String {
        match self {
            DueOf::Step(step) => step.to_string(),
            DueOf::Rung(rung) => format!("rung {rung} of the ladder"),
            DueOf::Whole => "the whole way".to_owned(),
            DueOf::ClientAnswer => "the client's answer".to_owned(),
            DueOf::Completion => "completion".to_owned(),
        }
    }
}

/// What to do at a command line once the replay with this digest was looked at.
pub fn to_confirm(digest: &str) -> String {
    format!("Not published: look at this, then repeat it with --replayed {digest}, or with --yes.")
}

/// Who keeps a calendar.
pub fn kept_by(of: &CalendarOf, names: &dyn Names) -> String {
    match of {
        CalendarOf::Everybody => "everybody".to_owned(),
        CalendarOf::Group(group) => format!("group {group}"),
        CalendarOf::Person(id) => names.person(id),
    }
}

fn items(count: u64) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

fn verb(count: u64, verb: &str) -> String {
    match (count, verb) {
        (1, "go") => "goes".to_owned(),
        (1, verb) => format!("{verb}s"),
        (_, verb) => verb.to_owned(),
    }
}

fn has(count: u64) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

fn is(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::StageMove;

    #[test]
    fn one_item_and_several_are_told_in_the_right_number() {
        let stage = |stage: &str, to: Option<&str>, items| StageMove {
            stage: stage.into(),
            to: to.map(Into::into),
            items,
        };
        let report = JourneyMigration {
            stages: vec![
                stage("review", Some("review"), 1),
                stage("legal", Some("review"), 1),
                stage("brand", Some("review"), 3),
                stage("print", None, 2),
            ],
            elsewhere: 1,
            set_aside: vec!["ACME-1".to_owned(), "ACME-2".to_owned()],
            approved: vec!["ACME-3".to_owned()],
            moved: Some(1),
            ..JourneyMigration::default()
        };
        assert_eq!(
            report.sentences(1, 2),
            [
                "1 item stays at review",
                "1 item goes from legal to review",
                "3 items go from brand to review",
                "2 items at print have no place to go",
                "1 item is at no stage now and is only pinned anew",
                "2 items are exceptions and stay on version 1 until they are resolved: ACME-1, ACME-2",
                "1 item has nothing left to decide under version 2 and becomes approved: ACME-3",
            ]
        );
        assert_eq!(report.outcome(2).as_deref(), Some("Moved 1 item to version 2."));
        assert_eq!(JourneyMigration::default().sentences(1, 2), ["No item is on version 1"]);
    }
}
