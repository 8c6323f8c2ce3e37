//! The permission matrix: every role over every scope, in every relation to an item, in every phase, and every command.
//!
//! The cells are the product of five axes: [`Relation`] × [`Standing`] (the phase, in review by step) × [`Act`] (every
//! command, and to see the item) × [`Holder`] (a role over a scope, or no grant). Left out are, by rule and not one by
//! one: relations that cannot be in a standing ([`Relation::standings`]), and what cannot be asked of an item that is
//! not there ([`Act::is_possible`]).
//!
//! [`Matrix::setting`] builds the item of a cell and [`Setting::command`] the command, so that one generator feeds both
//! the rules alone and a portal over HTTP. [`Table`] keeps the answers and writes them down for a person to read.
//! To add a row: a variant in [`Act`]; a relation: a variant in [`Relation`], and its events in `setting.rs`.

mod absences;
mod answer;
mod axes;
mod setting;
mod table;

pub use absences::{Whose, absences, render_absences};
pub use answer::Answer;
pub use axes::{Act, Holder, Reach, Relation, Standing};
pub use setting::{FILE_SHA256, FILE_SIZE, Setting};
pub use table::{Cell, Table};

use crate::people::person;
use postern_domain::{
    Action, Actor, Journey, Organisation, People, Person, Role, Situation, Timestamp, decide, permits,
};

/// The organisation in which every cell is tried.
pub struct Matrix {
    journey: Journey,
    organisation: Organisation,
}

/// When the callers act.
const NOW: Timestamp = Timestamp(1_772_442_000_000);

impl Default for Matrix {
    fn default() -> Self {
        Self { journey: Journey::built_in(), organisation: Organisation::of(People::new(Self::people())) }
    }
}

impl Matrix {
    /// With a journey that lets people override on their own work, the built-in one's second version.
    pub fn with_own_work() -> Self {
        let mut journey = Journey { version: 2, ..Journey::built_in() };
        journey.overrides.own_work = true;
        Self { journey, ..Self::default() }
    }

    pub fn journey(&self) -> &Journey {
        &self.journey
    }

    /// Every caller, with the account switched off too, and those with whom they have to do.
    pub fn people() -> Vec<Person> {
        let mut people = vec![
            person("olive").everywhere(Role::InternalOwner).build(),
            person("rhea").everywhere(Role::InternalApprover).build(),
            person("dora").everywhere(Role::InternalApprover).build(),
            person("dirk").everywhere(Role::InternalApprover).build(),
            person("lars").everywhere(Role::TeamLead).build(),
            person("lena").everywhere(Role::TeamLead).build(),
            person("cora").everywhere(Role::Client).build(),
        ];
        for (holder, disabled) in
            Holder::all().into_iter().flat_map(|holder| [(holder, false), (holder, true)])
        {
            let caller = person(holder.id(disabled).as_str()).build();
            people.push(Person { grants: holder.grants(), disabled, ..caller });
        }
        let callers: Vec<_> =
            Holder::all().into_iter().flat_map(|holder| [holder.id(false), holder.id(true)]).collect();
        people.extend(absences::people(&callers));
        people
    }

    /// An item for the cells of `relation` and `standing` whose caller is `holder`. Every one needs a `number` of its
    /// own in one portal.
    pub fn setting(&self, relation: Relation, standing: Standing, holder: Holder, number: u64) -> Setting {
        let caller = holder.id(relation.is_disabled());
        Setting::new(&self.journey, relation, standing, &caller, number)
    }

    /// What the rules say.
    ///
    /// # Panics
    /// When they give an answer that no cell is about.
    pub fn answer(&self, setting: &Setting, act: Act) -> Answer {
        let organisation = &self.organisation;
        let Some(command) = setting.command(act) else {
            let caller = organisation.people.get(&setting.caller);
            let seen =
                caller.zip(setting.item.as_ref()).map(|(caller, item)| permits(caller, Action::View, item));
            let seen = seen.unwrap_or_else(|| panic!("{} sees nothing at all", setting.caller));
            return seen.map_or_else(|why| Answer::of_denial(&why), |()| Answer::Allowed);
        };
        let situation =
            Situation { item: setting.item.as_ref(), journey: &self.journey, organisation, successor: None };
        Answer::of(&decide(situation, &command, &Actor::Person(setting.caller.clone()), NOW))
    }

    /// What the rules say in every cell.
    pub fn table(&self) -> Table {
        let mut table = Table::default();
        for relation in Relation::ALL {
            for standing in relation.standings() {
                for holder in Holder::all() {
                    let setting = self.setting(relation, standing, holder, 1);
                    for act in Act::ALL.into_iter().filter(|act| act.is_possible(standing)) {
                        let answer = self.answer(&setting, act);
                        table.insert(Cell { relation, act, standing, holder }, answer);
                    }
                }
            }
        }
        table
    }
}
