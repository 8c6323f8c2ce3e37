//! Whose absence a caller may save: every holder, and people whose work lies here or elsewhere.

use super::axes::Holder;
use super::table::{COLUMN_WIDTH, Column, group};
use crate::people::person;
use postern_domain::{Grant, Kind, People, Person, PersonId, Role, Scope, may_set_absence};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Who is to be away, as the caller stands to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Own,
    /// Reports to the caller, whose grants do not matter for that.
    OfAReport,
    /// Decides on ACME's deliverables in the project `rocket`, and nowhere else.
    OfADeciderHere,
    /// Decides on everything: also where a lead with a narrower grant leads nobody.
    OfADeciderEverywhere,
    OfADeciderElsewhere,
    /// Is an admin of the portal and decides nothing.
    OfAnAdmin,
}

impl Whose {
    pub const ALL: [Whose; 6] = [
        Whose::Own,
        Whose::OfAReport,
        Whose::OfADeciderHere,
        Whose::OfADeciderEverywhere,
        Whose::OfADeciderElsewhere,
        Whose::OfAnAdmin,
    ];

    fn name(self) -> &'static str {
        match self {
            Whose::Own => "their own",
            Whose::OfAReport => "of who reports to them",
            Whose::OfADeciderHere => "of a decider here",
            Whose::OfADeciderEverywhere => "of a decider everywhere",
            Whose::OfADeciderElsewhere => "of a decider elsewhere",
            Whose::OfAnAdmin => "of an admin",
        }
    }

    pub fn person(self, caller: &PersonId) -> PersonId {
        match self {
            Whose::Own => caller.clone(),
            Whose::OfAReport => report_of(caller),
            Whose::OfADeciderHere => "hilda".into(),
            Whose::OfADeciderEverywhere => "edda".into(),
            Whose::OfADeciderElsewhere => "gitta".into(),
            Whose::OfAnAdmin => "ada".into(),
        }
    }
}

fn report_of(caller: &PersonId) -> PersonId {
    PersonId(format!("report-{caller}"))
}

/// Those whose absences are asked about.
pub(super) fn people(callers: &[PersonId]) -> Vec<Person> {
    let decides = |id: &str, scope: Scope| Person {
        grants: vec![Grant { role: Role::InternalApprover, scope }],
        ..person(id).build()
    };
    let here =
        Scope { client: Some("acme".into()), project: Some("rocket".into()), kind: Some(Kind::Deliverable) };
    let elsewhere = Scope { client: Some("globex".into()), ..Scope::EVERYTHING };
    let mut people = vec![
        decides("hilda", here),
        decides("edda", Scope::EVERYTHING),
        decides("gitta", elsewhere),
        person("ada").everywhere(Role::PortalAdmin).build(),
    ];
    people.extend(callers.iter().map(|caller| Person {
        lead: Some(caller.clone()),
        ..decides(report_of(caller).as_str(), Scope::EVERYTHING)
    }));
    people
}

/// Whether each holder may, by the rules; and, `disabled`, with the account switched off.
pub fn absences(people: &People, disabled: bool) -> BTreeMap<(Whose, Holder), bool> {
    let mut cells = BTreeMap::new();
    for holder in Holder::all() {
        let caller = holder.id(disabled);
        for whose in Whose::ALL {
            let may = people
                .get(&caller)
                .is_some_and(|caller| may_set_absence(caller, &whose.person(&caller.id), people));
            cells.insert((whose, holder), may);
        }
    }
    cells
}

/// For a person to review.
pub fn render_absences(cells: &BTreeMap<(Whose, Holder), bool>) -> String {
    let of = |holder: Holder| Whose::ALL.map(|whose| cells[&(whose, holder)]);
    let columns: Vec<Column> = group(of);
    let mut text = String::from(
        "\n# Whose absence somebody may save\n\nColumns here: who calls, by the one grant that they hold. + may, - may not. A \
         switched-off account may nothing.\n\n",
    );
    for column in &columns {
        let _ = writeln!(text, "  {:<COLUMN_WIDTH$}{}", column.name(), column.members());
    }
    let heading: Vec<String> =
        columns.iter().map(|column| format!("{:<COLUMN_WIDTH$}", column.name())).collect();
    let _ = write!(text, "\n{:24}{}\n", "", heading.concat().trim_end());
    for whose in Whose::ALL {
        let answers: Vec<String> = columns
            .iter()
            .map(|column| {
                let may = column.first().is_some_and(|holder| cells[&(whose, holder)]);
                format!("{:<COLUMN_WIDTH$}", if may { "+" } else { "-" })
            })
            .collect();
        let _ = writeln!(text, "{:<24}{}", whose.name(), answers.concat().trim_end());
    }
    text
}
